/** Days of the past as the forecast compares them, from the five-minute buckets. */
import { type DayCurve, noteHigh, SLOT_MS, slotAt, unknownDay } from '../forecast/day-curve.ts';
import type { Span } from '../licensing/calendar.ts';
import { figures } from '../usage/levels.ts';
import { createLevelReader } from './level-reader.ts';
import type { ReportScope } from './scope.ts';
import { createEffort, type Effort, type Work } from './work.ts';

/** Weeks that are looked at: those that foretell, and some more on which that is tried. */
const WEEKS = 10;
/** Slots of a day in which Highwater may not have been recording: half an hour. */
const MOST_UNKNOWN = 6;

/** By licence type the same weekdays before a day, newest first; all types have the same days. */
export type WeekdayCurves = ReadonlyMap<string, readonly DayCurve[]>;

/** @param day local midnight to local midnight */
export function* readWeekdayCurves(scope: ReportScope, day: Span): Work<WeekdayCurves> {
  const { calendar } = scope.buckets;
  const curves = new Map<string, DayCurve[]>(scope.types.map((type) => [type, []]));
  const effort = createEffort();
  for (let week = 1; week <= WEEKS; week++) {
    // At noon: no change of the clocks makes that another day.
    const past = calendar.day(calendar.localTime(day.start, -7 * week, '12:00').at);
    if (!isKnown(scope, past)) continue;
    const idle = idleDay(scope, past, past.end);
    for (const type of scope.types) {
      curves.get(type)?.push(readDay(scope, type, past, past.end, effort, idle));
      // A day of five minutes is some milliseconds of work.
      yield;
    }
  }
  return curves;
}

function isKnown({ covered, firstEntryAt }: ReportScope, { start, end }: Span): boolean {
  if (firstEntryAt === null || end <= firstEntryAt) return false;
  let unknown = 0;
  for (let at = start; at < end; at += SLOT_MS) if (!covered(at, at + SLOT_MS)) unknown++;
  return unknown <= MOST_UNKNOWN;
}

/** The highest in use of each slot of a day up to an instant. @param idle what it is if nobody used the type all day: one for all types */
export function readDay(scope: ReportScope, type: string, { start }: Span, until: number, effort: Effort, idle?: DayCurve): DayCurve {
  const { offsetAt } = scope.buckets;
  const reader = createLevelReader(scope, type, start, effort);
  if (reader.idleUntil(until)) return idle ?? idleDay(scope, { start }, until);
  const curve = unknownDay();
  for (let at = start; at < until; at += SLOT_MS) {
    const end = Math.min(at + SLOT_MS, until);
    noteHigh(curve, slotAt(at + offsetAt(at)), figures(reader.next(end), end).high[0]);
    effort.spend(1);
  }
  return curve;
}

function idleDay({ buckets }: ReportScope, { start }: Pick<Span, 'start'>, until: number): DayCurve {
  const curve = unknownDay();
  for (let at = start; at < until; at += SLOT_MS) noteHigh(curve, slotAt(at + buckets.offsetAt(at)), 0);
  return curve;
}
