import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backTest } from '../../server/forecast/back-test.ts';
import { clockOfSlot, type DayCurve, noteHigh, SLOTS, slotAt, unknownDay } from '../../server/forecast/day-curve.ts';
import { expectDay, upTo } from '../../server/forecast/expect-day.ts';
import { fillOf, MOST_SECONDS } from '../../server/forecast/fill.ts';
import { ratePerMinute } from '../../server/forecast/rate.ts';
import { NO_LEVELS } from '../../server/usage/levels.ts';
import { bucketStart } from '../../server/usage/open-bucket.ts';
import { minuteLevels, minuteStart, shiftMinutes } from '../../server/usage/recent-levels.ts';
import { change, createTypeUsage } from '../../server/usage/type-usage.ts';

/** A day that stands at nothing but for steps: from a slot on, so high. */
function dayOf(...steps: [slot: number, level: number][]): DayCurve {
  const day = unknownDay();
  let level = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    level = steps.find(([from]) => from === slot)?.[1] ?? level;
    day[slot] = level;
  }
  return day;
}
const [NINE, TEN, NOON, EVENING] = [108, 120, 144, 204];

describe('the rate', () => {
  it('FORECAST-1 is the median slope between any two of the last ten minutes: a burst is no trend', () => {
    expect(ratePerMinute([10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30])).toBe(2);
    // All of thirty log in within one minute, and then nobody.
    expect(ratePerMinute([0, 0, 30, 30, 30, 30, 30, 30, 30, 30, 30])).toBe(0);
    expect(ratePerMinute([10, 12, 14, 90, 18, 20, 22, 24, 26, 28, 30])).toBe(2);
    expect(ratePerMinute([5])).toBe(0);
    expect(ratePerMinute([9, 8, 7])).toBe(-1);
  });

  it('FORECAST-2 is taken from levels just before full minutes, as a plain walk finds them', () => {
    const day = { start: 0, end: 86_400_000 };
    const anyChanges = fc.array(fc.record({ at: fc.integer({ min: 1, max: 1_500_000 }), by: fc.constantFrom(1, -1, 2) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(anyChanges, (given) => {
        const usage = createTypeUsage(day, day);
        const changes = given.sort((a, b) => a.at - b.at);
        for (const { at, by } of changes) change(usage, at, [by, by, 0, 0]);
        const minute = minuteStart(1_500_000);
        const newest = changes.at(-1)?.at ?? 0;
        const kept = usage.open.filter(({ start }) => start >= bucketStart(newest) - 600_000)[0]?.start ?? 0;
        const plain = (at: number) => changes.filter((one) => one.at < at).reduce((sum, { by }) => sum + by, NO_LEVELS[0]);
        const found = minuteLevels(usage, minute, 10);
        const expected = found.map((_, i) => plain(Math.max(minute - (10 - i) * 60_000, kept)));
        expect(found).toEqual(expected);
      }),
      { numRuns: Number(process.env['HIGHWATER_RUNS'] ?? 200) },
    );
    expect(shiftMinutes([1, 2, 3, 4], 2, 9)).toEqual([3, 4, 9, 9]);
    expect(shiftMinutes([1, 2], 99, 9)).toEqual([9, 9]);
  });
});

describe('when a pool is full', () => {
  const pools = (concurrent: number | null, contingency: number | null, total = 20) => ({
    concurrent: { total: concurrent === null ? null : 200, used: 0, available: concurrent },
    contingency: { total, used: 0, available: contingency, maxUsed: 0, maxUsedAt: null },
  });

  it('FORECAST-3 at this rate: first the concurrent pool, then contingency; not beyond a day, and nothing without an entitlement', () => {
    expect(fillOf(pools(14, 20), 2)).toEqual({ pool: 'concurrent', seconds: 420 });
    expect(fillOf(pools(0, 20), 2)).toEqual({ pool: 'contingency', seconds: 600 });
    expect(fillOf(pools(0, 0), 2)).toEqual({ pool: 'contingency', seconds: 0 });
    expect(fillOf(pools(0, 0, 0), -1)).toEqual({ pool: 'concurrent', seconds: 0 });
    expect(fillOf(pools(14, 20), 0)).toEqual({ pool: 'concurrent', seconds: MOST_SECONDS });
    expect(fillOf(pools(14, 20), 0.001)).toEqual({ pool: 'concurrent', seconds: MOST_SECONDS });
    expect(fillOf(pools(null, null), 2)).toBeNull();
  });
});

describe('what a day comes to', () => {
  const usual = dayOf([NINE, 100], [NOON, 120], [EVENING, 0]);

  it('FORECAST-4 by the same weekdays: the middle of what they say, with the lowest and highest', () => {
    const past = [usual, dayOf([NINE, 100], [NOON, 140], [EVENING, 0]), dayOf([NINE, 100], [TEN, 130], [EVENING, 0])];
    const today = upTo(usual, NINE);
    expect(expectDay(today, NINE, past, null)).toEqual({ value: 130, slot: NOON, low: 120, high: 140, days: 3, passes: null });
  });

  it('FORECAST-5 scaled by how today compares so far, over three hours and with a share of the whole day as if it had been seen', () => {
    // From 09:00 to 12:00 today stands at 150 where the other days stood at 100: 36 slots. A whole day is 36 * 100 + 60 * 120 = 10,800.
    const today = upTo(dayOf([NINE, 150]), NOON);
    const ratio = (36 * 150 + 540) / (36 * 100 + 540);
    expect(expectDay(today, NOON, [usual, usual], null)).toMatchObject({ value: Math.round(120 * ratio), slot: NOON });
    // Half an hour after midnight nothing has been seen: the day is as the others.
    expect(expectDay(upTo(usual, 6), 6, [usual, usual], null)).toMatchObject({ value: 120, slot: NOON });
    // Nobody is there: it halves, and no more.
    expect(expectDay(upTo(dayOf(), NOON), NOON, [usual, usual], null)).toMatchObject({ value: 60 });
  });

  it('FORECAST-6 never below what today has already reached', () => {
    const today = upTo(dayOf([TEN, 500], [TEN + 1, 10]), EVENING);
    expect(expectDay(today, EVENING, [usual, usual], null)).toMatchObject({ value: 500, slot: TEN, low: 500, high: 500 });
  });

  it('FORECAST-7 a mark is likely to be passed if most of the days say so, when they say so', () => {
    const at = (mark: number) => expectDay(upTo(usual, NINE), NINE, [usual, usual, dayOf([NINE, 100])], mark)?.passes;
    expect(at(119)).toEqual({ slot: NOON, days: 2 });
    expect(at(120)).toBeNull();
    expect(at(99)).toEqual({ slot: NINE, days: 3 });
    // Half of them are not most.
    expect(expectDay(upTo(usual, NINE), NINE, [usual, dayOf([NINE, 100])], 119)?.passes).toBeNull();
  });

  it('FORECAST-8 fewer than two days say nothing', () => {
    expect(expectDay(usual, NINE, [usual], null)).toBeNull();
    expect(backTest([usual, usual], NINE)).toBeNull();
  });

  it('FORECAST-9 says how far off it was on the days before, at this time of day and from what was known then', () => {
    const higher = dayOf([NINE, 100], [TEN, 130], [EVENING, 0]);
    // The first is told by two usual days, which say 120 at noon: it was 130 at ten.
    expect(backTest([higher, usual, usual], NINE)).toEqual({ days: 1, meanAbsoluteError: 10, meanAbsoluteErrorMinutes: 120 });
    // And one told by usual days alone is right.
    expect(backTest([higher, usual, usual, usual], NINE)).toEqual({ days: 2, meanAbsoluteError: 5, meanAbsoluteErrorMinutes: 60 });
  });

  it('FORECAST-10 hours that a clock skips are passed over, and of those that it shows twice the higher counts', () => {
    const short = upTo(usual, SLOTS);
    for (let slot = 12; slot < 24; slot++) short[slot] = Number.NaN;
    expect(expectDay(upTo(usual, NOON), NOON, [short, usual], null)).toMatchObject({ value: 120, slot: NOON, low: 120, high: 120 });
    const long = unknownDay();
    noteHigh(long, 12, 7);
    noteHigh(long, 12, 5);
    expect(long[12]).toBe(7);
    expect([slotAt(9 * 3_600_000 + 299_999), clockOfSlot(NINE), clockOfSlot(287), slotAt(-1)]).toEqual([NINE, '09:00', '23:55', 287]);
  });

  it('FORECAST-11 against itself: days that are alike foretell one another without error, whatever they are and whenever it is asked', () => {
    const anyDay = fc.array(fc.tuple(fc.integer({ min: 0, max: SLOTS - 1 }), fc.integer({ min: 0, max: 500 })), { maxLength: 12 });
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: SLOTS - 1 }), (steps, now) => {
        const day = dayOf(...(steps as [number, number][]));
        expect(backTest([day, day, day, day], now)).toEqual({ days: 2, meanAbsoluteError: 0, meanAbsoluteErrorMinutes: 0 });
        const expected = expectDay(upTo(day, now), now, [day, day], null);
        expect(expected).toMatchObject({ value: Math.max(...day), low: Math.max(...day), high: Math.max(...day) });
      }),
      { numRuns: Number(process.env['HIGHWATER_RUNS'] ?? 200) },
    );
  });
});
