/** A message as one alert of Prometheus: labels that say which it is, annotations for whoever reads it. */
import { formatInstant } from '../../../shared/time.ts';
import type { Delivery } from '../outbox.ts';
import { wellFormed } from './cut.ts';
import { ENDS, wordsOf } from './words.ts';

export interface PrometheusAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  /** Null: it is not over. */
  endsAt: string | null;
  generatorURL: string;
}

export function prometheusAlert(delivery: Delivery, home: string): PrometheusAlert {
  const { type, data, at } = delivery;
  const alert = type.startsWith('alert.');
  const text = (key: string) => (data[key] === undefined || data[key] === null ? {} : { [key]: wellFormed(String(data[key])) });
  return {
    labels: {
      alertname: alert ? wellFormed(String(data['rule'])) : pairName(type),
      organisation: wellFormed(delivery.organisation),
      severity: alert ? String(data['severity']) : 'info',
      ...(data['licenceType'] === undefined ? {} : { licence_type: wellFormed(String(data['licenceType'])) }),
    },
    annotations: {
      summary: wordsOf(delivery).title,
      ...text('reason'),
      ...text('value'),
      ...text('state'),
      ...ownAnnotations(data['annotations']),
    },
    startsAt: alert ? String(data['startsAt']) : formatInstant(at),
    endsAt: ENDS.has(type) ? String(data['endsAt'] ?? formatInstant(at)) : null,
    generatorURL: home === '' ? '' : `${home}/alerts`,
  };
}

/** Those of the rule. An Alertmanager refuses an alert for a name that is none to Prometheus. */
const ownAnnotations = (annotations: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((annotations ?? {}) as Record<string, string>).map(([name, value]) => [
      name.replaceAll(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_'),
      wellFormed(value),
    ]),
  );

/** The beginning and the end of one thing carry one name. */
function pairName(type: string): string {
  if (type.startsWith('contingency.')) return 'contingency';
  return type.startsWith('feed.') ? 'feed.silent' : type;
}

/** As Prometheus works it out of labels: FNV-1a of 64 bits over names and values in order of name, sixteen hex digits. */
export function fingerprint(labels: Record<string, string>): string {
  let hash = 0xcbf29ce484222325n;
  const add = (byte: number) => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  };
  for (const name of Object.keys(labels).sort()) {
    for (const text of [name, labels[name] as string]) {
      for (const byte of Buffer.from(text)) add(byte);
      add(0xff);
    }
  }
  return hash.toString(16).padStart(16, '0');
}
