/** Pools of one size, played with the rules of the real ones through whoever comes and goes. Users stand in slots. */
import type { Pool } from '../../shared/events.ts';
import { choosePool, type Sizes, type Used } from '../licensing/pools.ts';

export class PoolReplay {
  readonly sizes: Sizes | undefined;
  readonly #used: Used = { concurrent: 0, contingency: 0, 'over-limit': 0 };
  readonly #pools: (Pool | undefined)[] = [];
  inContingencyMs = 0;
  overLimitMs = 0;
  loginsInContingency = 0;
  loginsOverLimit = 0;
  /** Contingency max used of each billing period. */
  readonly maxUsed = [0];

  constructor(sizes: Sizes | undefined) {
    this.sizes = sizes;
  }

  /** From none to one. @param isLogin false for who was there at the start */
  come(slot: number, isLogin: boolean): void {
    const pool = this.#place(slot);
    if (isLogin && pool === 'contingency') this.loginsInContingency++;
    if (isLogin && pool === 'over-limit') this.loginsOverLimit++;
  }

  #place(slot: number): Pool {
    const pool = choosePool(this.#used, this.sizes);
    this.#pools[slot] = pool;
    this.#used[pool]++;
    return pool;
  }

  leave(slot: number): void {
    this.#used[this.#pools[slot] as Pool]--;
    this.#pools[slot] = undefined;
  }

  /** A billing period begins. @param slots in order of acquisition */
  refresh(slots: Iterable<number>): void {
    this.maxUsed.push(0);
    for (const slot of slots) {
      if (this.#pools[slot] === 'concurrent') continue;
      this.leave(slot);
      this.#place(slot);
    }
  }

  /** Everything stood as it is for so long. */
  stand(milliseconds: number): void {
    if (this.#used.contingency > 0) this.inContingencyMs += milliseconds;
    if (this.#used['over-limit'] > 0) this.overLimitMs += milliseconds;
    const period = this.maxUsed.length - 1;
    this.maxUsed[period] = Math.max(this.maxUsed[period] as number, this.#used.contingency);
  }
}
