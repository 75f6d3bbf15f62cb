/** Who came and went, written down once, so that pools of any size can be played along it with the rules of the real ones. */
import type { Pool } from '../../shared/events.ts';
import type { Instant } from '../../shared/time.ts';
import type { PoolFigures } from '../../shared/what-if.ts';
import { choosePool, noneUsed, type Sizes } from '../licensing/pools.ts';
import { createEffort, type Work } from '../reports/work.ts';

const ACTIONS = ['carried', 'login', 'leave', 'refresh'] as const;
type Action = (typeof ACTIONS)[number];

/** Steps of a stretch of the tape. */
const PIECE = 8_192;

interface Piece {
  at: Float64Array;
  /** Slot and action in one number. */
  steps: Int32Array;
}

/** Users stand in slots, which are given to others once they are free. */
export class PoolTape {
  /** All but the last are full: copies have them in common. */
  #pieces: Piece[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param isLogin false for who was there at the start */
  come(at: Instant, slot: number, isLogin: boolean): void {
    this.#write(at, slot, isLogin ? 'login' : 'carried');
  }

  leave(at: Instant, slot: number): void {
    this.#write(at, slot, 'leave');
  }

  /** A billing period begins. */
  refresh(at: Instant): void {
    this.#write(at, 0, 'refresh');
  }

  copy(): PoolTape {
    const tape = new PoolTape();
    const last = this.#pieces.at(-1);
    tape.#pieces = this.#pieces.slice(0, -1);
    if (last) tape.#pieces.push({ at: last.at.slice(), steps: last.steps.slice() });
    tape.#length = this.#length;
    return tape;
  }

  /** @param sizes undefined: without limit */
  *play(sizes: Sizes | undefined, end: Instant): Work<PlayedPools> {
    const used = noneUsed();
    /** Who is not in the concurrent pool, by slot, in order of acquisition. */
    const outside = new Map<number, Pool>();
    const played: PlayedPools = {
      secondsInContingency: 0,
      secondsOverLimit: 0,
      loginsInContingency: 0,
      loginsOverLimit: 0,
      contingencyMaxUsed: 0,
      maxUsed: [0],
    };
    let [inContingencyMs, overLimitMs, highest] = [0, 0, 0];
    let since = this.#pieces[0]?.at[0] ?? end;
    const effort = createEffort();
    const steps = this.#length;
    for (let i = 0; i <= steps; i++) {
      const piece = this.#pieces[Math.floor(i / PIECE)];
      const at = i < steps ? ((piece as Piece).at[i % PIECE] as Instant) : end;
      // What stands at an instant counts, and what stands at the end too, though it has no length yet.
      if (at > since || i === steps) {
        if (used.contingency > 0) inContingencyMs += at - since;
        if (used['over-limit'] > 0) overLimitMs += at - since;
        if (used.contingency > highest) highest = used.contingency;
        since = at;
      }
      if (i === steps) break;
      const step = (piece as Piece).steps[i % PIECE] as number;
      const slot = step >> 2;
      const action = ACTIONS[step & 3] as Action;
      if (action === 'leave') {
        used[outside.get(slot) ?? 'concurrent']--;
        outside.delete(slot);
      } else if (action === 'refresh') {
        played.maxUsed[played.maxUsed.length - 1] = highest;
        played.maxUsed.push(0);
        highest = 0;
        for (const [each, before] of outside) {
          used[before]--;
          const pool = choosePool(used, sizes);
          used[pool]++;
          if (pool === 'concurrent') outside.delete(each);
          else outside.set(each, pool);
        }
      } else {
        const pool = choosePool(used, sizes);
        used[pool]++;
        if (pool !== 'concurrent') outside.set(slot, pool);
        if (action === 'login' && pool === 'contingency') played.loginsInContingency++;
        if (action === 'login' && pool === 'over-limit') played.loginsOverLimit++;
      }
      if ((i & 63) === 0) effort.spend(4);
      if (effort.tired()) yield;
    }
    played.maxUsed[played.maxUsed.length - 1] = highest;
    return {
      ...played,
      secondsInContingency: inContingencyMs / 1000,
      secondsOverLimit: overLimitMs / 1000,
      contingencyMaxUsed: Math.max(...played.maxUsed),
    };
  }

  #write(at: Instant, slot: number, action: Action): void {
    const place = this.#length++ % PIECE;
    if (place === 0) this.#pieces.push({ at: new Float64Array(PIECE), steps: new Int32Array(PIECE) });
    const { at: instants, steps } = this.#pieces.at(-1) as Piece;
    instants[place] = at;
    steps[place] = (slot << 2) | ACTIONS.indexOf(action);
  }
}

export interface PlayedPools extends PoolFigures {
  /** Contingency max used of each billing period. */
  maxUsed: number[];
}
