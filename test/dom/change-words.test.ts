import { expect, it } from 'vitest';
import { changedSettings } from '../../dashboard/format/change-words.ts';
import { inWords, lengthInWords } from '../../dashboard/format/duration.ts';
import { exactlyWhen } from '../../dashboard/format/time.ts';

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
