/** The shapes of rows on disk, and the way there and back. */
import type { Instant } from '../../shared/time.ts';
import { admit, type Pools, type Stay } from '../licensing/pools.ts';
import type { Devices, Session } from '../licensing/sessions.ts';
import { type Levels, type Stretch, sameLevels } from '../usage/levels.ts';
import type { Mark, TypeUsage, Watch } from '../usage/type-usage.ts';
import { poolIndex, poolName } from './entry.ts';
import type { Organisation } from './organisation.ts';

export interface StoredHolding {
  type: string;
  since: Instant;
  pool: number;
  /** The stay it belongs to: the user may have come on another device. */
  stayAt: Instant;
  stayReceipt: number;
}

export interface StoredSession {
  id: number;
  source: string;
  since: Instant;
  lastHeardAt: Instant;
  leaseMs: number | null;
  holdings: StoredHolding[];
}

/** Levels and marks of a licence type; its buckets from `openFrom` on are those that may still change. */
export interface StoredType {
  /** Null: that which the newest of its open buckets leaves, so that the row need not be written whenever somebody comes or goes. */
  level: Levels | null;
  day: Watch;
  period: Watch;
  openFrom: Instant | null;
  /** Missing in rows that older versions wrote. */
  crossed?: number;
}

/** @param open stretches of its open buckets, oldest first */
export const levelOf = ({ level }: StoredType, open: readonly Stretch[]): Levels => level ?? [...(open.at(-1) as Stretch).exit];

export function storeType({ level, day, period, open, crossed }: TypeUsage): Required<StoredType> {
  const [oldest] = open;
  return { level: oldest ? null : level, day, period, openFrom: oldest?.start ?? null, crossed };
}

const copyWatch = (watch: Watch): Watch => ({
  ...watch,
  enter: [...watch.enter],
  inUse: watch.inUse && { ...watch.inUse },
  contingency: watch.contingency && { ...watch.contingency },
});

export const copyType = ({ level, day, period, openFrom, crossed }: Required<StoredType>): Required<StoredType> => ({
  level: level && [...level],
  day: copyWatch(day),
  period: copyWatch(period),
  openFrom,
  crossed,
});

/** Whether a row of a type would say the same. */
export const sameType = (a: StoredType, b: StoredType): boolean =>
  a.openFrom === b.openFrom &&
  a.crossed === b.crossed &&
  (a.level === b.level || (a.level !== null && b.level !== null && sameLevels(a.level, b.level))) &&
  sameWatch(a.day, b.day) &&
  sameWatch(a.period, b.period);

const sameWatch = (a: Watch, b: Watch): boolean =>
  a.start === b.start &&
  a.end === b.end &&
  a.startsInBucket === b.startsInBucket &&
  sameLevels(a.enter, b.enter) &&
  sameMark(a.inUse, b.inUse) &&
  sameMark(a.contingency, b.contingency);

const sameMark = (a: Mark | null, b: Mark | null): boolean => a?.value === b?.value && a?.at === b?.at;

export function storeSession(organisation: Organisation, user: string, session: Session): StoredSession {
  const { id, source, since, lastHeardAt, leaseMs } = session;
  const holdings = session.holdings.map(({ type, since: from }) => {
    const stay = organisation.types.get(type)?.pools.stays.get(user) as Stay;
    return { type, since: from, pool: poolIndex(stay.pool), stayAt: stay.at, stayReceipt: stay.receipt };
  });
  return { id, source, since, lastHeardAt, leaseMs, holdings };
}

/** The open sessions of a user, as the entries of that user carry them now and then. */
export type StoredUser = [device: string, session: StoredSession][];

export const storeUser = (organisation: Organisation, user: string, devices: Devices): StoredUser =>
  [...devices.values()].map((session) => [session.device, storeSession(organisation, user, session)]);

export function restoreSession(device: string, stored: StoredSession): Session {
  const { id, source, since, lastHeardAt, leaseMs } = stored;
  return {
    id,
    device,
    source,
    since,
    lastHeardAt,
    leaseMs,
    holdings: stored.holdings.map(({ type, since: from }) => ({ type, since: from })),
  };
}

/** Counts a stored holding into the pools, as it was when it was stored. */
export function restoreHolding(pools: Pools, user: string, { pool, stayAt, stayReceipt }: StoredHolding): void {
  const known = pools.stays.get(user);
  if (known) {
    pools.holdings++;
    known.holdings++;
    return;
  }
  admit(pools, user, { at: stayAt, receipt: stayReceipt, pool: poolName(pool), holdings: 1 });
}
