import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Course, dueAt, INACTIVE, lose, step, type Transition } from '../../server/alerts/evaluate.ts';
import type { AlertRule } from '../../shared/alerts.ts';
import { alertRule } from '../support/alert-rule.ts';
import { property } from '../support/seeded.ts';

/** What is seen at an instant: a number, that the rule does not apply, that the feed is silent, or that it could not be evaluated. */
type Sight = number | 'none' | 'silent' | 'failed';
interface Look {
  at: number;
  sight: Sight;
}

/** The alert as the daemon keeps it: looked at when something changes and when it says that time alone moves it; through a restart at will. */
class Daemon {
  course: Course = INACTIVE;
  now = 1_000_000_000;
  sight: Sight = 0;
  readonly transitions: Transition[] = [];
  readonly rule: AlertRule;

  constructor(rule: AlertRule) {
    this.rule = rule;
  }

  look(): void {
    const { sight } = this;
    const value = typeof sight === 'number' ? sight : null;
    const taken =
      sight === 'failed'
        ? lose(this.course, 'a defect', this.now)
        : step(this.rule, this.course, { value, silent: sight === 'silent' }, this.now);
    this.course = taken.course;
    if (taken.transition) this.transitions.push(taken.transition);
  }

  pass(seconds: number): void {
    const target = this.now + seconds * 1_000;
    for (let due = dueAt(this.rule, this.course); due <= target && due > this.now; due = dueAt(this.rule, this.course)) {
      this.now = due;
      this.look();
    }
    this.now = target;
  }

  restart(): void {
    this.course = JSON.parse(JSON.stringify(this.course));
    this.look();
  }
}

/** The same by going through every second of the past, each time from the beginning. */
function plainly({ threshold, clearThreshold = threshold, forSeconds, keepFiringForSeconds }: AlertRule, looks: readonly Look[]) {
  let [fires, unknown] = [false, false];
  let breached: number | null = null;
  let clear: number | null = null;
  let state: Course['state'] = 'inactive';
  for (const { at, sight } of looks) {
    // A clock that was set back: what began later begins now.
    if (breached !== null) breached = Math.min(breached, at);
    if (clear !== null) clear = Math.min(clear, at);
    if (sight === 'silent' || sight === 'failed') {
      if (fires || breached !== null || sight === 'failed') unknown = true;
      if (unknown) state = 'unknown';
      continue;
    }
    const value = sight === 'none' ? Number.NEGATIVE_INFINITY : sight;
    // What only waited when it was lost sight of waits anew.
    if (unknown && !fires) breached = null;
    unknown = false;
    if (fires) {
      clear = value >= clearThreshold ? null : (clear ?? at);
      const over = clear !== null && (sight === 'none' || at - clear >= keepFiringForSeconds * 1_000);
      if (over) [fires, breached, clear] = [false, null, null];
      state = over ? 'resolved' : 'firing';
      continue;
    }
    if (value < threshold) {
      if (breached !== null || state === 'unknown') state = 'inactive';
      breached = null;
      continue;
    }
    breached ??= at;
    fires = at - breached >= forSeconds * 1_000;
    state = fires ? 'firing' : 'pending';
  }
  return state;
}

const anyRule = fc.record({
  threshold: fc.constant(3),
  clearThreshold: fc.constantFrom(3, 2),
  forSeconds: fc.constantFrom(0, 2, 60),
  keepFiringForSeconds: fc.constantFrom(0, 3, 90),
});
const anySight = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom<Sight>('none', 'failed') },
  { weight: 2, arbitrary: fc.constant<Sight>('silent') },
);
const anyAct = fc.oneof(
  { weight: 4, arbitrary: anySight.map((sight) => ['see', sight] as const) },
  { weight: 4, arbitrary: fc.constantFrom(1, 2, 3, 59, 60, 61, 90).map((seconds) => ['pass', seconds] as const) },
  { weight: 1, arbitrary: fc.constant(['restart', 0] as const) },
  { weight: 1, arbitrary: fc.constantFrom(3_600, -3_600).map((seconds) => ['jump', seconds] as const) },
);

describe('the course of an alert against a model', () => {
  property(
    'ALERT-70 whatever is seen, however long, over restarts and clocks set an hour on or back: it is where going through every second puts it',
    600,
    fc.tuple(anyRule, fc.array(anyAct, { maxLength: 25 })),
    async ([given, acts]) => {
      const rule = alertRule(given);
      const daemon = new Daemon(rule);
      const looks: Look[] = [];
      const look = () => looks.push({ at: daemon.now, sight: daemon.sight });
      for (const [act, by] of acts) {
        if (act === 'see') {
          daemon.sight = by;
          daemon.look();
        } else if (act === 'pass') {
          for (let second = 1; second <= by; second++) looks.push({ at: daemon.now + second * 1_000, sight: daemon.sight });
          daemon.pass(by);
        } else if (act === 'jump') {
          daemon.now += by * 1_000;
          daemon.look();
        } else daemon.restart();
        look();
        expect(daemon.course.state).toBe(plainly(rule, looks));
      }
      // Each step begins where the one before ended, and goes somewhere: nothing fires, or ends, twice.
      let state: Course['state'] = 'inactive';
      for (const { from, to } of daemon.transitions) {
        expect([from, to !== from]).toEqual([state, true]);
        state = to;
      }
    },
  );

  it('ALERT-71 as in Prometheus it goes by the instants of the clock: set forward it ends a wait, once; set back it delays it by no more than the wait', () => {
    const rule = alertRule({ forSeconds: 60 });
    const daemon = new Daemon(rule);
    daemon.sight = 5;
    daemon.look();
    daemon.now += 3_600_000;
    daemon.look();
    daemon.now -= 3_600_000;
    daemon.look();
    daemon.pass(7_200);
    expect(daemon.transitions.map(({ to }) => to)).toEqual(['pending', 'firing']);
    const back = new Daemon(rule);
    back.sight = 5;
    back.look();
    back.now -= 3_600_000;
    back.look();
    back.pass(59);
    expect(back.course.state).toBe('pending');
    back.pass(1);
    expect(back.transitions.map(({ to }) => to)).toEqual(['pending', 'firing']);
  });
});
