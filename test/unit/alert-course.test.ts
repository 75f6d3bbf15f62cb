import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageDueAt, type Course, dueAt, end, INACTIVE, type Seen, step } from '../../server/alerts/evaluate.ts';
import { type Silence, silencing } from '../../server/alerts/silences.ts';
import type { AlertRule } from '../../shared/alerts.ts';

const rule = (given: Partial<AlertRule> = {}): AlertRule => ({
  name: 'r',
  licenceType: '*',
  metric: 'inUse',
  op: '>=',
  threshold: 10,
  forSeconds: 0,
  keepFiringForSeconds: 0,
  severity: 'warning',
  annotations: {},
  ...given,
});

/** What a disk makes of it: every step of a trace goes through a restart. */
const restarted = (course: Course): Course => JSON.parse(JSON.stringify(course));

type Row = [second: number, value: number | null | 'silent', state: Course['state']];

function trace(of: AlertRule, rows: Row[]): Row[] {
  let course = INACTIVE;
  return rows.map(([second, value]) => {
    const seen: Seen = value === 'silent' ? { value: 10, silent: true } : { value, silent: false };
    ({ course } = step(of, restarted(course), seen, second * 1000));
    return [second, value, course.state];
  });
}

const GOLDEN: [rule: string, of: AlertRule, rows: Row[]][] = [
  [
    'ALERT-1 without a wait it fires and is resolved at once',
    rule(),
    [
      [0, 9, 'inactive'],
      [1, 10, 'firing'],
      [2, 11, 'firing'],
      [3, 9, 'resolved'],
      [4, 9, 'resolved'],
      [5, 10, 'firing'],
    ],
  ],
  [
    'ALERT-2 the value must be there for forSeconds without a break',
    rule({ forSeconds: 60 }),
    [
      [0, 10, 'pending'],
      [59.999, 10, 'pending'],
      [60, 10, 'firing'],
      [61, 9, 'resolved'],
      [62, 10, 'pending'],
      [100, 9, 'inactive'],
      [101, 10, 'pending'],
      [160, 10, 'pending'],
      [161, 10, 'firing'],
    ],
  ],
  [
    'ALERT-3 it goes on firing until the value has passed clearThreshold',
    rule({ clearThreshold: 8 }),
    [
      [0, 9, 'inactive'],
      [1, 10, 'firing'],
      [2, 9, 'firing'],
      [3, 8, 'firing'],
      [4, 7, 'resolved'],
      [5, 9, 'resolved'],
    ],
  ],
  [
    'ALERT-4 it goes on firing for keepFiringForSeconds after the value went back, counted from the last time',
    rule({ keepFiringForSeconds: 30, clearThreshold: 9 }),
    [
      [0, 10, 'firing'],
      [10, 8, 'firing'],
      [20, 9, 'firing'],
      [30, 8, 'firing'],
      [59.999, 8, 'firing'],
      [60, 8, 'resolved'],
    ],
  ],
  [
    'ALERT-5 lower limits work the other way round',
    rule({ op: '<', threshold: 3, clearThreshold: 5, metric: 'concurrentAvailable' }),
    [
      [0, 3, 'inactive'],
      [1, 2, 'firing'],
      [2, 4, 'firing'],
      [3, 5, 'resolved'],
    ],
  ],
  [
    'ALERT-6 a silent feed makes what fires or waits unknown, never resolved; then it is where it was',
    rule({ forSeconds: 10 }),
    [
      [0, 10, 'pending'],
      [1, 'silent', 'unknown'],
      [20, 'silent', 'unknown'],
      [21, 10, 'pending'],
      [30, 10, 'pending'],
      [31, 10, 'firing'],
      [40, 'silent', 'unknown'],
      [99, 'silent', 'unknown'],
      [100, 10, 'firing'],
      [101, 'silent', 'unknown'],
      [102, 9, 'resolved'],
      [103, 'silent', 'resolved'],
    ],
  ],
  [
    'ALERT-7 the age of the feed is not made unknown by the silence that it measures',
    rule({ metric: 'feedAge' }),
    [[0, 'silent', 'firing']],
  ],
  [
    'ALERT-8 a rule that does not apply is no breach, and resolves what fires at once',
    rule({ op: '<=', keepFiringForSeconds: 60 }),
    [
      [0, null, 'inactive'],
      [1, 10, 'firing'],
      [2, null, 'resolved'],
    ],
  ],
  [
    'ALERT-9 a clock that is set back delays nothing by more than the wait itself; one that is set forward ends it',
    rule({ forSeconds: 60, keepFiringForSeconds: 60 }),
    [
      [7200, 10, 'pending'],
      [3600, 10, 'pending'],
      [3659, 10, 'pending'],
      [3660, 10, 'firing'],
      [3700, 9, 'firing'],
      [100, 9, 'firing'],
      [159, 9, 'firing'],
      [9999, 9, 'resolved'],
    ],
  ],
];

describe('the course of an alert', () => {
  it.each(GOLDEN)('%s, restarted at each step', (_, of, rows) => expect(trace(of, rows)).toEqual(rows));

  it('ALERT-10 every step that moves tells from where to where, and why', () => {
    const { transition } = step(rule({ forSeconds: 5 }), INACTIVE, { value: 12, silent: false }, 0);
    expect(transition).toEqual({ from: 'inactive', to: 'pending', reason: 'inUse is 12 (>= 10); it fires if that lasts 5 s' });
    expect(step(rule(), INACTIVE, { value: 1, silent: false }, 0).transition).toBeNull();
  });

  it('ALERT-11 a course ends with its rule: what fired is resolved, what waited is gone', () => {
    const firing = step(rule(), INACTIVE, { value: 12, silent: false }, 0).course;
    expect(end(firing, 7, 'gone')).toMatchObject({ course: { state: 'resolved', endedAt: 7 }, transition: { reason: 'gone' } });
    const pending = step(rule({ forSeconds: 5 }), INACTIVE, { value: 12, silent: false }, 0).course;
    expect(end(pending, 7, 'gone').course).toEqual(INACTIVE);
    expect(end(INACTIVE, 7, 'gone').transition).toBeNull();
  });

  it('ALERT-12 against a plain reading of the whole past, for any rule and any values', () => {
    const anyRule = fc.record({
      op: fc.constantFrom('>=', '>', '<=', '<'),
      forSeconds: fc.integer({ min: 0, max: 4 }),
      keepFiringForSeconds: fc.integer({ min: 0, max: 4 }),
      slack: fc.integer({ min: 0, max: 2 }),
    });
    const anySteps = fc.array(fc.record({ after: fc.integer({ min: 0, max: 3 }), value: fc.integer({ min: 0, max: 6 }) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(anyRule, anySteps, ({ slack, ...given }, steps) => {
        const of = rule({ ...(given as Partial<AlertRule>), threshold: 3 });
        of.clearThreshold = of.op.startsWith('>') ? 3 - slack : 3 + slack;
        let course = INACTIVE;
        let now = 0;
        const past: { at: number; value: number }[] = [];
        for (const { after, value } of steps) {
          now += after * 1000;
          past.push({ at: now, value });
          ({ course } = step(of, restarted(course), { value, silent: false }, now));
          expect(course.state === 'firing').toBe(naive(of, past));
        }
      }),
      { numRuns: Number(process.env['HIGHWATER_RUNS'] ?? 300) },
    );
  });

  it('ALERT-13 it says when time alone will move it, to the millisecond', () => {
    const waits = rule({ forSeconds: 1.5 });
    const pending = step(waits, INACTIVE, { value: 12, silent: false }, 1_000).course;
    expect(dueAt(waits, pending)).toBe(2_500);
    expect(dueAt(waits, INACTIVE)).toBe(Number.POSITIVE_INFINITY);
    const age = (op: AlertRule['op']) => ageDueAt(rule({ metric: 'sessionAge', op, threshold: 60 }), 1_000, 1_000);
    expect([age('>='), age('>'), age('<='), age('<')]).toEqual([61_000, 61_001, 61_001, 61_000]);
    expect(ageDueAt(rule({ metric: 'feedAge', threshold: 60 }), 1_000, 61_000)).toBe(Number.POSITIVE_INFINITY);
  });
});

/** Whether it fires after the last step: worked out from the whole past, each time anew. */
function naive(of: AlertRule, past: { at: number; value: number }[]): boolean {
  const over = (value: number, limit: number) =>
    ({ '>=': value >= limit, '>': value > limit, '<=': value <= limit, '<': value < limit })[of.op];
  let firing = false;
  let breachedSince: number | null = null;
  let clearSince: number | null = null;
  for (const { at, value } of past) {
    if (firing) {
      const holds = over(value, of.clearThreshold as number);
      clearSince = holds ? null : (clearSince ?? at);
      if (clearSince !== null && at - clearSince >= of.keepFiringForSeconds * 1000) {
        firing = false;
        breachedSince = null;
        clearSince = null;
      }
      continue;
    }
    breachedSince = over(value, of.threshold) ? (breachedSince ?? at) : null;
    if (breachedSince !== null && at - breachedSince >= of.forSeconds * 1000) firing = true;
  }
  return firing;
}

describe('silences', () => {
  const silence = (given: Partial<Silence>): Silence => ({ id: 's', matchers: {}, startsAt: 0, endsAt: 100, by: 'me', note: '', ...given });
  const alert = { rule: 'full', licenceType: 'Agent Calls', severity: 'warning' as const };

  it('ALERT-14 every matcher that is named must agree, and it ends at its instant', () => {
    expect(silencing([silence({})], alert, 99)).not.toBeNull();
    expect(silencing([silence({})], alert, 100)).toBeNull();
    expect(silencing([silence({ matchers: { rule: 'full', licenceType: 'Agent Calls' } })], alert, 0)).not.toBeNull();
    expect(silencing([silence({ matchers: { rule: 'full', severity: 'critical' } })], alert, 0)).toBeNull();
    expect(silencing([silence({ endsAt: 5 }), silence({ id: 'longer', endsAt: 9 })], alert, 0)?.id).toBe('longer');
  });
});
