/** Closed billing periods in the books: their statements, and what happened since that may make another one necessary. */
import type { StatementReason } from '../../shared/statements.ts';
import type { Instant } from '../../shared/time.ts';
import type { Reader } from '../store/store.ts';
import type { Batch } from './batch.ts';
import { dropBillCheckpoints } from './bill-checkpoints.ts';
import type { Organisation } from './organisation.ts';

/** A statement beside its body. */
export interface StoredStatement {
  hash: string;
  previousHash: string | null;
  /** SHA-256 of bill and settings: another statement with the same one would say the same. */
  figuresHash: string;
  closedAt: Instant;
  seq: number;
  reason: StatementReason;
  by: string | null;
}

/** How far an organisation's periods are closed, and what became known of the past since they were. */
export interface Closing {
  /** Periods that end up to here are closed. */
  closedTo: Instant | null;
  /** Counts batches that changed something before the running period. */
  changes: number;
  /** What such batches may have changed since all statements were last compared with the records: everything from here on; null: nothing. */
  changedFrom: Instant | null;
  /** The first and the last of them. */
  changedSince: Instant;
  changedAt: Instant;
}

const NOTHING_CLOSED: Closing = { closedTo: null, changes: 0, changedFrom: null, changedSince: 0, changedAt: 0 };

export const closingOf = (disk: Reader, organisation: string): Closing => disk.get<Closing>('closings', [organisation]) ?? NOTHING_CLOSED;

/** A statement ready to be written, worked out from the books as they were with `changes`. */
export interface DraftedStatement extends StoredStatement {
  organisation: string;
  period: string;
  number: number;
  changes: number;
  /** Canonical JSON, deflated. */
  body: Uint8Array;
}

/** Whether it was written: not if something of the past changed meanwhile, or another statement came first. */
export function writeStatement(batch: Batch, { organisation: id, period, number, changes, body, ...stored }: DraftedStatement): boolean {
  const organisation = batch.books.organisations.get(id);
  if (!organisation) return false;
  noteLateEntries(batch, organisation);
  const before = batch.draft.get<StoredStatement>('statements', [id, period, number - 1]);
  const taken = batch.draft.get('statements', [id, period, number]) !== undefined;
  if (taken || (before?.hash ?? null) !== stored.previousHash || closingOf(batch.draft, id).changes !== changes) return false;
  batch.draft.put('statements', [id, period, number], stored);
  batch.draft.put('statementBodies', [id, period, number], body);
  return true;
}

/** All periods that end up to an instant are closed and as the records say, unless something changed meanwhile. */
export function settleClosing(batch: Batch, id: string, closedTo: Instant | null, changes: number): void {
  const organisation = batch.books.organisations.get(id);
  if (organisation) noteLateEntries(batch, organisation);
  const closing = closingOf(batch.draft, id);
  if (closing.changes === changes) batch.draft.put('closings', [id], { ...closing, closedTo, changedFrom: null });
}

/** Looks whether the batch has written anything before the running period. */
export function noteLateEntries(batch: Batch, organisation: Organisation): void {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { key } of batch.draft.written('entries', organisation.id)) {
    // What is kept no more is only ever removed: the past is as it was.
    if ((key[1] as Instant) >= organisation.kept.closed) earliest = Math.min(earliest, key[1] as Instant);
  }
  dropBillCheckpoints(batch, organisation, earliest);
  notePastChange(batch, organisation, earliest);
}

/** Something has changed from an instant on: statements of periods that were not over then may be wrong. */
export function notePastChange(batch: Batch, organisation: Organisation, from: Instant): void {
  const { now, draft } = batch;
  if (from >= organisation.calendar.billingPeriod(now).start) return;
  const closing = closingOf(draft, organisation.id);
  const { changes, changedFrom, changedSince } = closing;
  draft.put('closings', [organisation.id], {
    ...closing,
    changes: changes + 1,
    changedFrom: Math.min(from, changedFrom ?? from),
    changedSince: changedFrom === null ? now : changedSince,
    changedAt: now,
  });
}
