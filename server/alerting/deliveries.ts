/** What the worker found out, written down. */
import type { Batch } from '../books/batch.ts';
import { coalesced, type Delivery, type Exchange, type Outcome } from '../webhooks/outbox.ts';
import { forgetDeliveries, keepExchange } from './forgetting.ts';
import { writeDelivery } from './messages.ts';
import { writeWebhook } from './receivers.ts';
import { GONE, giveUpWaiting } from './removal.ts';
import type { Alerting } from './watched.ts';

/** Writes an attempt down; a receiver that says that it is gone is turned off. @param exchange null: nothing could be sent */
export function recordAttempt(batch: Batch, alerting: Alerting, tried: Delivery, kind: Outcome['kind'], exchange: Exchange | null): void {
  const { organisation, webhook: id, n } = tried;
  const watched = alerting.watched.get(organisation);
  const webhook = watched?.webhooks.get(id);
  // The receiver was deleted meanwhile, or somebody asked for another attempt that is to come.
  const known = batch.draft.get<Delivery>('deliveries', [organisation, id, n]);
  if (!watched || !webhook || !known) return;
  const queued = alerting.queued.length;
  // Another message was told meanwhile that the receiver is gone: nothing to it waits any more.
  const over = known.status === 'failed' && tried.status === 'pending';
  writeDelivery(batch, alerting, over ? { ...tried, status: 'failed', nextAttemptAt: null } : tried);
  // The worker holds it already.
  alerting.queued.length = queued;
  if (kind === 'gone') {
    writeWebhook(batch, watched, { ...webhook, enabled: false, disabledReason: GONE });
    giveUpWaiting(batch, alerting, [organisation, id]);
  }
  const newest = tried.attempts.at(-1);
  if (exchange && newest) keepExchange(batch, tried, newest.at, exchange);
  if (tried.status !== 'pending') forgetDeliveries(batch, organisation, id);
}

/** Settles what need not be sent any more, unless it was, or somebody asked for it, meanwhile. */
export function coalesce(batch: Batch, alerting: Alerting, found: readonly { delivery: Delivery; into: Delivery }[]): void {
  for (const { delivery, into } of found) {
    const known = batch.draft.get<Delivery>('deliveries', [delivery.organisation, delivery.webhook, delivery.n]);
    if (known?.id === delivery.id && known.status === 'pending' && known.attempts.length === 0)
      writeDelivery(batch, alerting, coalesced(known, into.id));
  }
}
