/** How far back a chart looks. */
export const CHART_SPAN_MS = 3_600_000;
/** Within so many milliseconds no more than two steps are kept: the highest and the last. Bounds an hour to 3,600 steps. */
export const GRAIN_MS = 2_000;

export interface Steps {
  /** Ascending, milliseconds since 1970. */
  readonly at: readonly number[];
  /** The level from `at[i]` on. */
  readonly level: readonly number[];
}

/** The levels of the last hour of one licence type, as steps. Bounded, and never loses a highest value. */
export interface LevelRing {
  /** Appends a step; one older than the newest is taken as of the newest. */
  push(at: number, level: number): void;
  /** Takes a history in front of what came live since its last step. */
  seed(steps: Steps): void;
  /** Forgets what ended before `from`; the level at `from` stays known. */
  trim(from: number): void;
  steps(): Steps;
}

export function createLevelRing(): LevelRing {
  let at: number[] = [];
  let level: number[] = [];

  function push(time: number, value: number): void {
    const last = at.length - 1;
    const when = Math.max(time, at[last] ?? time);
    if (level[last] === value) return;
    const grain = Math.floor(when / GRAIN_MS);
    const full = last >= 1 && sameGrain(last, grain) && sameGrain(last - 1, grain);
    if (full && (level[last] ?? 0) <= (level[last - 1] ?? 0)) {
      // The one before is the highest so far: the newest value takes the place of the last.
      at[last] = when;
      level[last] = value;
    } else if (full) {
      at[last - 1] = at[last] ?? when;
      level[last - 1] = level[last] ?? value;
      at[last] = when;
      level[last] = value;
    } else {
      at.push(when);
      level.push(value);
    }
  }

  const sameGrain = (index: number, grain: number) => Math.floor((at[index] ?? 0) / GRAIN_MS) === grain;

  return {
    push,
    seed(steps) {
      const until = steps.at.at(-1) ?? Number.NEGATIVE_INFINITY;
      const liveAt = at;
      const liveLevel = level;
      at = [];
      level = [];
      for (const [index, time] of steps.at.entries()) push(time, steps.level[index] ?? 0);
      for (const [index, time] of liveAt.entries()) if (time > until) push(time, liveLevel[index] ?? 0);
    },
    trim(from) {
      let drop = 0;
      while (drop + 1 < at.length && (at[drop + 1] ?? 0) <= from) drop += 1;
      if (drop === 0) return;
      at = at.slice(drop);
      level = level.slice(drop);
    },
    steps: () => ({ at, level }),
  };
}
