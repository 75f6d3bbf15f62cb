import type { Resolution } from '../../shared/history.ts';
import type { Instant } from '../../shared/time.ts';
import type { Kept } from '../books/organisation.ts';
import type { Span } from '../licensing/calendar.ts';
import type { Downtime } from '../licensing/sessions.ts';
import { HOUR_MS, hourStart } from '../usage/open-bucket.ts';
import type { LocalBuckets } from './local-buckets.ts';

/** Whether everything is known of a stretch of time. */
export type Coverage = (start: Instant, end: Instant) => boolean;

/**
 * @param downtimes when Highwater was down: whatever happened then may never have been reported
 * @param knownFrom before it neither Highwater nor an import knows of anything
 */
export function createCoverage(downtimes: readonly Downtime[], knownFrom: Instant): Coverage {
  return (start, end) => start >= knownFrom && downtimes.every(({ from, until }) => until <= start || from >= end || from === until);
}

/**
 * Where knowledge begins: at the first start of the daemon, or with what was imported or reported late from before it.
 * Exports are made by the day, so that the whole first day counts as known.
 */
export function knownFrom(firstStartAt: Instant, firstEntryAt: Instant | null, dayStart: (at: Instant) => Instant): Instant {
  return firstEntryAt !== null && firstEntryAt < firstStartAt ? Math.min(firstStartAt, dayStart(firstEntryAt)) : firstStartAt;
}

/** Whether what is kept of levels begins and ends where a stretch does. */
export function isKeptExactly(kept: Kept, { calendar, offsetAt }: LocalBuckets, { start, end }: Span): boolean {
  // Of a day that begins within an hour of UTC no hour tells its beginning: on Lord Howe also where the clock then goes on by whole hours.
  const isHour = (at: Instant, day: Instant): boolean =>
    at >= kept.hours && hourStart(at) === at && hourStart(day) === day && offsetAt(at) % HOUR_MS === 0;
  const isEdge = (at: Instant): boolean => {
    if (at >= kept.buckets) return true;
    const day = calendar.day(at).start;
    return day === at || isHour(at, day);
  };
  return isEdge(start) && isEdge(end);
}

/** Where only hours or days are kept, nothing finer is known: a stretch that begins or ends within one is not told exactly. */
export const onlyWhereKept =
  (covered: Coverage, kept: Kept, buckets: LocalBuckets): Coverage =>
  (start, end) =>
    isKeptExactly(kept, buckets, { start, end }) && covered(start, end);

/** From where on buckets of a resolution can be told. Minus infinity: from the beginning. */
export function toldFrom(resolution: Resolution, { buckets, hours }: Kept): Instant {
  if (resolution === '5m') return buckets;
  return resolution === '1h' ? hours : Number.NEGATIVE_INFINITY;
}
