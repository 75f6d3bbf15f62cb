/** What the worker found out, written down. */
import type { Instant } from '../../shared/time.ts';
import type { Batch } from '../books/batch.ts';
import type { Delivery, Outcome } from '../webhooks/outbox.ts';
import { alertDeliveryKeys, writeDelivery } from './messages.ts';
import { pendingOf, writeWebhook } from './receivers.ts';
import type { Alerting } from './watched.ts';

/** So long a delivery that is over is listed. */
const KEPT_MS = 30 * 86_400_000;
/** Old ones that go with each that comes to its end. */
const FORGOTTEN_AT_ONCE = 4;

/** Writes an attempt down; a receiver that says that it is gone is turned off. */
export function recordAttempt(batch: Batch, alerting: Alerting, tried: Delivery, kind: Outcome['kind']): void {
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
    const disabledReason = 'The receiver answered 410 Gone';
    writeWebhook(batch, watched, { ...webhook, enabled: false, disabledReason });
    for (const waiting of pendingOf(batch, organisation, id)) {
      const attempts = [...waiting.attempts, { at: batch.now, status: null, error: disabledReason }];
      writeDelivery(batch, alerting, { ...waiting, status: 'failed', attempts, nextAttemptAt: null });
    }
  }
  if (tried.status !== 'pending') forgetOld(batch, organisation, id, batch.now - KEPT_MS);
}

function forgetOld(batch: Batch, organisation: string, webhook: string, before: Instant): void {
  const range = { start: [organisation, webhook], end: [organisation, webhook, Number.POSITIVE_INFINITY], limit: FORGOTTEN_AT_ONCE };
  for (const { key, value } of [...batch.draft.range<Delivery>('deliveries', range)]) {
    if (value.status === 'pending' || value.at >= before) return;
    batch.draft.remove('deliveries', key);
    batch.draft.remove('deliveryIds', [organisation, webhook, value.id]);
    for (const counted of alertDeliveryKeys(value)) batch.draft.remove('alertDeliveries', counted);
  }
}
