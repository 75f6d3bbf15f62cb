import { expect, it } from 'vitest';
import { alertWords } from '../../dashboard/format/alert-facts.ts';
import { alertSummary } from '../../dashboard/format/alert-summary.ts';

it('UI-74: an alert whose rule is not read yet shows no number: a bare 0.97 would be read as one licence', () => {
  const alert = { rule: 'utilisation-90', value: 0.97, threshold: 0.9 };
  expect(alertWords(alert, undefined, undefined)).toEqual({ title: 'utilisation-90', now: '', limit: '' });
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
