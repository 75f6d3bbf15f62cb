import { describe, expect, it } from 'vitest';
import { type DayEvidence, explain, likelyCauses, possibleCauses } from '../../server/billing/difference-cause.ts';
import type { DifferenceCause } from '../../shared/vendor-figures.ts';

/** A day on which every way of counting comes to another number. */
const DAY: DayEvidence = {
  ours: { instant: 50, 'sustained:30m': 46, 'steady:15m': 47, 'sample:5m': 48, p95: 31 },
  devices: { instant: 72, 'sample:5m': 70 },
  utc: { instant: 45, 'sample:5m': 44 },
  standardTime: { instant: 43, 'sample:5m': 42 },
  complete: true,
  lateAcquired: 0,
};

describe('why a figure is another than ours', () => {
  it.each<[rule: string, theirs: number, day: Partial<DayEvidence>, cause: DifferenceCause]>([
    ['CAUSE-1 the exact maximum is no difference', 50, {}, 'none'],
    ['CAUSE-2 the highest five-minute sample', 48, {}, 'sampled'],
    ['CAUSE-3 held for fifteen minutes without a break', 47, {}, 'steady'],
    ['CAUSE-4 held for thirty minutes in sum', 46, {}, 'sustained'],
    ['CAUSE-5 exceeded for at most 5 % of the time', 31, {}, 'percentile'],
    ['CAUSE-6 devices instead of users', 72, {}, 'devices'],
    ['CAUSE-6 devices, sampled', 70, {}, 'devices'],
    ['CAUSE-7 the day of that date in UTC', 45, {}, 'utc-days'],
    ['CAUSE-7 the same, sampled', 44, {}, 'utc-days'],
    ['CAUSE-8 a day of a clock that keeps standard time', 43, {}, 'standard-time-days'],
    ['CAUSE-8 in winter there is no such day', 43, { standardTime: null }, 'unknown'],
    ['CAUSE-9 more than we know of a day of which part was not recorded', 60, { complete: false }, 'not-recording'],
    ['CAUSE-9 not if all of it was', 60, {}, 'unknown'],
    ['CAUSE-9 not if it is less than we know', 40, { complete: false }, 'unknown'],
    ['CAUSE-10 fewer by no more than came to be known since', 49, { lateAcquired: 1 }, 'late-records'],
    ['CAUSE-10 not if that explains too little', 40, { lateAcquired: 9 }, 'unknown'],
    ['CAUSE-11 nothing that is known here', 51, {}, 'unknown'],
  ])('%s', (_, theirs, day, cause) => {
    const evidence = { ...DAY, ...day };
    expect(possibleCauses(theirs, evidence)).toEqual([cause]);
    expect(explain(cause, theirs, evidence)).toMatch(/^[A-Z].+\.$/);
  });

  it('CAUSE-12 of several that would make the number, the one that explains most days of the month is the likely one', () => {
    const quiet: DayEvidence = {
      ...DAY,
      ours: { instant: 3, 'sustained:30m': 2, 'steady:15m': 2, 'sample:5m': 2, p95: 1 },
      utc: { instant: 2, 'sample:5m': 2 },
    };
    const possible = possibleCauses(2, quiet);
    expect(possible).toEqual(['sampled', 'steady', 'sustained', 'utc-days']);
    expect(likelyCauses([possible])).toEqual(['sampled']);
    expect(likelyCauses([possible, ['utc-days'], ['none'], ['utc-days'], ['sampled']])).toEqual([
      'utc-days',
      'utc-days',
      'none',
      'utc-days',
      'sampled',
    ]);
    expect(likelyCauses([possible, ['steady'], ['sampled']])).toEqual(['sampled', 'steady', 'sampled']);
  });
});
