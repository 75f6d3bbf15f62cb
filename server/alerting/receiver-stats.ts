/** Counts of the deliveries to each receiver, and how the newest attempts went. */
import type { Batch } from '../books/batch.ts';
import type { Reader } from '../store/store.ts';
import { type Delivery, isSettled, type ReceiverStats } from '../webhooks/outbox.ts';

type Unsettled = 'pending' | 'failed';

/** Keys of what belongs to one receiver, ordered by a number. */
export const ofReceiver = (organisation: string, webhook: string) => ({
  start: [organisation, webhook],
  end: [organisation, webhook, Number.POSITIVE_INFINITY],
});

/** A data directory of before the counts were kept is counted through. */
export const statsOf = (disk: Reader, organisation: string, webhook: string): ReceiverStats =>
  disk.get<ReceiverStats>('receiverStats', [organisation, webhook]) ?? countThrough(disk, organisation, webhook);

function countThrough(disk: Reader, organisation: string, webhook: string): ReceiverStats {
  let stats: ReceiverStats = { pending: 0, failed: 0, exchanges: 0, lastDeliveredAt: null, lastError: null };
  for (const { value } of disk.range<Delivery>('deliveries', ofReceiver(organisation, webhook))) stats = counted(stats, null, value);
  return stats;
}

/** @param before null: it is new. @param after null: it is forgotten. Called before the delivery itself is written. */
export function countDelivery(batch: Batch, before: Delivery | null, after: Delivery | null): void {
  const { organisation, webhook } = (after ?? before) as Delivery;
  writeStats(batch, organisation, webhook, counted(statsOf(batch.draft, organisation, webhook), before, after));
}

export const writeStats = (batch: Batch, organisation: string, webhook: string, stats: ReceiverStats): void =>
  batch.draft.put('receiverStats', [organisation, webhook], stats);

function counted(stats: ReceiverStats, before: Delivery | null, after: Delivery | null): ReceiverStats {
  const next = { ...stats };
  if (before && !isSettled(before)) next[before.status as Unsettled]--;
  if (after && !isSettled(after)) next[after.status as Unsettled]++;
  const newest = after?.attempts.at(-1);
  if (!newest || hasSameAttempts(before, after)) return next;
  if (after?.status === 'delivered') return { ...next, lastDeliveredAt: newest.at, lastError: null };
  return { ...next, lastError: newest.error };
}

/** What was read from disk twice holds the same attempts, but not the same objects. */
const hasSameAttempts = (before: Delivery | null, after: Delivery | null): boolean =>
  before?.attempts.length === after?.attempts.length && before?.attempts.at(-1)?.at === after?.attempts.at(-1)?.at;
