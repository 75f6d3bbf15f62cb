import { formatInstant } from '../../../shared/time.ts';
import type { Delivery, Webhook } from '../outbox.ts';
import { wordsOf } from './words.ts';

const ZERO = '0001-01-01T00:00:00Z';

/** What Prometheus Alertmanager posts to its webhook receivers, version 4, one alert each. */
export function alertmanagerBody(delivery: Delivery, webhook: Webhook, home: string): object {
  const { type, data, at } = delivery;
  const alert = type.startsWith('alert.');
  const over = ['alert.resolved', 'contingency.left', 'feed.recovered'].includes(type);
  const status = over ? 'resolved' : 'firing';
  const { title } = wordsOf(delivery);
  const text = (key: string) => (data[key] === undefined || data[key] === null ? {} : { [key]: String(data[key]) });
  const labels = {
    alertname: alert ? String(data['rule']) : pairName(type),
    organisation: delivery.organisation,
    severity: alert ? String(data['severity']) : 'info',
    ...(data['licenceType'] === undefined ? {} : { licence_type: String(data['licenceType']) }),
  };
  const annotations = { summary: title, ...text('reason'), ...text('value'), ...((data['annotations'] as object | undefined) ?? {}) };
  const generatorURL = home === '' ? '' : `${home}/alerts`;
  const one = {
    status,
    labels,
    annotations,
    startsAt: alert ? String(data['startsAt']) : formatInstant(at),
    endsAt: over ? String(data['endsAt'] ?? formatInstant(at)) : ZERO,
    generatorURL,
    fingerprint: fingerprint(labels),
  };
  return {
    version: '4',
    groupKey: `{}:${JSON.stringify(labels)}`,
    truncatedAlerts: 0,
    status,
    receiver: webhook.id,
    groupLabels: { alertname: labels.alertname },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: home,
    alerts: [one],
  };
}

/** The beginning and the end of one thing carry one name. */
function pairName(type: string): string {
  if (type.startsWith('contingency.')) return 'contingency';
  return type.startsWith('feed.') ? 'feed.silent' : type;
}

/** Ends a name or a value: no UTF-8 text holds it. */
const SEPARATOR = Buffer.of(0xff);

/** The hash by which Alertmanager tells alerts apart: FNV-1a, 64 bits, over the labels by name; sixteen hex digits. */
function fingerprint(labels: Record<string, string>): string {
  const names = Object.keys(labels).sort();
  const bytes = Buffer.concat(names.flatMap((name) => [Buffer.from(name), SEPARATOR, Buffer.from(labels[name] ?? ''), SEPARATOR]));
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}
