import type { Instant } from '../../shared/time.ts';
import type { Closing } from '../books/statements.ts';

export interface ClosingTimes {
  /** From the end of a billing period to its statement. */
  closeAfterMs: number;
  /** Nothing of the past has to have changed for so long, so that an import makes one revision and not a hundred. */
  reviseAfterMs: number;
}

export const USUAL_CLOSING: ClosingTimes = { closeAfterMs: 72 * 3_600_000, reviseAfterMs: 3_600_000 };

/** Where the past never comes to rest, that is not waited for any longer. */
const MOST_UNREST_MS = 86_400_000;

/** From when on what changed of the past may be looked at. */
export const quietFrom = ({ changedFrom, changedSince, changedAt }: Closing, { reviseAfterMs }: ClosingTimes): Instant =>
  changedFrom === null ? Number.NEGATIVE_INFINITY : Math.min(changedAt + reviseAfterMs, changedSince + MOST_UNREST_MS);

/** When a period that ends at `end` is closed. */
export function closesAt(closing: Closing, end: Instant, times: ClosingTimes): Instant {
  const changed = closing.changedFrom !== null && closing.changedFrom < end;
  return Math.max(end + times.closeAfterMs, changed ? quietFrom(closing, times) : end);
}

/** Older periods get a statement only on request: one wrong event of the year 1 must not bring thousands. */
const LONGEST_AGO_MS = 10 * 366 * 86_400_000;

export const closesByItself = (end: Instant, now: Instant): boolean => end > now - LONGEST_AGO_MS;
