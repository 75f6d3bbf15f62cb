/**
 * Who was in which pool, worked out again for one licence type from a position on: back to how it was there, and forward
 * through what is now known. Only types that were full at some time since can come out differently.
 */
import { REFRESH_CONTINGENCY } from '../../shared/catalogue.ts';
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { acquire, giveBack, overflowing, type Pools, placeAgain, type Stay } from '../licensing/pools.ts';
import type { Stretch } from '../usage/levels.ts';
import { bucketStart } from '../usage/open-bucket.ts';
import { highestOf, highestSince } from '../usage/type-usage.ts';
import { type Batch, touchSession } from './batch.ts';
import { derivedEntry } from './derived-entry.ts';
import {
  CLASS,
  comparePositions,
  type Entry,
  type EntryRecord,
  entryKey,
  type Position,
  poolIndex,
  poolName,
  positionOf,
} from './entry.ts';
import { type Organisation, settingsAt, settingsBefore, typeState } from './organisation.ts';
import { type Rewriting, rewrite, rewritten } from './rewriting.ts';
import type { Placed } from './user-timeline.ts';

/** Whether so many holders more or less since an instant could have put anybody into another pool. */
export function isContested(batch: Batch, organisation: Organisation, type: string, from: Instant, holders = 1): boolean {
  const smallest = smallestSince(organisation, type, from);
  if (smallest === Number.POSITIVE_INFINITY) return false;
  const state = typeState(organisation, type);
  if (overflowing(state.pools).length > 0) return true;
  const highest = highestSince(state.usage, from) ?? highestInHistory(batch, organisation, type, from);
  return highest + waiting(batch, organisation, type) + holders > smallest;
}

/** What this batch has added to the past and not yet brought into the history. */
function waiting(batch: Batch, organisation: Organisation, type: string): number {
  const changes = batch.history.get(organisation.id)?.get(type) ?? [];
  return changes.filter(({ by }) => by[0] > 0).length;
}

function smallestSince({ versions }: Organisation, type: string, from: Instant): number {
  const inForceAt = versions.findLastIndex((version) => version.from <= from);
  const sizes = versions.slice(Math.max(0, inForceAt)).map((version) => version.value.entitlements.get(type)?.concurrent);
  return Math.min(Number.POSITIVE_INFINITY, ...sizes.filter((size) => size !== undefined));
}

function highestInHistory(batch: Batch, organisation: Organisation, type: string, from: Instant): number {
  const { usage } = typeState(organisation, type);
  let highest = highestSince(usage, usage.open[0]?.start ?? from) ?? 0;
  const start = [organisation.id, type, bucketStart(from)];
  for (const { value } of batch.draft.range<Stretch>('buckets', { start, end: [organisation.id, type, Number.POSITIVE_INFINITY] })) {
    highest = Math.max(highest, highestOf(value));
  }
  return highest;
}

/** Open holdings of the type by user and session: a refresh is recorded on the oldest. */
type Held = Map<string, Map<number, { device: string; since: Instant }>>;

export function replayPools(batch: Batch, rewriting: Rewriting, type: string, from: Position): void {
  const { organisation } = rewriting;
  const entries = entriesOfType(batch, rewriting, type, from);
  const { pools } = typeState(organisation, type);
  const held = heldNow(organisation, type);
  for (const placed of entries.toReversed()) undo(pools, held, type, placed);

  const refreshes = refreshInstants(organisation, from);
  const refreshUpTo = (position: Position | null): void => {
    while (refreshes[0] !== undefined && isDue({ at: refreshes[0], class: CLASS.refresh, receipt: 0 }, position)) {
      refreshAt(batch, rewriting, type, pools, held, refreshes.shift() as Instant);
    }
  };
  for (const placed of entries) {
    if (placed.entry.kind === 'refresh') {
      store(batch, rewriting, placed.position, { ...placed.entry, records: placed.entry.records.filter((record) => record.type !== type) });
      continue;
    }
    refreshUpTo(placed.position);
    store(batch, rewriting, placed.position, redo(organisation, pools, held, type, placed));
  }
  refreshUpTo(null);
}

const isDue = (refresh: Position, position: Position | null): boolean => position === null || comparePositions(refresh, position) < 0;

/** What happened to the type from a position on, as it is now known. */
function entriesOfType(batch: Batch, rewriting: Rewriting, type: string, from: Position): Placed[] {
  const { organisation } = rewriting;
  const found: Placed[] = [];
  const add = (position: Position, entry: Entry): void => {
    if (comparePositions(position, from) >= 0 && entry.records.some((record) => record.type === type)) found.push({ position, entry });
  };
  const range = { start: [organisation.id, from.at], end: [organisation.id, Number.POSITIVE_INFINITY] };
  for (const { key, value } of batch.draft.range<Entry>('entries', range)) {
    const position = positionOf(key, 1);
    if (!rewritten(rewriting, position)) add(position, value);
  }
  for (const { position, after } of rewriting.entries.values()) add(position, after);
  return found.sort((a, b) => comparePositions(a.position, b.position));
}

function heldNow(organisation: Organisation, type: string): Held {
  const held: Held = new Map();
  for (const [user, { devices }] of organisation.users) {
    for (const session of devices.values()) {
      const holding = session.holdings.find((candidate) => candidate.type === type);
      if (holding) getOrMake(held, user, () => new Map()).set(session.id, { device: session.device, since: holding.since });
    }
  }
  return held;
}

function undo(pools: Pools, held: Held, type: string, { entry }: Placed): void {
  for (const record of entry.records.toReversed()) {
    if (record.type !== type) continue;
    if (entry.kind === 'refresh') undoRefresh(pools, entry.user, record);
    else if (record.acquired) undoAcquired(pools, held, entry.user, record);
    else undoReleased(pools, held, entry, record);
  }
}

function undoRefresh(pools: Pools, user: string, { acquired, pool }: EntryRecord): void {
  const stay = pools.stays.get(user) as Stay;
  if (acquired) pools.used[poolName(pool)]--;
  else {
    stay.pool = poolName(pool);
    pools.used[stay.pool]++;
  }
}

function undoAcquired(pools: Pools, held: Held, user: string, record: EntryRecord): void {
  const stay = pools.stays.get(user) as Stay;
  pools.holdings--;
  held.get(user)?.delete(record.session);
  if (--stay.holdings > 0) return;
  pools.stays.delete(user);
  pools.used[stay.pool]--;
}

function undoReleased(pools: Pools, held: Held, { user, device }: Entry, record: EntryRecord): void {
  const { session, since, pool, stay: known } = record;
  pools.holdings++;
  getOrMake(held, user, () => new Map()).set(session, { device, since });
  const stay = pools.stays.get(user);
  if (stay) {
    stay.holdings++;
    return;
  }
  const [at, receipt] = known ?? [since, session];
  pools.stays.set(user, { at, receipt, pool: poolName(pool), holdings: 1 });
  pools.used[poolName(pool)]++;
}

function redo(organisation: Organisation, pools: Pools, held: Held, type: string, { position, entry }: Placed): Entry {
  const sizes = settingsAt(organisation, position.at).entitlements.get(type);
  const records = entry.records.map((record): EntryRecord => {
    if (record.type !== type) return record;
    if (record.acquired) {
      const { pool, turned } = acquire(pools, entry.user, position.at, position.receipt, sizes);
      getOrMake(held, entry.user, () => new Map()).set(record.session, { device: entry.device, since: record.since });
      return { ...record, pool: poolIndex(pool), turned };
    }
    const { pool, turned, stay } = giveBack(pools, entry.user);
    held.get(entry.user)?.delete(record.session);
    const elsewhere = turned && (stay.at !== record.since || stay.receipt !== record.session);
    return { ...record, pool: poolIndex(pool), turned, stay: elsewhere ? [stay.at, stay.receipt] : null };
  });
  return { ...entry, records };
}

/** Starts of billing periods behind a position, up to now. */
function refreshInstants({ calendar, timersRunTo }: Organisation, from: Position): Instant[] {
  const instants: Instant[] = [];
  const first = from.class <= CLASS.refresh ? from.at - 1 : from.at;
  for (let at = calendar.billingPeriod(first).end; at <= timersRunTo; at = calendar.billingPeriod(at).end) instants.push(at);
  return instants;
}

function refreshAt(batch: Batch, rewriting: Rewriting, type: string, pools: Pools, held: Held, at: Instant): void {
  const sizes = settingsBefore(rewriting.organisation, at).entitlements.get(type);
  for (const [user, stay] of overflowing(pools)) {
    if (stay.at >= at) continue;
    const { from, to } = placeAgain(pools, stay, sizes);
    const [session, { device, since }] = oldest(held.get(user) as Map<number, { device: string; since: Instant }>);
    const record = { seq: 0, type, session, turned: false, since, stay: null };
    const records = [
      { ...record, acquired: false, pool: poolIndex(from) },
      { ...record, acquired: true, pool: poolIndex(to) },
    ];
    const position = { at, class: CLASS.refresh, receipt: stay.receipt, sub: type };
    store(batch, rewriting, position, { ...derivedEntry(batch, 'refresh', user, device, REFRESH_CONTINGENCY), records });
  }
}

function oldest(sessions: Map<number, { device: string; since: Instant }>): [number, { device: string; since: Instant }] {
  const [first] = [...sessions].sort(([a, x], [b, y]) => x.since - y.since || a - b);
  if (!first) throw new Error('A stay without an open holding');
  return first;
}

/** Notes an entry as it should have been, if it differs from how it is. */
function store(batch: Batch, rewriting: Rewriting, position: Position, after: Entry): void {
  const { organisation } = rewriting;
  const known = rewritten(rewriting, position);
  const before = known ? known.before : (batch.draft.get<Entry>('entries', entryKey(organisation.id, position)) ?? null);
  const current = known?.after ?? before;
  if (current && sameRecords(current, after)) return;
  rewrite(rewriting, position, before, { ...after, receivedAt: before?.receivedAt ?? after.receivedAt, superseded: null });
  for (const device of organisation.users.get(after.user)?.devices.keys() ?? []) touchSession(batch, organisation, after.user, device);
}

const sameRecords = (a: Entry, b: Entry): boolean =>
  a.records.length === b.records.length &&
  a.records.every((record, i) => {
    const other = b.records[i] as EntryRecord;
    return (
      record.acquired === other.acquired &&
      record.type === other.type &&
      record.session === other.session &&
      record.pool === other.pool &&
      record.turned === other.turned &&
      record.stay?.join() === other.stay?.join()
    );
  });
