/** What is kept, and for how long: one small piece a batch, of one organisation, beside everything else. */
import type { Bill } from '../../shared/bill.ts';
import type { Instant } from '../../shared/time.ts';
import type { Reader } from '../store/store.ts';
import type { Batch } from './batch.ts';
import { deriveDay, dropHours, rollDay } from './kept-levels.ts';
import { closeRecords, dropEntries, keepBill } from './kept-records.ts';
import type { Organisation } from './organisation.ts';
import { isRecomputing } from './recomputation.ts';

/** Months for which levels are kept by five minutes and by the hour. Days are kept for good. */
const [BUCKET_MONTHS, HOUR_MONTHS] = [13, 37];

export interface Retention {
  /** Absent: records are kept for good. */
  recordsMonths?: number | undefined;
}

/** An organisation of which something may have been kept for long enough; those after `last` first, so that everyone gets a turn. */
export function nextToKeep(organisations: ReadonlyMap<string, Organisation>, last: string, now: Instant): Organisation | undefined {
  const due = [...organisations.values()].filter(({ nextKeep, recomputations }) => nextKeep <= now && !isRecomputing(recomputations));
  return due.find(({ id }) => id > last) ?? due[0];
}

/** The billing period of the oldest entries, if it is closed and its bill is not written down yet. */
export function billToKeep(disk: Reader, { id, kept, calendar }: Organisation): string | null {
  const first = oldestClosed(disk, id, kept.closed);
  if (first === null) return null;
  const { name } = calendar.billingPeriod(first);
  return disk.get('bills', [id, name]) === undefined ? name : null;
}

function oldestClosed(disk: Reader, id: string, closed: Instant): Instant | null {
  for (const { key } of disk.range('entries', { start: [id, Number.NEGATIVE_INFINITY], end: [id, closed], limit: 1 }))
    return key[1] as Instant;
  return null;
}

/** @param bill of the period of the oldest entries, if `billToKeep` asked for it */
export function keepNext(batch: Batch, organisation: Organisation, { recordsMonths }: Retention, bill: Bill | null): void {
  const { calendar, kept, id, recomputations } = organisation;
  if (isRecomputing(recomputations)) return;
  if (bill) {
    keepBill(batch, organisation, bill);
    return;
  }
  const before = (months: number): Instant => calendar.dayMonthsBefore(batch.now, months);
  const did =
    deriveDay(batch, organisation) ||
    rollDay(batch, organisation, before(BUCKET_MONTHS)) ||
    dropHours(batch, organisation, before(HOUR_MONTHS)) ||
    (recordsMonths !== undefined && closeRecords(batch, organisation, calendar.billingPeriod(before(recordsMonths)).start));
  if (did) return;
  const first = oldestClosed(batch.draft, id, kept.closed);
  if (first !== null && billToKeep(batch.draft, organisation) === null) {
    dropEntries(batch, organisation, calendar.billingPeriod(first).end);
  } else if (first === null) organisation.nextKeep = calendar.day(batch.now).end;
}
