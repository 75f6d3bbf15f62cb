/** Bills on the way: how far one was read, kept so that after a start only what came since is read. What is written before that drops it. */
import type { Instant } from '../../shared/time.ts';
import { AFTER_NAMES, type Key } from '../store/store.ts';
import { type Batch, touch } from './batch.ts';
import type { Organisation } from './organisation.ts';

export interface KeptCheckpoint {
  /** Of the billing period, and by which clock it was read. */
  end: Instant;
  timeZone: string;
  /** Where reading goes on: everything before it is in what was read. */
  next: Key;
  /** Whoever reads bills knows what is in it. */
  read: unknown;
}

/** @param stillTrue whether nothing was committed before it since it was read */
export function keepBillCheckpoint(batch: Batch, id: string, start: Instant, checkpoint: KeptCheckpoint, stillTrue: () => boolean): void {
  const organisation = batch.books.organisations.get(id);
  const readTo = checkpoint.next[1] as Instant;
  if (!organisation || !stillTrue()) return;
  for (const { key } of batch.draft.written('entries', id)) if ((key[1] as Instant) <= readTo) return;
  batch.draft.put('billCheckpoints', [id, start], checkpoint);
  organisation.billsReadTo = Math.max(organisation.billsReadTo ?? readTo, readTo);
  touch(batch, organisation);
}

/** Something was written at an instant: what was read beyond it may be another now. */
export function dropBillCheckpoints(batch: Batch, organisation: Organisation, from: Instant): void {
  if (organisation.billsReadTo === undefined || from > organisation.billsReadTo) return;
  const { id } = organisation;
  for (const { key, value } of [...batch.draft.range<KeptCheckpoint>('billCheckpoints', { start: [id], end: [id, AFTER_NAMES] })]) {
    if ((value.next[1] as Instant) >= from) batch.draft.remove('billCheckpoints', key);
  }
  organisation.billsReadTo = from;
}
