/** What every billing rule makes of a line, and those that look at how long a licence type stood at each level. */
import type { BillingRule } from '../../shared/bill.ts';
import type { LevelLine } from './level-line.ts';

const SUSTAINED_MS = 30 * 60_000;
/** Levels that are all listed; of more only those at which the time changes. */
const LISTED_LEVELS = 1_000;

/** Milliseconds by level. */
export type TimeAtLevel = ReadonlyMap<number, number>;

const highestFirst = (time: TimeAtLevel): [level: number, milliseconds: number][] => [...time].sort(([a], [b]) => b - a);

/** The highest level with at least 30 minutes, summed, at or above it. */
export function sustained(time: TimeAtLevel): number {
  let above = 0;
  for (const [level, milliseconds] of highestFirst(time)) {
    above += milliseconds;
    if (above >= SUSTAINED_MS) return level;
  }
  return 0;
}

/** The smallest level exceeded for at most 5 % of the time. */
export function ninetyFifth(time: TimeAtLevel): number {
  const levels = highestFirst(time);
  const total = levels.reduce((sum, [, milliseconds]) => sum + milliseconds, 0);
  let smallest = levels[0]?.[0] ?? 0;
  let above = 0;
  for (const [index, [, milliseconds]] of levels.entries()) {
    above += milliseconds;
    if (above * 20 > total) break;
    smallest = levels[index + 1]?.[0] ?? 0;
  }
  return smallest;
}

/** The number under each rule. */
export const valuesOf = ({ mark, steady, sample, time }: LevelLine): Record<BillingRule, number> => ({
  instant: mark.value,
  'sustained:30m': sustained(time),
  'steady:15m': steady.value,
  'sample:5m': sample.value,
  p95: ninetyFifth(time),
});

/** Ascending from level 1: seconds at or above each. */
export function secondsAtOrAbove(time: TimeAtLevel): { level: number; seconds: number }[] {
  const levels = highestFirst(time).filter(([level]) => level > 0);
  const highest = levels[0]?.[0] ?? 0;
  const found: { level: number; seconds: number }[] = [];
  let above = 0;
  for (const [index, [level, milliseconds]] of levels.entries()) {
    above += milliseconds;
    const next = highest > LISTED_LEVELS ? level - 1 : (levels[index + 1]?.[0] ?? 0);
    for (let each = level; each > next; each--) found.push({ level: each, seconds: above / 1000 });
  }
  return found.reverse();
}
