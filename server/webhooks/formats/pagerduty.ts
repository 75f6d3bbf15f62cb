import { createHash } from 'node:crypto';
import { formatInstant } from '../../../shared/time.ts';
import type { Delivery, Webhook } from '../outbox.ts';
import { cut } from './cut.ts';
import { ENDS, wordsOf } from './words.ts';

const SUMMARY = 1_024;
const ALERTS = /\/v2\/enqueue$/;

/** Whether somebody is to be called for it. What is only to be known becomes a change event, which stands on the service's timeline and calls nobody. */
function eventAction({ type }: Delivery, mood: string): 'trigger' | 'resolve' | 'change' {
  if (ENDS.has(type)) return 'resolve';
  return mood === 'critical' || mood === 'warning' ? 'trigger' : 'change';
}

/** Where it goes: change events have an address of their own beside that of the alerts. */
export function pagerDutyUrl(delivery: Delivery, { url }: Webhook): string {
  if (eventAction(delivery, wordsOf(delivery).mood) !== 'change') return url;
  const parsed = new URL(url);
  parsed.pathname = parsed.pathname.replace(ALERTS, '/v2/change/enqueue');
  return parsed.href;
}

/** Events API v2. The receiver's secret is the routing key; what is about one thing has one `dedup_key`. */
export function pagerDutyBody(delivery: Delivery, webhook: Webhook, home: string): object {
  const { title, mood } = wordsOf(delivery);
  const { organisation, about, type, data, at } = delivery;
  const action = eventAction(delivery, mood);
  const key = { routing_key: webhook.secret, dedup_key: dedupKey(organisation, about) };
  if (action === 'resolve') return { ...key, event_action: action };
  const payload = { summary: cut(title, SUMMARY), source: organisation, timestamp: formatInstant(at), custom_details: data };
  if (action === 'change') {
    return {
      routing_key: webhook.secret,
      payload,
      ...(home === '' ? {} : { links: [{ href: `${home}/alerts`, text: 'Highwater' }] }),
    };
  }
  const { licenceType } = data;
  return {
    ...key,
    event_action: action,
    payload: {
      ...payload,
      severity: mood,
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
