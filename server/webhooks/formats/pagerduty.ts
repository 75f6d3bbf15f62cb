import { createHash } from 'node:crypto';
import { formatInstant } from '../../../shared/time.ts';
import type { Delivery, Webhook } from '../outbox.ts';
import { cut } from './cut.ts';
import { eachAlert } from './each-alert.ts';
import { ENDS, wordsOf } from './words.ts';

const SUMMARY = 1_024;
const ALERTS = /\/v2\/enqueue$/;
/** The worst first. */
const CALLING = ['critical', 'warning'] as const;

type Call = { action: 'trigger'; severity: 'critical' | 'warning' } | { action: 'resolve' } | { action: 'change' };

/**
 * Whether somebody is to be called for it. What is only to be known becomes a change event, which stands on the service's timeline and calls
 * nobody. The alerts of a group share one key: it is open while one of them calls, and is resolved once none does, whatever else still fires.
 */
function callOf(delivery: Delivery): Call {
  if (ENDS.has(delivery.type)) return { action: 'resolve' };
  const alerts = eachAlert(delivery);
  const moods = new Set(alerts.map((one) => wordsOf(one).mood));
  const severity = CALLING.find((one) => moods.has(one));
  if (severity) return { action: 'trigger', severity };
  const hasCalled = alerts.some(({ type, data }) => ENDS.has(type) && CALLING.some((one) => one === data['severity']));
  return hasCalled ? { action: 'resolve' } : { action: 'change' };
}

/** Where it goes: change events have an address of their own beside that of the alerts. */
export function pagerDutyUrl(delivery: Delivery, { url }: Webhook): string {
  if (callOf(delivery).action !== 'change') return url;
  const parsed = new URL(url);
  parsed.pathname = parsed.pathname.replace(ALERTS, '/v2/change/enqueue');
  return parsed.href;
}

/** Events API v2. The receiver's secret is the routing key; what is about one thing has one `dedup_key`. */
export function pagerDutyBody(delivery: Delivery, webhook: Webhook, home: string): object {
  const { title } = wordsOf(delivery);
  const { organisation, about, type, data, at } = delivery;
  const call = callOf(delivery);
  const key = { routing_key: webhook.secret, dedup_key: dedupKey(organisation, about) };
  if (call.action === 'resolve') return { ...key, event_action: call.action };
  const payload = { summary: cut(title, SUMMARY), source: organisation, timestamp: formatInstant(at), custom_details: data };
  if (call.action === 'change') {
    return {
      routing_key: webhook.secret,
      payload,
      ...(home === '' ? {} : { links: [{ href: `${home}/alerts`, text: 'Highwater' }] }),
    };
  }
  const { licenceType } = data;
  return {
    ...key,
    event_action: call.action,
    payload: {
      ...payload,
      severity: call.severity,
      ...(typeof licenceType === 'string' ? { component: licenceType } : {}),
      group: organisation,
      class: type,
    },
    ...(home === '' ? {} : { client: 'Highwater', client_url: `${home}/alerts` }),
  };
}

/** Of any length below 255, whatever the names are. */
function dedupKey(organisation: string, about: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([organisation, about]))
    .digest('hex');
  return `highwater-${hash.slice(0, 32)}`;
}
