/**
 * The pools of one licence type at some instant, gone through entry by entry, back or forth. Who came and who went is fixed in the
 * entries; only the pool in which each was is found anew. So it is enough to know how many were in each pool, and who was outside
 * the concurrent one.
 */
import type { Pool } from '../../shared/events.ts';
import type { Instant } from '../../shared/time.ts';
import { choosePool, choosePoolAgain, overflowing, type Pools, type Sizes, type Used } from '../licensing/pools.ts';
import type { Batch } from './batch.ts';
import { derivedEntry, REFRESH } from './derived-entry.ts';
import { CLASS, type Entry, type EntryRecord, type Position, poolIndex, poolName } from './entry.ts';
import type { Organisation } from './organisation.ts';
import { type Placed, pastBefore } from './user-timeline.ts';

/** A stay outside the concurrent pool. All but its pool is known only once the walk has turned forward. */
export interface Outside {
  pool: Pool;
  at: Instant;
  receipt: number;
  /** Open holdings by session: a refresh is recorded on the oldest. */
  sessions: Map<number, { device: string; since: Instant }>;
}

export interface PoolWalk {
  used: Used;
  outside: Map<string, Outside>;
}

const onlyPool = (pool: Pool): Outside => ({ pool, at: 0, receipt: 0, sessions: new Map() });

/** From how it is now. */
export const walkFromNow = ({ used, outside }: Pools): PoolWalk => ({
  used: { ...used },
  outside: new Map([...outside].map(([user, { pool }]) => [user, onlyPool(pool)])),
});

/** Everything at or after an instant. */
export const startOf = (at: Instant): Position => ({ at, class: CLASS.leaseEnd, receipt: Number.NEGATIVE_INFINITY });

/** Takes an entry back. */
export function goBack(walk: PoolWalk, type: string, { kind, user, records }: Entry): void {
  const { used, outside } = walk;
  for (const { type: of, acquired, turned, pool } of records.toReversed()) {
    if (of !== type) continue;
    const before = poolName(pool);
    if (kind === 'refresh' && acquired) used[before]--;
    else if (kind !== 'refresh' && !turned) continue;
    else if (acquired) {
      used[outside.get(user)?.pool ?? 'concurrent']--;
      outside.delete(user);
    } else {
      used[before]++;
      if (before === 'concurrent') outside.delete(user);
      else outside.set(user, onlyPool(before));
    }
  }
}

/** Before an instant: of whoever was outside then, since when and on which devices. */
export function turnForward(batch: Batch, organisation: Organisation, walk: PoolWalk, type: string, at: Instant): void {
  for (const [user, { pool }] of walk.outside) {
    const found = outsideAt(batch, organisation, type, user, at);
    if (!found) throw new Error(`${type} of ${organisation.id}: somebody is outside who holds nothing`);
    walk.outside.set(user, { ...found, pool });
  }
}

/** A user's stay just before an instant, as the entries have it. */
export function outsideAt(batch: Batch, organisation: Organisation, type: string, user: string, at: Instant): Outside | null {
  const past = pastBefore(batch, organisation, user, startOf(at));
  const stay = past.stays.get(type);
  if (!stay) return null;
  const sessions = new Map<number, { device: string; since: Instant }>();
  for (const { id, device, holdings } of past.devices.values()) {
    const holding = holdings.find((candidate) => candidate.type === type);
    if (holding) sessions.set(id, { device, since: holding.since });
  }
  return { pool: stay.pool, at: stay.at, receipt: stay.receipt, sessions };
}

/** The entry with the pools that its user finds now. */
export function goOn(walk: PoolWalk, type: string, { position, entry }: Placed, sizes: Sizes | undefined): Entry {
  const { used, outside } = walk;
  const records = entry.records.map((record): EntryRecord => {
    if (record.type !== type) return record;
    const { acquired, turned, session, since } = record;
    if (acquired && turned) {
      const pool = choosePool(used, sizes);
      used[pool]++;
      const { at, receipt } = position;
      if (pool !== 'concurrent')
        outside.set(entry.user, { pool, at, receipt, sessions: new Map([[session, { device: entry.device, since }]]) });
      return { ...record, pool: poolIndex(pool) };
    }
    const stay = outside.get(entry.user);
    const pool = stay?.pool ?? 'concurrent';
    if (acquired) stay?.sessions.set(session, { device: entry.device, since });
    else stay?.sessions.delete(session);
    if (turned) {
      used[pool]--;
      outside.delete(entry.user);
    }
    return { ...record, pool: poolIndex(pool) };
  });
  return { ...entry, records };
}

/** Places everybody outside anew, at the start of a billing period. */
export function refreshAll(batch: Batch, walk: PoolWalk, type: string, at: Instant, sizes: Sizes | undefined): Placed[] {
  const { used, outside } = walk;
  const placed: Placed[] = [];
  for (const [user, stay] of overflowing(outside)) {
    if (stay.at >= at) continue;
    const from = stay.pool;
    stay.pool = choosePoolAgain(used, from, sizes);
    used[from]--;
    used[stay.pool]++;
    if (stay.pool === 'concurrent') outside.delete(user);
    const [session, { device, since }] = oldest(stay);
    const record = { seq: 0, type, session, turned: false, since, stay: null };
    const records = [
      { ...record, acquired: false, pool: poolIndex(from) },
      { ...record, acquired: true, pool: poolIndex(stay.pool) },
    ];
    const entry = { ...derivedEntry(batch, user, device, REFRESH), records };
    placed.push({ position: { at, class: CLASS.refresh, receipt: stay.receipt, sub: type }, entry });
  }
  return placed;
}

function oldest({ sessions }: Outside): [number, { device: string; since: Instant }] {
  const [first] = [...sessions].sort(([a, x], [b, y]) => x.since - y.since || a - b);
  if (!first) throw new Error('A stay without an open holding');
  return first;
}
