import { expect, it } from 'vitest';
import { changedSettings } from '../../dashboard/format/change-words.ts';
import { inWords, lengthInWords } from '../../dashboard/format/duration.ts';
import { exactlyWhen, exactMoment, momentInFull, onLocalClock, shortMoment } from '../../dashboard/format/time.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const settings = { name: 'Leeds', timeZone: 'Europe/London', billingPeriodStartDay: 1 };

it('UI-50: a change says what was before and what is after, and nothing that stayed', () => {
  const before = {
    ...settings,
    staleAfterSeconds: 36_000,
    entitlements: { 'Inbound Agent': { concurrent: 8, contingency: 4 }, Recording: { concurrent: 5, contingency: 0 } },
  };
  const after = {
    ...settings,
    staleAfterSeconds: 43_200,
    effectiveFrom: '2026-12-01T00:00:00.000Z',
    entitlements: { 'Inbound Agent': { concurrent: 1_000, contingency: 4, unitPrice: 30 } },
  };
  expect(changedSettings(before, after, now, 'Europe/London')).toEqual([
    { setting: 'stale after', before: '10 h', after: '12 h' },
    { setting: 'Inbound Agent, concurrent', before: '8', after: '1,000' },
    { setting: 'Recording, concurrent', before: '5', after: '' },
    { setting: 'Recording, contingency', before: '0', after: '' },
    { setting: 'counts from', before: '', after: '1 Dec, 00:00:00' },
    { setting: 'Inbound Agent, price of a concurrent one', before: '', after: '30' },
  ]);
});

it('UI-50: an assignment that is new, and one that is removed', () => {
  const assignment = { userType: 'Inbound Agent', serviceFeatures: ['Agent Calls', 'Recording'] };
  const told = [
    { setting: 'user type', words: 'Inbound Agent' },
    { setting: 'service features', words: 'Agent Calls, Recording' },
  ];
  expect(changedSettings(null, assignment, now, 'UTC')).toEqual(told.map(({ setting, words }) => ({ setting, before: '', after: words })));
  expect(changedSettings(assignment, null, now, 'UTC')).toEqual(told.map(({ setting, words }) => ({ setting, before: words, after: '' })));
});

it('UI-11: a peak that was over within a second did last; its moment reads as part of a sentence', () => {
  expect([lengthInWords(0), lengthInWords(1), lengthInWords(1_500)]).toEqual(['0 s', 'less than 1 s', '1 s']);
  expect(inWords(1)).toBe('0 s');
  expect(exactlyWhen(now - 1_000, now, 'UTC')).toBe('at 11:59:59');
  expect(exactlyWhen(now - 86_400_000, now, 'UTC')).toBe('on 23 Nov, 12:00:00');
});

it('UI-88: an instant says its year where that is another, and in full its zone and age', () => {
  const lastYear = Date.parse('2025-11-24T12:03:11Z');
  expect(exactMoment(lastYear, now, 'UTC')).toBe('24 Nov 2025, 12:03:11');
  expect(shortMoment(lastYear, now, 'UTC')).toBe('on 24 Nov 2025, 12:03');
  expect(exactlyWhen(lastYear, now, 'UTC')).toBe('on 24 Nov 2025, 12:03:11');
  // New Year's Eve in London is the new year already in Tokyo.
  expect(exactMoment(Date.parse('2026-12-31T16:00:00Z'), Date.parse('2026-12-31T15:30:00Z'), 'Asia/Tokyo')).toBe('01:00:00');
  expect(momentInFull('2026-11-24T08:55:00.250Z', now, 'Europe/London')).toBe(
    '24 Nov 2026, 08:55:00.250, Europe/London (GMT), 3 h 4 min ago',
  );
  expect(momentInFull('2026-11-24T12:00:08.000Z', now, 'Asia/Kolkata')).toBe('24 Nov 2026, 17:30:08.000, Asia/Kolkata (GMT+5:30), in 8 s');
  expect(onLocalClock('The last good backup is of 2026-11-24T08:55:00.250Z, overdue.', now, 'Europe/Paris')).toBe(
    'The last good backup is of 09:55:00, overdue.',
  );
});
