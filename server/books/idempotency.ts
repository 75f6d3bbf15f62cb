import type { AnswerReason, EventResult, LicenceEvent } from '../../shared/events.ts';
import type { Instant } from '../../shared/time.ts';
import type { Reader } from '../store/store.ts';
import type { Batch } from './batch.ts';
import type { Draft } from './draft.ts';

/** An event id is remembered for so long after its receipt, in milliseconds. */
export const REMEMBERED_MS = 2 * 86_400_000;
/** Batches of ids forgotten in one go. */
const FORGOTTEN_AT_ONCE = 4;

interface StoredAnswer {
  receivedAt: Instant;
  reason: AnswerReason | null;
  records: number[];
  recomputing?: true;
}

/** What the first event with this id was answered. */
export function firstAnswer(disk: Reader, { organisation, id, receivedAt }: LicenceEvent): StoredAnswer | undefined {
  if (id === undefined) return undefined;
  const answer = disk.get<StoredAnswer>('ids', [organisation, id]);
  return answer && receivedAt - answer.receivedAt <= REMEMBERED_MS ? answer : undefined;
}

export function rememberAnswer(batch: Batch, event: LicenceEvent, { reason, records, recomputing }: Omit<EventResult, 'index'>): void {
  if (event.id === undefined) return;
  const answer: StoredAnswer = { receivedAt: event.receivedAt, reason: reason ?? null, records };
  if (recomputing) answer.recomputing = recomputing;
  batch.draft.put('ids', [event.organisation, event.id], answer);
  batch.ids.push([event.organisation, event.id]);
}

/** Lists the ids of a batch under its instant: what is to be forgotten one day is found without an index of its own. */
export function fileIds({ draft, ids, now, books }: Batch): void {
  if (ids.length > 0) draft.put('idBatches', [now, books.receipt], ids);
}

/** Removes ids that are remembered no longer, a little at a time. */
export function forgetOldIds(draft: Draft, now: Instant): void {
  const end = [now - REMEMBERED_MS];
  for (const { key, value } of [...draft.range<Batch['ids']>('idBatches', { end, limit: FORGOTTEN_AT_ONCE })]) {
    draft.remove('idBatches', key);
    for (const id of value) {
      const answer = draft.get<StoredAnswer>('ids', id);
      if (answer && answer.receivedAt < now - REMEMBERED_MS) draft.remove('ids', id);
    }
  }
}

export const hasOldIds = (disk: Reader, now: Instant): boolean => {
  for (const _ of disk.range('idBatches', { end: [now - REMEMBERED_MS], limit: 1 })) return true;
  return false;
};
