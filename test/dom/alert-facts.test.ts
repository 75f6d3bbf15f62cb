import { expect, it } from 'vitest';
import { asKnown } from '../../dashboard/controllers/alert-watch.ts';
import { alertWords } from '../../dashboard/format/alert-facts.ts';
import { alertSummary } from '../../dashboard/format/alert-summary.ts';
import { DEFAULT_RULES } from '../../server/alerts/default-rules.ts';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { licenceRow } from './support-live-server.ts';

it('UI-74: an alert whose rule is not read yet shows no number: a bare 0.97 would be read as one licence', () => {
  const alert = { rule: 'utilisation-90', state: 'firing' as const, value: 0.97, threshold: 0.9 };
  expect(alertWords(alert, undefined, undefined)).toEqual({ title: 'utilisation-90', now: '', limit: '', easing: false });
});

it('UI-87: an alert that fires on though its value is back is easing, by the newest number there is', () => {
  const [rule] = DEFAULT_RULES.filter(({ id }) => id === 'utilisation-100');
  const row = (used: number) => licenceRow('Inbound Agent', used, { concurrent: { total: 10, used, available: 10 - used } });
  const at = (state: 'firing' | 'pending' | 'unknown', used: number) =>
    alertWords({ rule: 'utilisation-100', state, value: 1, threshold: 1 }, rule, row(used)).easing;
  expect([at('firing', 10), at('firing', 9), at('pending', 9), at('unknown', 9)]).toEqual([false, true, false, false]);
});

it('UI-70: of several that fire it is said how many are critical', () => {
  const words = (...severities: ('info' | 'warning' | 'critical')[]) => {
    const alerts = [
      ...severities.map((severity) => ({ state: 'firing' as const, severity })),
      { state: 'pending' as const, severity: 'critical' as const },
    ];
    return alertSummary({ alerts, rules: null, types: 16, isOld: false, feedSilent: false }).words;
  };
  expect(words('critical')).toBe('1 firing, 1 pending');
  expect(words('warning', 'info')).toBe('2 firing, 1 pending');
  expect(words('warning', 'critical', 'critical')).toBe('3 firing (2 critical), 1 pending');
  expect(words('critical', 'critical')).toBe('2 firing (all critical), 1 pending');
});

it('UI-19: what fired is not known while the numbers stand still, and what is over stays over', () => {
  const of = (state: LiveAlert['state'], still: boolean) =>
    asKnown(
      { live: { standsStill: () => still } },
      {
        ...{ id: 'a', rule: 'full', licenceType: 'Recording', severity: 'critical', state, value: 1, threshold: 1 },
        ...{ startsAt: '2026-11-24T12:00:00.000Z', endsAt: null },
      },
    ).state;
  expect([of('firing', false), of('firing', true), of('pending', true), of('resolved', true)]).toEqual([
    ...['firing', 'unknown', 'unknown', 'resolved'],
  ]);
});
