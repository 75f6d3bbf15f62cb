import { type DayCurve, highestOf, SLOT_MS, SLOTS } from './day-curve.ts';
import { expectDay, upTo } from './expect-day.ts';

export interface BackTest {
  /** Days that were foretold as today is, from no more than what was known of them at this time of day. */
  days: number;
  /** Of the highest in use, in licences. */
  meanAbsoluteError: number;
  /** Of when it was reached. */
  meanAbsoluteErrorMinutes: number;
}

/** How far off the same forecast would have been on the days before, at the same time of day. Null: there is no day to try it on. @param days newest first */
export function backTest(days: readonly DayCurve[], now: number): BackTest | null {
  const errors = days.flatMap((day, index) => {
    const expected = expectDay(upTo(day, now), now, days.slice(index + 1), null);
    if (!expected) return [];
    const was = highestOf(day, 0, SLOTS);
    return [{ value: Math.abs(expected.value - was.value), slots: Math.abs(expected.slot - Math.max(0, was.slot)) }];
  });
  if (errors.length === 0) return null;
  const mean = (of: (error: (typeof errors)[number]) => number) =>
    Math.round((errors.reduce((sum, error) => sum + of(error), 0) / errors.length) * 10) / 10;
  return {
    days: errors.length,
    meanAbsoluteError: mean(({ value }) => value),
    meanAbsoluteErrorMinutes: mean(({ slots }) => (slots * SLOT_MS) / 60_000),
  };
}
