import type { StepsIn } from './thin.ts';

export interface LevelSummary {
  lowest: number;
  highest: number;
  now: number;
}

/** The hour in three numbers, for those who do not see the line. */
export function summarise({ level }: StepsIn): LevelSummary | null {
  const now = level.at(-1);
  if (now === undefined) return null;
  return { lowest: Math.min(...level), highest: Math.max(...level), now };
}

export interface LevelSpan {
  start: number;
  lowest: number;
  highest: number;
  atEnd: number;
}

/** The hour as rows of a table, newest first: spans of equal length (milliseconds), aligned to the clock. */
export function spans({ at, level }: StepsIn, from: number, until: number, length: number): LevelSpan[] {
  const rows: LevelSpan[] = [];
  let carried: number | null = null;
  let next = 0;
  for (let start = Math.floor(from / length) * length; start < until; start += length) {
    // A step exactly at the start replaces the level that was carried in.
    const seen: number[] = carried === null || at[next] === start ? [] : [carried];
    while (next < at.length && (at[next] ?? 0) < start + length) {
      carried = level[next] ?? 0;
      seen.push(carried);
      next += 1;
    }
    if (carried === null) continue;
    rows.push({ start, lowest: Math.min(...seen), highest: Math.max(...seen), atEnd: carried });
  }
  return rows.reverse();
}
