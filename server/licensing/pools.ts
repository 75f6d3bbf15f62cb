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
  used: Used;
  holdings: number;
}

export const emptyPools = (): Pools => ({ stays: new Map(), used: { concurrent: 0, contingency: 0, 'over-limit': 0 }, holdings: 0 });

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

export function acquire(pools: Pools, user: string, at: Instant, receipt: number, sizes: Sizes | undefined): Settled {
  pools.holdings++;
  const held = pools.stays.get(user);
  if (held) {
    held.holdings++;
    return { pool: held.pool, turned: false, stay: held };
  }
  const stay: Stay = { at, receipt, pool: choosePool(pools.used, sizes), holdings: 1 };
  pools.stays.set(user, stay);
  pools.used[stay.pool]++;
  return { pool: stay.pool, turned: true, stay };
}

/** @throws when the user holds nothing: sessions and pools would disagree */
export function giveBack(pools: Pools, user: string): Settled {
  const stay = pools.stays.get(user);
  if (!stay) throw new Error('A licence was given back that nobody held');
  pools.holdings--;
  stay.holdings--;
  if (stay.holdings > 0) return { pool: stay.pool, turned: false, stay };
  pools.stays.delete(user);
  pools.used[stay.pool]--;
  return { pool: stay.pool, turned: true, stay };
}

/** The stays outside the concurrent pool, in the order in which they were acquired: whom a refresh places anew. */
export function overflowing(pools: Pools): [user: string, stay: Stay][] {
  if (pools.used.contingency === 0 && pools.used['over-limit'] === 0) return [];
  return [...pools.stays].filter(([, stay]) => stay.pool !== 'concurrent').sort(([, a], [, b]) => a.at - b.at || a.receipt - b.receipt);
}

/** Releases and places a stay again, as a refresh does. */
export function placeAgain(pools: Pools, stay: Stay, sizes: Sizes | undefined): { from: Pool; to: Pool } {
  const from = stay.pool;
  pools.used[from]--;
  stay.pool = choosePool(pools.used, sizes);
  pools.used[stay.pool]++;
  return { from, to: stay.pool };
}
