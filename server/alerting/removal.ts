/**
 * A receiver that is deleted is gone at once; what is kept of the messages to it goes in small pieces, behind whoever waits. That it is still to go
 * is written down with the deletion, so that a restart goes on with it.
 */
import type { Batch } from '../books/batch.ts';
import type { Key, Reader } from '../store/store.ts';
import type { Delivery } from '../webhooks/outbox.ts';
import { writeAlert } from './course.ts';
import { alertDeliveryKeys } from './messages.ts';
import { ofReceiver } from './receiver-stats.ts';
import { hasHeard } from './told.ts';
import { type Alerting, alertKey, lookAgain } from './watched.ts';

/** Messages, or attempts, that go in one transaction. */
const AT_ONCE = 128;

/** Whether there was such a receiver. What still waited for it is forgotten, and so are its deliveries. */
export function deleteWebhook(batch: Batch, alerting: Alerting, organisation: string, id: string): boolean {
  const watched = alerting.watched.get(organisation);
  if (!watched?.webhooks.delete(id)) return false;
  watched.groups.delete(id);
  watched.unreached.delete(id);
  lookAgain(alerting, watched);
  for (const table of ['alertGroups', 'webhooks', 'receiverStats'] as const) batch.draft.remove(table, [organisation, id]);
  batch.draft.put('removedReceivers', [organisation, id], true);
  // Another one by the same name has heard of nothing.
  for (const alert of [...watched.alerts.values()].filter((one) => hasHeard(one, id) || one.unknownTo.includes(id))) {
    const told = alert.told.filter(({ webhook }) => webhook !== id);
    const next = { ...alert, told, unknownTo: alert.unknownTo.filter((webhook) => webhook !== id) };
    watched.alerts.set(alertKey(alert.rule, alert.licenceType), next);
    writeAlert(batch, watched, next);
  }
  return true;
}

/** A deleted receiver of which something is still there; undefined: there is none. */
export function nextToRemove(disk: Reader): Key | undefined {
  const [first] = disk.range('removedReceivers', { limit: 1 });
  return first?.key;
}

export const isBeingRemoved = (disk: Reader, organisation: string, id: string): boolean =>
  disk.get('removedReceivers', [organisation, id]) !== undefined;

/** Removes a little of what is left of a deleted receiver. */
export function removePiece({ draft }: Batch, [organisation, id]: Key): void {
  const few = { ...ofReceiver(organisation as string, id as string), limit: AT_ONCE };
  const attempts = [...draft.range('exchanges', few)];
  const messages = attempts.length > 0 ? [] : [...draft.range<Delivery>('deliveries', few)];
  for (const { key } of attempts) draft.remove('exchanges', key);
  for (const { key, value } of messages) {
    draft.remove('deliveries', key);
    draft.remove('outbox', key);
    draft.remove('deliveryIds', [value.organisation, value.webhook, value.id]);
    for (const counted of alertDeliveryKeys(value)) draft.remove('alertDeliveries', counted);
  }
  if (attempts.length + messages.length === 0) draft.remove('removedReceivers', [organisation as string, id as string]);
}
