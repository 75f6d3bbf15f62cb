import type { WebhookEventType } from '../../../shared/alerts.ts';
import type { Delivery } from '../outbox.ts';

const EVENTS: Record<string, WebhookEventType> = { firing: 'alert.firing', unknown: 'alert.unknown', resolved: 'alert.resolved' };

/** Each alert of a message as if it were told by itself; a message that is not about several is itself all there is. */
export function eachAlert(delivery: Delivery): Delivery[] {
  const alerts = delivery.data['alerts'] as Record<string, unknown>[] | undefined;
  if (!alerts) return [delivery];
  return alerts.map((data) => ({ ...delivery, type: EVENTS[String(data['state'])] ?? delivery.type, data }));
}
