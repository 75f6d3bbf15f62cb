import type { GroupLabel } from '../../../shared/alerts.ts';
import type { Delivery, Webhook } from '../outbox.ts';
import { fingerprint, type PrometheusAlert, prometheusAlert } from './alertmanager-alert.ts';
import { wellFormed } from './cut.ts';
import { eachAlert } from './each-alert.ts';

/** How Go writes a time that is none. */
const NO_TIME = '0001-01-01T00:00:00Z';

/** What Prometheus Alertmanager posts to its webhook receivers, version 4: one alert, or all of a group. */
export function alertmanagerBody(delivery: Delivery, webhook: Webhook, home: string): object {
  const alerts = eachAlert(delivery).map((one) => prometheusAlert(one, home));
  const groupLabels = groupLabelsOf(delivery) ?? alerts[0]?.labels ?? {};
  return {
    receiver: webhook.id,
    status: alerts.some(({ endsAt }) => endsAt === null) ? 'firing' : 'resolved',
    alerts: alerts.map(({ labels, annotations, startsAt, endsAt, generatorURL }) => ({
      status: endsAt === null ? 'firing' : 'resolved',
      labels,
      annotations,
      startsAt,
      endsAt: endsAt ?? NO_TIME,
      generatorURL,
      fingerprint: fingerprint(labels),
    })),
    groupLabels,
    commonLabels: shared(alerts, ({ labels }) => labels),
    commonAnnotations: shared(alerts, ({ annotations }) => annotations),
    externalURL: home,
    version: '4',
    groupKey: `{}:{${Object.keys(groupLabels)
      .sort()
      .map((name) => `${name}=${JSON.stringify(groupLabels[name])}`)
      .join(', ')}}`,
    truncatedAlerts: 0,
  };
}

const LABELS: Record<GroupLabel, string> = { rule: 'alertname', licenceType: 'licence_type', severity: 'severity' };

/** What the alerts of a message share because the receiver groups by it; undefined for a message about one. */
function groupLabelsOf({ organisation, data }: Delivery): Record<string, string> | undefined {
  const group = data['group'] as Partial<Record<GroupLabel, string>> | undefined;
  if (!group) return undefined;
  const named = Object.entries(group).map(([label, value]) => [LABELS[label as GroupLabel], wellFormed(value)]);
  return { organisation: wellFormed(organisation), ...Object.fromEntries(named) };
}

function shared(alerts: readonly PrometheusAlert[], of: (alert: PrometheusAlert) => Record<string, string>): Record<string, string> {
  const [first, ...others] = alerts.map(of);
  return Object.fromEntries(Object.entries(first ?? {}).filter(([name, value]) => others.every((one) => one[name] === value)));
}
