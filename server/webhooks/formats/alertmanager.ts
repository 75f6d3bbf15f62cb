import type { Delivery, Webhook } from '../outbox.ts';
import { fingerprint, prometheusAlert } from './alertmanager-alert.ts';

/** How Go writes a time that is none. */
const NO_TIME = '0001-01-01T00:00:00Z';

/** What Prometheus Alertmanager posts to its webhook receivers, version 4, one alert each. */
export function alertmanagerBody(delivery: Delivery, webhook: Webhook, home: string): object {
  const { labels, annotations, startsAt, endsAt, generatorURL } = prometheusAlert(delivery, home);
  const status = endsAt === null ? 'firing' : 'resolved';
  const alert = { status, labels, annotations, startsAt, endsAt: endsAt ?? NO_TIME, generatorURL, fingerprint: fingerprint(labels) };
  return {
    receiver: webhook.id,
    status,
    alerts: [alert],
    groupLabels: labels,
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: home,
    version: '4',
    groupKey: `{}:{${Object.keys(labels)
      .sort()
      .map((name) => `${name}=${JSON.stringify(labels[name])}`)
      .join(', ')}}`,
    truncatedAlerts: 0,
  };
}
