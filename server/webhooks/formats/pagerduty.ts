import { createHash } from 'node:crypto';
import { formatInstant } from '../../../shared/time.ts';
import type { Delivery, Webhook } from '../outbox.ts';
import { wordsOf } from './words.ts';

const SEVERITIES = { good: 'info', info: 'info', warning: 'warning', critical: 'critical' };
const ENDS = new Set(['alert.resolved', 'contingency.left', 'feed.recovered']);

/** Events API v2. The receiver's secret is the routing key; what is about one thing has one `dedup_key`. */
export function pagerDutyBody(delivery: Delivery, webhook: Webhook, home: string): object {
  const { title, mood } = wordsOf(delivery);
  const { organisation, about, type, data, at } = delivery;
  const dedup = createHash('sha256')
    .update(JSON.stringify([organisation, about]))
    .digest('hex')
    .slice(0, 32);
  const common = { routing_key: webhook.secret, dedup_key: `highwater-${dedup}` };
  if (ENDS.has(type)) return { ...common, event_action: 'resolve' };
  return {
    ...common,
    event_action: 'trigger',
    payload: {
      summary: title.slice(0, 1_024),
      source: organisation,
      severity: SEVERITIES[mood],
      timestamp: formatInstant(at),
      component: data['licenceType'] ?? null,
      group: organisation,
      class: type,
      custom_details: data,
    },
    ...(home === '' ? {} : { client: 'Highwater', client_url: `${home}/alerts` }),
  };
}
