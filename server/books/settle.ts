/** From movements of one user to records: pools, levels and the entry that is written down. */
import type { Instant } from '../../shared/time.ts';
import { acquire, giveBack } from '../licensing/pools.ts';
import { leaseEnd, type Movement, type Session } from '../licensing/sessions.ts';
import { bucketStart, change } from '../usage/type-usage.ts';
import { type Batch, nextSeq, touch, touchBucket, touchSession } from './batch.ts';
import { type Entry, type EntryRecord, entryKey, levelChange, type Position, poolIndex, positionKey, userEntryKey } from './entry.ts';
import { countSessions, type Organisation, settingsAt, typeState, userState } from './organisation.ts';
import { storeSession } from './stored.ts';

/** Entries between two that carry the user's state, so that a late event need not read further back. */
const SNAPSHOT_EVERY = 16;
/** Entries between two marks of the in-use levels, so that a record's level is found near it. */
const MARK_EVERY = 256;

/** Takes and gives back licences, in order. */
export function settle(batch: Batch, organisation: Organisation, user: string, position: Position, movements: Movement[]): EntryRecord[] {
  return movements.map((movement) => {
    const { acquired, type, session, device, since } = movement;
    const { pools } = typeState(organisation, type);
    const sizes = acquired ? settingsAt(organisation, position.at).entitlements.get(type) : undefined;
    const { pool, turned } = acquired ? acquire(pools, user, position.at, position.receipt, sizes) : giveBack(pools, user);
    touchSession(batch, organisation, user, device);
    return { seq: nextSeq(batch), acquired, type, session, pool: poolIndex(pool), turned, since };
  });
}

/** Writes an entry down, and counts what its records did to the levels. */
export function writeEntry(batch: Batch, organisation: Organisation, position: Position, entry: Entry): void {
  const { draft } = batch;
  draft.put('entries', entryKey(organisation.id, position), entry);
  const types = touch(batch, organisation);
  for (const record of entry.records) {
    types.add(record.type);
    countRecord(batch, organisation, position.at, entry, record);
  }
  if (entry.user !== '') writeUserEntry(batch, organisation, entry.user, position);
  organisation.newestAt = Math.max(organisation.newestAt, position.at);
  markLevels(batch, organisation, position);
}

function countRecord(batch: Batch, organisation: Organisation, at: Instant, entry: Entry, record: EntryRecord): void {
  const by = levelChange(entry.kind, record);
  if (!by) return;
  const { usage } = typeState(organisation, record.type);
  change(usage, at, by);
  touchBucket(batch, organisation, record.type, bucketStart(at));
}

function writeUserEntry(batch: Batch, organisation: Organisation, user: string, position: Position): void {
  const state = userState(organisation, user);
  const sessions = [...state.devices.values()];
  const snapshot = sessions.length === 0 || ++state.sinceSnapshot >= SNAPSHOT_EVERY;
  if (snapshot) state.sinceSnapshot = 0;
  const value = snapshot ? sessions.map((session) => [session.device, storeSession(organisation, user, session)]) : 0;
  batch.draft.put('userEntries', userEntryKey(organisation.id, user, position), value);
  countSessions(organisation, user, state);
}

function markLevels(batch: Batch, organisation: Organisation, position: Position): void {
  if (position.at < organisation.newestAt || ++organisation.sinceMark < MARK_EVERY) return;
  organisation.sinceMark = 0;
  const levels = [...organisation.types].map(([type, { usage }]) => [type, usage.level[0]]);
  batch.draft.put('marks', [organisation.id, ...positionKey(position)], levels);
}

/** Sees to it that a session with a lease is looked at when the lease may end. */
export function armLease(batch: Batch, organisation: Organisation, user: string, session: Session): void {
  const at = leaseEnd(session, batch.books.downtimes);
  const armed = organisation.armed.get(session.id);
  if (at === null || (armed !== undefined && armed <= at)) return;
  organisation.armed.set(session.id, at);
  organisation.leases.push({ at, user, device: session.device, session: session.id });
}
