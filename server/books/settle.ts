/** From movements of one user to records: pools, levels and the entry that is written down. */
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { acquire, giveBack } from '../licensing/pools.ts';
import { leaseEnd, type Movement, type Session } from '../licensing/sessions.ts';
import type { Levels } from '../usage/levels.ts';
import { bucketStart, type Change } from '../usage/open-bucket.ts';
import { change } from '../usage/type-usage.ts';
import { type Batch, nextSeq, touch, touchBucket, touchSession } from './batch.ts';
import { type Entry, type EntryRecord, entryKey, levelChange, type Position, poolIndex, poolName, userEntryKey } from './entry.ts';
import { markEntry, noteShift } from './marks.ts';
import { countSessions, type Organisation, settingsAt, typeState, userState } from './organisation.ts';
import { watchAge, withdrawEnded } from './stale-sessions.ts';
import { storeUser } from './stored.ts';

/** Entries between two that carry the user's state, so that a late event need not read further back. */
export const SNAPSHOT_EVERY = 16;

/** Takes and gives back licences, in order. The records have no number yet. `known`: those that were there already, with their pools. */
export function moveLicences(
  organisation: Organisation,
  user: string,
  position: Position,
  movements: readonly Movement[],
  known: readonly EntryRecord[] = [],
): EntryRecord[] {
  const { entitlements } = settingsAt(organisation, position.at);
  return movements.map(({ acquired, type, session, since }) => {
    const { pools } = typeState(organisation, type);
    if (acquired) {
      const sizes = entitlements.get(type);
      const same =
        known.length === 0 ? undefined : known.find((record) => record.acquired && record.type === type && record.session === session);
      const { pool, turned } = acquire(pools, user, position.at, position.receipt, sizes, same && poolName(same.pool));
      return { seq: 0, acquired, type, session, pool: poolIndex(pool), turned, since, stay: null };
    }
    const { pool, turned, stay } = giveBack(pools, user);
    const elsewhere = turned && (stay.at !== since || stay.receipt !== session);
    return { seq: 0, acquired, type, session, pool: poolIndex(pool), turned, since, stay: elsewhere ? [stay.at, stay.receipt] : null };
  });
}

/** Takes and gives back licences of sessions that are shown. The records get their numbers at the end of the batch (numbers.ts). */
export function settleUnnumbered(
  batch: Batch,
  organisation: Organisation,
  user: string,
  position: Position,
  movements: readonly Movement[],
): EntryRecord[] {
  for (const { device } of movements) touchSession(batch, organisation, user, device);
  return moveLicences(organisation, user, position, movements);
}

/** Takes and gives back licences, each movement a record with its number. */
export function settle(...movement: Parameters<typeof settleUnnumbered>): EntryRecord[] {
  const [batch] = movement;
  const records = settleUnnumbered(...movement);
  for (const record of records) record.seq = nextSeq(batch);
  return records;
}

/** Writes an entry down, and counts what its records did to the levels. */
export function writeEntry(batch: Batch, organisation: Organisation, position: Position, entry: Entry): void {
  batch.draft.put('entries', entryKey(organisation.id, position), entry);
  touch(batch, organisation);
  for (const record of entry.records) {
    const by = levelChange(entry.kind, record);
    if (by) countChange(batch, organisation, position, record.type, by);
    else touch(batch, organisation).add(record.type);
  }
  if (entry.user !== '') writeUserEntry(batch, organisation, entry.user, position);
  markEntry(batch, organisation, position);
  withdrawEnded(batch, organisation, position, entry);
  organisation.newestAt = Math.max(organisation.newestAt, position.at);
}

/** Counts a change of a type's levels, wherever in the past it lies. */
export function countChange(batch: Batch, organisation: Organisation, position: Position, type: string, by: Levels): void {
  touch(batch, organisation).add(type);
  const { usage } = typeState(organisation, type);
  const counted = position.at >= organisation.kept.buckets && change(usage, position.at, by);
  noteShift(batch, organisation, { position, type, by: by[0] }, counted);
  if (counted) {
    touchBucket(batch, organisation, type, bucketStart(position.at));
  } else {
    const types = getOrMake(batch.history, organisation.id, () => new Map<string, Change[]>());
    getOrMake(types, type, () => []).push({ at: position.at, by });
  }
}

function writeUserEntry(batch: Batch, organisation: Organisation, user: string, position: Position): void {
  const state = userState(organisation, user);
  const snapshot = state.devices.size === 0 || ++state.sinceSnapshot >= SNAPSHOT_EVERY;
  if (snapshot) state.sinceSnapshot = 0;
  const value = snapshot ? storeUser(organisation, user, state.devices) : 0;
  batch.draft.put('userEntries', userEntryKey(organisation.id, user, position), value);
  countSessions(organisation, user, state);
}

/** Sees to it that a session is looked at when its lease may end, and when it has been open for too long. */
export function armSession(batch: Batch, organisation: Organisation, user: string, session: Session): void {
  watchAge(organisation, user, session);
  const at: Instant | null = leaseEnd(session, batch.books.downtimes);
  const armed = organisation.armed.get(session.id);
  if (at === null || (armed !== undefined && armed <= at)) return;
  organisation.armed.set(session.id, at);
  organisation.leases.push({ at, user, device: session.device, session: session.id, since: session.since });
}
