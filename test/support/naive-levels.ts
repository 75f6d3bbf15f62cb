/** Levels as plainly as they can be put: a list of steps made from all records, looked through from the beginning every time. */
import type { NaiveRecord } from './naive-books.ts';

export const LEVELS = ['inUse', 'concurrent', 'contingency', 'overLimit'] as const;
type LevelName = (typeof LEVELS)[number];
export type NaiveLevels = Record<LevelName, number>;

/** The levels from `at` on. */
export interface Step {
  at: number;
  levels: NaiveLevels;
}

const POOL_LEVELS: Record<string, LevelName> = { concurrent: 'concurrent', contingency: 'contingency', 'over-limit': 'overLimit' };

/** `records` in the order in which they came about. One step an instant, after everything that happened at it. */
export function stepsOf(records: readonly NaiveRecord[], type: string): Step[] {
  const users = new Map<string, { holdings: number; pool: string }>();
  const steps: Step[] = [];
  for (const record of records) {
    if (record.type !== type) continue;
    const user = users.get(record.user) ?? { holdings: 0, pool: '' };
    user.holdings += record.usageType === 'Acquired' ? 1 : -1;
    user.pool = record.pool;
    users.set(record.user, user);
    const levels: NaiveLevels = { inUse: 0, concurrent: 0, contingency: 0, overLimit: 0 };
    for (const { holdings, pool } of users.values()) {
      if (holdings === 0) continue;
      levels.inUse++;
      levels[POOL_LEVELS[pool] as LevelName]++;
    }
    if (steps.at(-1)?.at === record.loggedAt) steps.pop();
    steps.push({ at: record.loggedAt, levels });
  }
  return steps;
}

/** A level that stood from `start` to `end`. */
export interface Stand {
  start: number;
  end: number;
  level: number;
}

/**
 * Everything that a level did from `start` to before `end`, or to `now` and with it; the level carried in comes first.
 * What changed just now stands at the end, with no length yet.
 */
export function standsOf(steps: readonly Step[], name: LevelName, start: number, bound: number, now: number): Stand[] {
  const end = Math.max(start, Math.min(bound, now));
  const before = steps.filter((step) => step.at <= start).at(-1);
  const inside = steps.filter((step) => step.at > start && (step.at < end || (step.at === now && now < bound)));
  const all = [{ at: start, level: before?.levels[name] ?? 0 }, ...inside.map(({ at, levels }) => ({ at, level: levels[name] }))];
  return all.map(({ at, level }, i) => ({ start: at, end: all[i + 1]?.at ?? end, level }));
}

export interface NaiveFigures {
  lowest: number;
  average: number;
  highest: number;
  highestAt: string | null;
  atEnd: number;
}

export function figuresOf(stands: readonly Stand[]): NaiveFigures {
  const levels = stands.map((stand) => stand.level);
  const highest = Math.max(...levels);
  const length = stands.reduce((sum, stand) => sum + stand.end - stand.start, 0);
  const area = stands.reduce((sum, stand) => sum + stand.level * (stand.end - stand.start), 0);
  const last = levels.at(-1) as number;
  const first = stands.find((stand) => stand.level === highest) as Stand;
  return {
    lowest: Math.min(...levels),
    average: length > 0 ? area / length : last,
    highest,
    highestAt: highest === 0 ? null : new Date(first.start).toISOString(),
    atEnd: last,
  };
}
