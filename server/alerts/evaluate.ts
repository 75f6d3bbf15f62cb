/**
 * The course of one alert, as a pure step: rule, state, what is seen and the instant in; state and transition with its reason out.
 * Looked at after each batch, and when `dueAt` says that time alone may move it.
 */
import { type AlertRule, type AlertStateName, compares } from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';

export type CourseState = 'inactive' | AlertStateName;

export interface Course {
  state: CourseState;
  /** When the value first was there. */
  since: Instant;
  /** When it began to fire; null before that. */
  firedAt: Instant | null;
  /** Since when the value is back while it still fires; null while it is not. */
  clearSince: Instant | null;
  /** When it was resolved. */
  endedAt: Instant | null;
}

export interface Seen {
  /** Null: the rule does not apply, say for want of an entitlement. */
  value: number | null;
  /** Nothing is heard of the organisation: the value is old and proves nothing. */
  silent: boolean;
}

export interface Transition {
  from: CourseState;
  to: CourseState;
  reason: string;
}

export interface Step {
  course: Course;
  transition: Transition | null;
}

/** Why an alert is unknown while the feed is silent. */
export const SILENT = 'the feed is silent: nobody knows the value';

export const INACTIVE: Course = { state: 'inactive', since: 0, firedAt: null, clearSince: null, endedAt: null };

/** Whether silence of the feed says nothing about the rule's value: that of `feedAge` is the silence itself. */
const outlivesSilence = (rule: AlertRule): boolean => rule.metric === 'feedAge';

export function step(rule: AlertRule, before: Course, { value, silent }: Seen, now: Instant): Step {
  if (silent && !outlivesSilence(rule)) return whileSilent(before);
  const course = notAhead(before, now);
  switch (course.state) {
    case 'inactive':
    case 'resolved':
      return start(rule, course, value, now);
    case 'pending':
      return wait(rule, course, value, now);
    case 'firing':
      return burn(rule, course, value, now, null);
    case 'unknown':
      return hearAgain(rule, course, value, now);
  }
}

/** A clock that was set back must not make anything wait longer than it would from now. */
function notAhead(course: Course, now: Instant): Course {
  const since = Math.min(course.since, now);
  const clearSince = course.clearSince === null ? null : Math.min(course.clearSince, now);
  return { ...course, since, clearSince };
}

function whileSilent(course: Course): Step {
  if (course.state !== 'firing' && course.state !== 'pending') return { course, transition: null };
  return moved(course, { ...course, state: 'unknown' }, SILENT);
}

/** Nobody knows the value, for a reason of our own. Unlike silence it is shown of what was inactive too: nothing else would tell of it. */
export function lose(before: Course, reason: string, now: Instant): Step {
  if (before.state === 'unknown') return { course: before, transition: null };
  const runs = before.state === 'firing' || before.state === 'pending';
  return moved(before, { ...(runs ? before : { ...INACTIVE, since: now }), state: 'unknown' }, reason);
}

function start(rule: AlertRule, before: Course, value: number | null, now: Instant): Step {
  if (!breached(rule, value)) return { course: before, transition: null };
  const course: Course = { ...INACTIVE, state: 'pending', since: now };
  if (rule.forSeconds > 0) return moved(before, course, `${comparison(rule, value)}; it fires if that lasts ${rule.forSeconds} s`);
  return moved(before, { ...course, state: 'firing', firedAt: now }, comparison(rule, value));
}

function wait(rule: AlertRule, course: Course, value: number | null, now: Instant): Step {
  if (!breached(rule, value)) return moved(course, INACTIVE, 'the value went back before it had lasted');
  if (now - course.since < rule.forSeconds * 1000) return { course, transition: null };
  const why = rule.forSeconds > 0 ? `${comparison(rule, value)} for ${rule.forSeconds} s` : comparison(rule, value);
  return moved(course, { ...course, state: 'firing', firedAt: now }, why);
}

/** @param back why it fires again, where it did not until now */
function burn(rule: AlertRule, before: Course, value: number | null, now: Instant, back: string | null): Step {
  const course: Course = { ...before, state: 'firing' };
  const stays = (clearSince: Instant | null): Step => {
    const kept = { ...course, clearSince };
    return back === null ? { course: kept, transition: null } : moved(before, kept, back);
  };
  if (value !== null && compares(rule.op, value, rule.clearThreshold ?? rule.threshold)) return stays(null);
  const ended: Course = { ...course, state: 'resolved', clearSince: null, endedAt: now };
  if (value === null) return moved(before, ended, 'the rule does not apply any more');
  const clearSince = course.clearSince ?? now;
  if (now - clearSince < rule.keepFiringForSeconds * 1000) return stays(clearSince);
  const kept = rule.keepFiringForSeconds > 0 ? ` for ${rule.keepFiringForSeconds} s` : '';
  return moved(before, ended, `the value is back at ${value}${kept}`);
}

/** The value is known again: it is where it was before, and then goes on. What was only pending waits anew. */
function hearAgain(rule: AlertRule, course: Course, value: number | null, now: Instant): Step {
  if (course.firedAt !== null) return burn(rule, course, value, now, 'the value is known again');
  if (!breached(rule, value)) return moved(course, INACTIVE, 'the value is known again, and back');
  const waits: Course = { ...course, state: 'pending', since: now };
  if (rule.forSeconds === 0) return moved(course, { ...waits, state: 'firing', firedAt: now }, comparison(rule, value));
  return moved(course, waits, 'the value is known again; the wait begins anew');
}

/** Ends a course for a reason of its own: the rule was deleted, or is about other licence types now. */
export function end(course: Course, now: Instant, reason: string): Step {
  switch (course.state) {
    case 'inactive':
    case 'resolved':
      return { course, transition: null };
    default: {
      const next: Course = course.firedAt === null ? INACTIVE : { ...course, state: 'resolved', clearSince: null, endedAt: now };
      return moved(course, next, reason);
    }
  }
}

/** The next instant at which time alone moves the course, the value staying as it is; Infinity where it never does. */
export function dueAt(rule: AlertRule, course: Course): Instant {
  if (course.state === 'pending') return course.since + rule.forSeconds * 1000;
  if (course.state === 'firing' && course.clearSince !== null) return course.clearSince + rule.keepFiringForSeconds * 1000;
  return Number.POSITIVE_INFINITY;
}

/** The next instant after `now` at which an age that counts from `base` crosses what the rule compares it with. */
export function ageDueAt(rule: AlertRule, base: Instant, now: Instant): Instant {
  const crossings = [rule.threshold, rule.clearThreshold ?? rule.threshold].map((limit) => {
    const at = base + limit * 1000;
    // The comparison turns at the limit itself (`>=`, `<`), or just after it (`>`, `<=`); instants are whole milliseconds.
    return rule.op === '>=' || rule.op === '<' ? Math.ceil(at) : Math.floor(at) + 1;
  });
  return Math.min(...crossings.filter((at) => at > now), Number.POSITIVE_INFINITY);
}

const breached = (rule: AlertRule, value: number | null): boolean => value !== null && compares(rule.op, value, rule.threshold);

const comparison = (rule: AlertRule, value: number | null): string => `${rule.metric} is ${value} (${rule.op} ${rule.threshold})`;

const moved = (before: Course, course: Course, reason: string): Step => ({
  course,
  transition: { from: before.state, to: course.state, reason },
});
