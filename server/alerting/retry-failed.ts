/** Messages that were given up, sent again once their receiver is well. */
import type { RetriedView } from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';
import type { Batch } from '../books/batch.ts';
import { type Delivery, isSettled, queuedAgain, saysHowItStands } from '../webhooks/outbox.ts';
import { writeDelivery } from './messages.ts';
import { ofReceiver, statsOf } from './receiver-stats.ts';
import type { Alerting } from './watched.ts';

/** Queued in one transaction; more take a further request. */
const AT_ONCE = 5_000;

/**
 * Queues what has failed anew, under the same ids and in the old order. What a later message about the same thing has overtaken stays:
 * to tell somebody now that an alert fires that was over long ago would be wrong. Each can still be sent by itself.
 * @param range of instants at which messages were queued first. @returns null: there is no such receiver
 */
export function retryFailed(
  batch: Batch,
  alerting: Alerting,
  organisation: string,
  webhook: string,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: { from?: Instant; to?: Instant },
): RetriedView | null {
  if (!alerting.watched.get(organisation)?.webhooks.has(webhook)) return null;
  let left = statsOf(batch.draft, organisation, webhook).failed;
  const arrived = new Set<string>();
  const due: Delivery[] = [];
  let overtaken = 0;
  for (const { value } of batch.draft.range<Delivery>('deliveries', { ...ofReceiver(organisation, webhook), reverse: true })) {
    if (left === 0 || value.at < from) break;
    if (value.status === 'delivered' && saysHowItStands(value)) arrived.add(value.about);
    if (value.status !== 'failed' || isSettled(value)) continue;
    left--;
    if (value.at >= to) continue;
    if (saysHowItStands(value) && arrived.has(value.about)) overtaken++;
    else due.push(value);
  }
  const now = due.reverse().slice(0, AT_ONCE);
  for (const delivery of now) writeDelivery(batch, alerting, queuedAgain(delivery, batch.now));
  return { queued: now.length, overtaken, more: due.length > now.length };
}
