/** What is kept, and for how long: one small piece a batch, of one organisation, beside everything else. */
import type { Instant } from '../../shared/time.ts';
import type { Batch } from './batch.ts';
import { deriveDay, dropHours, rollDay } from './kept-levels.ts';
import type { Organisation } from './organisation.ts';
import { isRecomputing } from './recomputation.ts';

/** Months for which levels are kept by five minutes and by the hour. Days are kept for good. */
const [BUCKET_MONTHS, HOUR_MONTHS] = [13, 37];

/** An organisation of which something may have been kept for long enough; those after `last` first, so that everyone gets a turn. */
export function nextToKeep(organisations: ReadonlyMap<string, Organisation>, last: string, now: Instant): Organisation | undefined {
  const due = [...organisations.values()].filter(({ nextKeep, recomputations }) => nextKeep <= now && !isRecomputing(recomputations));
  return due.find(({ id }) => id > last) ?? due[0];
}

export function keepNext(batch: Batch, organisation: Organisation): void {
  const { calendar } = organisation;
  const before = (months: number): Instant => calendar.dayMonthsBefore(batch.now, months);
  const did =
    deriveDay(batch, organisation) ||
    rollDay(batch, organisation, before(BUCKET_MONTHS)) ||
    dropHours(batch, organisation, before(HOUR_MONTHS));
  if (!did) organisation.nextKeep = calendar.day(batch.now).end;
}
