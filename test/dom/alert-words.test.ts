import { describe, expect, it } from 'vitest';
import { metricOfSteps, reasonWords } from '../../dashboard/format/alert-reason.ts';
import { matcherWords, matchesAll } from '../../dashboard/format/matcher-words.ts';
import { EVENT_WORDS } from '../../dashboard/format/webhook-words.ts';
import { daysInWords } from '../../dashboard/format/weekday-words.ts';
import { INACTIVE, type Seen, step } from '../../server/alerts/evaluate.ts';
import { ALERT_METRICS, type AlertRule, type AlertTransitionView, WEBHOOK_EVENTS } from '../../shared/alerts.ts';

const rule: AlertRule = {
  name: 'Nearly full',
  licenceType: '*',
  metric: 'utilisation',
  op: '>=',
  threshold: 0.8,
  forSeconds: 60,
  keepFiringForSeconds: 300,
  severity: 'warning',
  annotations: {},
};
const seen = (value: number | null, silent = false): Seen => ({ value, silent });

describe('why an alert went a step', () => {
  it('UI-84: every reason that the daemon writes is told in words, its numbers with their units', () => {
    const waits = step(rule, INACTIVE, seen(1.0333333333333334), 0);
    const fires = step(rule, waits.course, seen(1234.5), 60_000);
    const clears = step(rule, fires.course, seen(0.5), 61_000);
    const ends = step(rule, clears.course, seen(0.5), 400_000);
    const reasons = [waits, fires, ends].map(({ transition }) => transition?.reason ?? 'no step');
    expect(reasons.map((reason) => reasonWords(reason, 'utilisation'))).toEqual([
      '103.3 % of the concurrent licences: at least 80 %; it fires if that lasts 1 min',
      '123,450 % of the concurrent licences: at least 80 %, for 1 min',
      'Back at 50 % of the concurrent licences, for 5 min',
    ]);
    expect(reasonWords(reasons[2] ?? '', undefined)).toBe('The value is back, for 5 min');
    expect(reasonWords(step(rule, waits.course, seen(0.9, true), 1).transition?.reason ?? '', undefined)).toBe(
      'The feed is silent: nobody knows the value',
    );
  });

  it.each(ALERT_METRICS)('UI-84: no name of the protocol is left in what is said of %s', (metric) => {
    const at = step({ ...rule, metric, op: '<=', threshold: 3_600, forSeconds: 0 }, INACTIVE, seen(12.5), 0).transition?.reason ?? '';
    const words = reasonWords(at, undefined);
    expect(words).not.toMatch(/[a-z][A-Z]|[<>]=|_/);
    expect(words).toMatch(/^1(2\.5|2 s|,250 %).*: at most (3,600|1 h|360,000 %)$/);
  });

  it('UI-84: what a rule looked at when it fired is that of its own steps, whatever it looks at now', () => {
    const steps = ['the value is back at 5', 'overLimit is 9 (>= 6)'].map((reason) => ({ reason }) as AlertTransitionView);
    expect(metricOfSteps(steps)).toBe('overLimit');
    expect(metricOfSteps(steps.slice(0, 1))).toBeUndefined();
  });
});

describe('what else people read', () => {
  it('UI-84: each kind of message has a name of its own without dots', () => {
    const names = WEBHOOK_EVENTS.map((event) => EVENT_WORDS[event]);
    expect(new Set(names).size).toBe(WEBHOOK_EVENTS.length);
    expect(names.filter((name) => /[._]/.test(name))).toEqual([]);
  });

  it('UI-84: days are named, and a stretch of them by its ends', () => {
    expect(daysInWords([])).toBe('every day');
    expect(daysInWords(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'])).toBe('every day');
    expect(daysInWords(['fri', 'mon', 'tue', 'wed', 'thu'])).toBe('Monday to Friday');
    expect(daysInWords(['sat', 'sun'])).toBe('Saturday, Sunday');
    expect(daysInWords(['mon', 'wed', 'fri'])).toBe('Monday, Wednesday, Friday');
  });

  it('UI-85: matchers that name nothing are told from all others', () => {
    const name = (id: string) => (id === 'full' ? 'All are in use' : undefined);
    expect(matchesAll({})).toBe(true);
    expect(matcherWords({}, name)).toBe('Every alert');
    expect([{ rule: 'full' }, { licenceType: 'Recording' }, { severity: 'info' as const }].map(matchesAll)).toEqual([false, false, false]);
    expect(matcherWords({ rule: 'full', licenceType: 'Recording' }, name)).toBe('“All are in use” of Recording');
    expect(matcherWords({ rule: 'gone', severity: 'critical' }, name)).toBe('“gone”, critical only');
    expect(matcherWords({ licenceType: 'Recording', severity: 'info' }, name)).toBe('Every info alert of Recording');
    expect(matcherWords({ severity: 'warning' }, name)).toBe('Every warning alert');
  });
});
