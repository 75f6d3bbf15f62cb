import type { Instant } from '../../shared/time.ts';
import type { Downtime } from '../licensing/sessions.ts';

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
