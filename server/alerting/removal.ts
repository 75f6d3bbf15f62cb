/**
 * A receiver that is deleted, or turned off because it said that it is gone, is so at once; what that means for very many messages to it is done in
 * small pieces, behind whoever waits. That there is more to do is written down with it, so that a restart goes on.
 */
import type { Batch } from '../books/batch.ts';
import type { Key, Reader } from '../store/store.ts';
import type { Delivery } from '../webhooks/outbox.ts';
import { writeAlert } from './course.ts';
import { alertDeliveryKeys, writeDelivery } from './messages.ts';
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
  for (const table of ['alertGroups', 'webhooks', 'receiverStats', 'goneReceivers'] as const) batch.draft.remove(table, [organisation, id]);
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

/** A receiver with more to do; undefined: there is none. */
export function unfinishedReceiver(disk: Reader): Key | undefined {
  const [first] = [...disk.range('removedReceivers', { limit: 1 }), ...disk.range('goneReceivers', { limit: 1 })];
  return first?.key;
}

export const isUnfinished = (disk: Reader, receiver: Key): boolean =>
  disk.get('removedReceivers', receiver) !== undefined || disk.get('goneReceivers', receiver) !== undefined;

/** Does a little of it. */
export function finishPiece(batch: Batch, alerting: Alerting, receiver: Key): void {
  if (batch.draft.get('removedReceivers', receiver) !== undefined) removePiece(batch, receiver);
  else giveUpPiece(batch, alerting, receiver);
}

export const GONE = 'The receiver answered 410 Gone';

/** What waits for a receiver that says that it is gone is given up. */
export function giveUpWaiting(batch: Batch, alerting: Alerting, receiver: Key): void {
  batch.draft.put('goneReceivers', receiver, alerting.deliveries);
  giveUpPiece(batch, alerting, receiver);
}

function giveUpPiece(batch: Batch, alerting: Alerting, receiver: Key): void {
  const { draft, now } = batch;
  const newest = draft.get<number>('goneReceivers', receiver);
  if (newest === undefined) return;
  const waiting = [...draft.range('outbox', { start: receiver, end: [...receiver, newest + 1], limit: AT_ONCE })];
  for (const { key } of waiting) {
    const delivery = draft.get<Delivery>('deliveries', key);
    if (!delivery) draft.remove('outbox', key);
    else {
      const attempts = [...delivery.attempts, { at: now, status: null, error: GONE }];
      writeDelivery(batch, alerting, { ...delivery, status: 'failed', attempts, nextAttemptAt: null });
    }
  }
  if (waiting.length < AT_ONCE) draft.remove('goneReceivers', receiver);
}

/** Removes a little of what is left of a deleted receiver. */
function removePiece({ draft }: Batch, [organisation, id]: Key): void {
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
