/** Who came and went, written down once, so that pools of any size can be played along it with the rules of the real ones. */
import type { Pool } from '../../shared/events.ts';
import type { Instant } from '../../shared/time.ts';
import type { PoolFigures } from '../../shared/what-if.ts';
import { choosePool, noneUsed, type Sizes } from '../licensing/pools.ts';
import { createEffort, type Work } from '../reports/work.ts';

const ACTIONS = ['carried', 'login', 'leave', 'refresh'] as const;
type Action = (typeof ACTIONS)[number];

/** Users stand in slots, which are given to others once they are free. */
export class PoolTape {
  readonly #at: Instant[] = [];
  /** Slot and action in one number. */
  readonly #steps: number[] = [];

  get length(): number {
    return this.#steps.length;
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
    for (let i = 0; i < this.#at.length; i++) {
      tape.#at.push(this.#at[i] as Instant);
      tape.#steps.push(this.#steps[i] as number);
    }
    return tape;
  }

  /** @param sizes undefined: without limit */
  *play(sizes: Sizes | undefined, end: Instant): Work<PlayedPools> {
    const used = noneUsed();
    /** By slot, in order of acquisition. */
    const pools = new Map<number, Pool>();
    const played: PlayedPools = {
      secondsInContingency: 0,
      secondsOverLimit: 0,
      loginsInContingency: 0,
      loginsOverLimit: 0,
      contingencyMaxUsed: 0,
      maxUsed: [0],
    };
    let [inContingencyMs, overLimitMs, highest] = [0, 0, 0];
    let since = this.#at[0] ?? end;
    const effort = createEffort();
    const steps = this.#steps.length;
    for (let i = 0; i <= steps; i++) {
      const at = i < steps ? (this.#at[i] as Instant) : end;
      // What stands at an instant counts, and what stands at the end too, though it has no length yet.
      if (at > since || i === steps) {
        if (used.contingency > 0) inContingencyMs += at - since;
        if (used['over-limit'] > 0) overLimitMs += at - since;
        if (used.contingency > highest) highest = used.contingency;
        since = at;
      }
      if (i === steps) break;
      const step = this.#steps[i] as number;
      const slot = step >> 2;
      const action = ACTIONS[step & 3] as Action;
      if (action === 'leave') {
        used[pools.get(slot) as Pool]--;
        pools.delete(slot);
      } else if (action === 'refresh') {
        played.maxUsed[played.maxUsed.length - 1] = highest;
        played.maxUsed.push(0);
        highest = 0;
        for (const [each, before] of pools) {
          if (before === 'concurrent') continue;
          used[before]--;
          const pool = choosePool(used, sizes);
          used[pool]++;
          pools.set(each, pool);
        }
      } else {
        const pool = choosePool(used, sizes);
        used[pool]++;
        pools.set(slot, pool);
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
    this.#at.push(at);
    this.#steps.push((slot << 2) | ACTIONS.indexOf(action));
  }
}

export interface PlayedPools extends PoolFigures {
  /** Contingency max used of each billing period. */
  maxUsed: number[];
}
