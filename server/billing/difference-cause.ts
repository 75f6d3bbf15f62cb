/**
 * Why a vendor's figure of a day is another than the exact one. A cause is found where it would make just that number; where several
 * would, the one that explains most days of the month is the likely one. The rules are numbered in SPEC.md (CAUSE).
 */
import type { BillingRule } from '../../shared/bill.ts';
import { DIFFERENCE_CAUSES, type DifferenceCause } from '../../shared/vendor-figures.ts';

/** What can be said of one day and licence type from our side. */
export interface DayEvidence {
  /** The day taken as a period of its own. */
  ours: Record<BillingRule, number>;
  /** Devices instead of users: the exact maximum, and that of the samples. */
  devices: Sampled;
  /** Users on the day of that date in UTC, and by a clock that keeps standard time; null where that is the same day. */
  utc: Sampled | null;
  standardTime: Sampled | null;
  /** Highwater was recording all day. */
  complete: boolean;
  /** Users who came on records that were not known yet when the figure was given. */
  lateAcquired: number;
}

/** The exact maximum and the highest of the five-minute samples. */
export interface Sampled {
  instant: number;
  'sample:5m': number;
}

const isOf = (value: number, sampled: Sampled | null): boolean =>
  sampled !== null && (sampled.instant === value || sampled['sample:5m'] === value);

/** Each with its rule; `unknown` comes last and always holds. */
const TESTS: Record<DifferenceCause, (theirs: number, day: DayEvidence) => boolean> = {
  none: (theirs, { ours }) => theirs === ours.instant,
  sampled: (theirs, { ours }) => theirs === ours['sample:5m'],
  steady: (theirs, { ours }) => theirs === ours['steady:15m'],
  sustained: (theirs, { ours }) => theirs === ours['sustained:30m'],
  percentile: (theirs, { ours }) => theirs === ours.p95,
  devices: (theirs, { devices }) => isOf(theirs, devices),
  'utc-days': (theirs, { utc }) => isOf(theirs, utc),
  'standard-time-days': (theirs, { standardTime }) => isOf(theirs, standardTime),
  'not-recording': (theirs, { ours, complete }) => !complete && theirs > ours.instant,
  'late-records': (theirs, { ours, lateAcquired }) => theirs < ours.instant && theirs >= ours.instant - lateAcquired,
  unknown: () => true,
};

/** All that would make the number, in the order of the rules. Where nothing is different there is nothing to explain. */
export function possibleCauses(theirs: number, day: DayEvidence): DifferenceCause[] {
  const possible = DIFFERENCE_CAUSES.filter((cause) => TESTS[cause](theirs, day));
  if (possible[0] === 'none') return ['none'];
  return possible.length > 1 ? possible.filter((cause) => cause !== 'unknown') : possible;
}

/** Of each day the one that explains most days of all, of equally many the first by the rules. */
export function likelyCauses(days: readonly (readonly DifferenceCause[])[]): DifferenceCause[] {
  const explained = new Map<DifferenceCause, number>();
  for (const possible of days) for (const cause of possible) explained.set(cause, (explained.get(cause) ?? 0) + 1);
  const daysOf = (cause: DifferenceCause): number => explained.get(cause) ?? 0;
  return days.map((possible) => possible.reduce((best, cause) => (daysOf(cause) > daysOf(best) ? cause : best)));
}

/** The cause in a sentence. @param of what the figure is of: a day, or a billing period */
export function explain(
  cause: DifferenceCause,
  theirs: number,
  { ours, devices, utc, standardTime, lateAcquired }: DayEvidence,
  of: 'day' | 'period' = 'day',
): string {
  const exact = `${ours.instant} at most at any moment`;
  switch (cause) {
    case 'none':
      return `The exact maximum of the ${of}: ${ours.instant}.`;
    case 'sampled':
      return `Sampled every five minutes: ${theirs} in the samples, ${exact} in between.`;
    case 'steady':
      return `Only what lasted 15 minutes without a break counts: ${theirs}; ${exact}.`;
    case 'sustained':
      return `Only what lasted 30 minutes in sum counts: ${theirs}; ${exact}.`;
    case 'percentile':
      return `The level exceeded for at most 5 % of the time: ${theirs}; ${exact}.`;
    case 'devices':
      return `Counts devices instead of users: ${devices.instant} devices of ${ours.instant} users.`;
    case 'utc-days':
      return of === 'day'
        ? `Their days are days in UTC: ${utc?.instant} on that one, ${ours.instant} on the day of the organisation's clock.`
        : `Their month is one in UTC: ${utc?.instant} in that one, ${ours.instant} by the organisation's clock.`;
    case 'standard-time-days':
      return `Their days do not follow the change of clocks: ${standardTime?.instant} on a day of standard time, ${ours.instant} on that of summer time.`;
    case 'not-recording':
      return `Highwater was not recording for part of the ${of} and knows of ${ours.instant}.`;
    case 'late-records':
      return `Records that came to be known after this figure was given brought the ${of} ${lateAcquired} of its logins.`;
    case 'unknown':
      return `No rule that is known here makes ${theirs} of this ${of} (${exact}).`;
  }
}
