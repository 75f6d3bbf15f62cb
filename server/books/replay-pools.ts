/**
 * Who was in which pool, worked out again for one licence type from an instant on: back to how it was there, and forward
 * through what is now known. Only types that were full at some time since can come out differently.
 */
import type { Instant } from '../../shared/time.ts';
import { moveTo } from '../licensing/pools.ts';
import { type Batch, touchSession } from './batch.ts';
import { dropCarried } from './carried-pools.ts';
import { CLASS, comparePositions, type Entry, type EntryRecord, entryKey, type Position, positionOf } from './entry.ts';
import { type Organisation, settingsAt, settingsBefore, typeState } from './organisation.ts';
import { goBack, goOn, type PoolWalk, refreshAll, startOf, turnForward, walkFromNow } from './pool-walk.ts';
import { recomputePools } from './recomputation.ts';
import { beginRewriting, countDifference, type Rewriting, rewrite, rewritten, writePoolRewriting } from './rewriting.ts';
import type { Placed } from './user-timeline.ts';

/** Goes through the pools that something late in the batch may have changed: each type once, from the earliest of it on. */
export function replayContested(batch: Batch): void {
  for (const [id, types] of batch.contested) {
    const organisation = batch.books.organisations.get(id) as Organisation;
    for (const [type, from] of types) {
      if (organisation.recomputations.pools.has(type) || !replayPools(batch, organisation, type, from)) {
        recomputePools(batch, organisation, type, from);
      }
    }
  }
  batch.contested.clear();
}

/** False, and nothing done: too much has happened since to be gone through at once. */
function replayPools(batch: Batch, organisation: Organisation, type: string, from: Instant): boolean {
  const entries = entriesOfType(batch, organisation, type, from);
  if (entries === null) return false;
  const rewriting = beginRewriting(organisation);
  const walk = walkFromNow(typeState(organisation, type).pools);
  for (const { entry } of entries.toReversed()) goBack(walk, type, entry);
  turnForward(batch, organisation, walk, type, from);
  playPools(batch, rewriting, type, walk, entries, from, Number.POSITIVE_INFINITY);
  showPools(batch, organisation, type, walk);
  writePoolRewriting(batch, rewriting);
  for (const item of rewriting.entries.values()) countDifference(batch, organisation, item);
  dropCarried(batch, rewriting, type, entries, { from: startOf(from), until: Number.POSITIVE_INFINITY });
  return true;
}

/** What happened to the type from an instant on; null where more has happened than is looked at in one batch. */
function entriesOfType(batch: Batch, { id }: Organisation, type: string, from: Instant): Placed[] | null {
  const found: Placed[] = [];
  let seen = 0;
  for (const { key, value } of batch.draft.range<Entry>('entries', { start: [id, from], end: [id, Number.POSITIVE_INFINITY] })) {
    if (++seen > batch.books.effort.atOnce) return null;
    if (value.records.some((record) => record.type === type)) found.push({ position: positionOf(key, 1), entry: value });
  }
  return found;
}

/** Goes through entries from an instant up to another one, and notes which come out differently. */
export function playPools(
  batch: Batch,
  rewriting: Rewriting,
  type: string,
  walk: PoolWalk,
  entries: readonly Placed[],
  from: Instant,
  until: Instant,
): void {
  const { organisation } = rewriting;
  const refreshes = refreshInstants(organisation, from, until);
  const refreshUpTo = (at: Instant): void => {
    while (refreshes[0] !== undefined && refreshes[0] <= at) {
      const due = refreshes.shift() as Instant;
      const sizes = settingsBefore(organisation, due).entitlements.get(type);
      for (const { position, entry } of refreshAll(batch, walk, type, due, sizes)) note(batch, rewriting, position, entry);
    }
  };
  for (const placed of entries) {
    const { position, entry } = placed;
    if (entry.kind === 'refresh') {
      note(batch, rewriting, position, { ...entry, records: entry.records.filter((record) => record.type !== type) }, entry);
      continue;
    }
    // Leases end and everybody is logged off before the refresh of that instant, all else comes after it.
    refreshUpTo(comparePositions(position, startOfRefresh(position.at)) < 0 ? position.at - 1 : position.at);
    const sizes = settingsAt(organisation, position.at).entitlements.get(type);
    note(batch, rewriting, position, goOn(walk, type, placed, sizes), entry);
  }
  refreshUpTo(until - 1);
}

const startOfRefresh = (at: Instant): Position => ({ at, class: CLASS.refresh, receipt: Number.NEGATIVE_INFINITY });

/** Starts of billing periods from an instant on, as far as timers have acted. */
function refreshInstants({ calendar, timersRunTo }: Organisation, from: Instant, until: Instant): Instant[] {
  const instants: Instant[] = [];
  for (let at = calendar.billingPeriod(from - 1).end; at <= timersRunTo && at < until; at = calendar.billingPeriod(at).end)
    instants.push(at);
  return instants;
}

/** Notes an entry as it should have been, if it differs from how it is. */
function note(batch: Batch, rewriting: Rewriting, position: Position, after: Entry, read?: Entry): void {
  const known = rewritten(rewriting, position);
  const before = known ? known.before : (read ?? batch.draft.get<Entry>('entries', entryKey(rewriting.organisation.id, position)) ?? null);
  const current = known?.after ?? before;
  if (current && sameRecords(current, after)) return;
  rewrite(rewriting, position, before, { ...after, receivedAt: before?.receivedAt ?? after.receivedAt, superseded: null });
}

const sameRecords = (a: Entry, b: Entry): boolean =>
  a.records.length === b.records.length &&
  a.records.every((record, i) => {
    const other = b.records[i] as EntryRecord;
    return (
      record.acquired === other.acquired && record.type === other.type && record.session === other.session && record.pool === other.pool
    );
  });

/** Whoever is in another pool than was thought is shown in it from now on. */
export function showPools(batch: Batch, organisation: Organisation, type: string, walk: PoolWalk): void {
  const { pools } = typeState(organisation, type);
  for (const user of new Set([...pools.outside.keys(), ...walk.outside.keys()])) {
    const pool = walk.outside.get(user)?.pool ?? 'concurrent';
    if (pools.stays.get(user)?.pool === pool) continue;
    moveTo(pools, user, pool);
    for (const device of organisation.users.get(user)?.devices.keys() ?? []) touchSession(batch, organisation, user, device);
  }
}
