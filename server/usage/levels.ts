/**
 * How high a licence type stood, instant by instant. The level of an instant is the level after everything at that millisecond,
 * so a re-login or a refresh makes no peak.
 */
import type { Instant } from '../../shared/time.ts';

/** In use, concurrent, contingency, over limit. */
export type Levels = [inUse: number, concurrent: number, contingency: number, overLimit: number];
export const METRICS = 4;
export const NO_LEVELS: Levels = [0, 0, 0, 0];

export const addLevels = (a: Levels, b: Levels): Levels => [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]];
export const sameLevels = (a: Levels, b: Levels): boolean => a.every((level, metric) => level === b[metric]);

/** A stretch of time that begins at `start`; what happened in it up to `until`, from where the level is `exit`. */
export interface Stretch {
  start: Instant;
  enter: Levels;
  /** The newest instant at which something changed, or `start`. Its own level is `exit` and not yet in the figures below. */
  until: Instant;
  exit: Levels;
  low: Levels;
  high: Levels;
  /** First instant of each highest. */
  highAt: Levels;
  /** Level times milliseconds from `start` to `until`. */
  area: Levels;
}

/** Nothing has happened yet: `low` and `high` are filled when the first level is complete. */
export function beginStretch(start: Instant, enter: Levels): Stretch {
  return {
    start,
    enter: [...enter],
    until: start,
    exit: [...enter],
    low: [Infinity, Infinity, Infinity, Infinity],
    high: [-Infinity, -Infinity, -Infinity, -Infinity],
    highAt: [start, start, start, start],
    area: [0, 0, 0, 0],
  };
}

/** The level that begins at `until` is complete: nothing more happens at that instant. */
function complete(stretch: Pick<Stretch, 'low' | 'high' | 'highAt' | 'exit'>, until: Instant): void {
  for (let m = 0; m < METRICS; m++) {
    const level = stretch.exit[m] as number;
    if (level < (stretch.low[m] as number)) stretch.low[m] = level;
    if (level > (stretch.high[m] as number)) {
      stretch.high[m] = level;
      stretch.highAt[m] = until;
    }
  }
}

/** Adds a change at `at`, which is not before `until`. */
export function extend(stretch: Stretch, at: Instant, change: Levels): void {
  if (at > stretch.until) {
    complete(stretch, stretch.until);
    const elapsed = at - stretch.until;
    for (let m = 0; m < METRICS; m++) stretch.area[m] = (stretch.area[m] as number) + (stretch.exit[m] as number) * elapsed;
    stretch.until = at;
  }
  for (let m = 0; m < METRICS; m++) stretch.exit[m] = (stretch.exit[m] as number) + (change[m] as number);
}

/** The same stretch on another level: someone was there all the time and was not known. */
export function shift(stretch: Stretch, by: Levels): void {
  for (let m = 0; m < METRICS; m++) {
    const d = by[m] as number;
    if (d === 0) continue;
    for (const levels of [stretch.enter, stretch.exit, stretch.low, stretch.high]) levels[m] = (levels[m] as number) + d;
    stretch.area[m] = (stretch.area[m] as number) + d * (stretch.until - stretch.start);
  }
}

export const copyStretch = (s: Stretch): Stretch => ({
  start: s.start,
  enter: [...s.enter],
  until: s.until,
  exit: [...s.exit],
  low: [...s.low],
  high: [...s.high],
  highAt: [...s.highAt],
  area: [...s.area],
});

/** The highest of a stretch with the level that it leaves, and its first instant. */
export function highest({ high, highAt, exit, until }: Stretch, metric: number): { value: number; at: Instant } {
  const [before, last] = [high[metric] as number, exit[metric] as number];
  return last > before ? { value: last, at: until } : { value: before, at: highAt[metric] as number };
}

/** The figures of a whole stretch, as if it ended at `end`. */
export interface Figures {
  low: Levels;
  high: Levels;
  highAt: Levels;
  area: Levels;
  exit: Levels;
}

export function figures({ low, high, highAt, area, exit, until }: Stretch, end: Instant): Figures {
  // Nothing but these: whoever compares figures compares all of them.
  const whole: Figures = { low: [...low], high: [...high], highAt: [...highAt], area: [...area], exit };
  complete(whole, until);
  const elapsed = Math.max(0, end - until);
  for (let m = 0; m < METRICS; m++) whole.area[m] = (area[m] as number) + (exit[m] as number) * elapsed;
  return whole;
}
