import type { Pool } from '../../shared/events.ts';
import type { Instant } from '../../shared/time.ts';

/** A user holding a type on at least one device, without a break. The pool is kept until the last device lets go. */
export interface Stay {
  /** When and by which receipt the user went from none to one. */
  at: Instant;
  receipt: number;
  pool: Pool;
  /** Open holdings of the user and type. */
  holdings: number;
}

export interface Sizes {
  concurrent: number;
  contingency: number;
}

/** Users in each pool; in use is their sum. */
export interface Used {
  concurrent: number;
  contingency: number;
  'over-limit': number;
}

/** Everyone who holds one licence type of one organisation. */
export interface Pools {
  stays: Map<string, Stay>;
  /** Those of `stays` that are not in the concurrent pool. */
  outside: Map<string, Stay>;
  used: Used;
  holdings: number;
}

export const noneUsed = (): Used => ({ concurrent: 0, contingency: 0, 'over-limit': 0 });

export const emptyPools = (): Pools => ({ stays: new Map(), outside: new Map(), used: noneUsed(), holdings: 0 });

/** Counts a stay in, with all its holdings, in the pool that it names. */
export function admit(pools: Pools, user: string, stay: Stay): void {
  pools.stays.set(user, stay);
  pools.used[stay.pool]++;
  pools.holdings += stay.holdings;
  if (stay.pool !== 'concurrent') pools.outside.set(user, stay);
}

/** Counts a user's stay out, if there is one. */
export function dismiss(pools: Pools, user: string): void {
  const stay = pools.stays.get(user);
  if (!stay) return;
  pools.stays.delete(user);
  pools.outside.delete(user);
  pools.used[stay.pool]--;
  pools.holdings -= stay.holdings;
}

/** Puts a user's stay into another pool. */
export function moveTo(pools: Pools, user: string, pool: Pool): void {
  const stay = pools.stays.get(user) as Stay;
  pools.used[stay.pool]--;
  stay.pool = pool;
  pools.used[pool]++;
  if (pool === 'concurrent') pools.outside.delete(user);
  else pools.outside.set(user, stay);
}

export const inUse = ({ used }: Pools): number => used.concurrent + used.contingency + used['over-limit'];

/** Concurrent while one is free, else contingency, else over limit. Without an entitlement: concurrent, without limit. */
export function choosePool(used: Used, sizes: Sizes | undefined): Pool {
  if (!sizes || used.concurrent < sizes.concurrent) return 'concurrent';
  return used.contingency < sizes.contingency ? 'contingency' : 'over-limit';
}

/** What a movement meant for the pools: where the user is or was, and whether the user came or went as a whole. */
export interface Settled {
  pool: Pool;
  /** From none to one, or from one to none: the in-use number changed. */
  turned: boolean;
  stay: Stay;
}

/** `known`: the pool that the user found, where that is known already. */
export function acquire(pools: Pools, user: string, at: Instant, receipt: number, sizes: Sizes | undefined, known?: Pool): Settled {
  const held = pools.stays.get(user);
  if (held) {
    pools.holdings++;
    held.holdings++;
    return { pool: held.pool, turned: false, stay: held };
  }
  const stay: Stay = { at, receipt, pool: known ?? choosePool(pools.used, sizes), holdings: 1 };
  admit(pools, user, stay);
  return { pool: stay.pool, turned: true, stay };
}

/** @throws when the user holds nothing: sessions and pools would disagree */
export function giveBack(pools: Pools, user: string): Settled {
  const stay = pools.stays.get(user);
  if (!stay) throw new Error('A licence was given back that nobody held');
  if (stay.holdings === 1) {
    dismiss(pools, user);
    return { pool: stay.pool, turned: true, stay };
  }
  pools.holdings--;
  stay.holdings--;
  return { pool: stay.pool, turned: false, stay };
}

/** The stays outside the concurrent pool, in the order in which they were acquired: whom a refresh places anew. */
export const overflowing = <S extends { at: Instant; receipt: number }>(outside: ReadonlyMap<string, S>): [user: string, stay: S][] =>
  [...outside].sort(([, a], [, b]) => a.at - b.at || a.receipt - b.receipt);

/** The pool that someone who lets go of `from` finds then, as a refresh does. */
export const choosePoolAgain = (used: Used, from: Pool, sizes: Sizes | undefined): Pool =>
  choosePool({ ...used, [from]: used[from] - 1 }, sizes);
