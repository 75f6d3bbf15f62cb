/** The past of one user: its entries, and the sessions and stays that were open before one of them. */
import type { Stay } from '../licensing/pools.ts';
import type { Devices } from '../licensing/sessions.ts';
import { AFTER_NAMES } from '../store/store.ts';
import { applyEntry } from './apply-entry.ts';
import type { Batch } from './batch.ts';
import { type Entry, entryKey, isEvent, type Position, poolName, positionOf, userEntryKey } from './entry.ts';
import type { Organisation } from './organisation.ts';
import { restoreSession, type StoredUser } from './stored.ts';

export interface Placed {
  position: Position;
  entry: Entry;
}

export interface UserPast {
  devices: Devices;
  /** By licence type. */
  stays: Map<string, Stay>;
}

/** The user's entries at or after a position, in order. */
export function entriesFrom(batch: Batch, organisation: Organisation, user: string, from: Position): Placed[] {
  const range = { start: userEntryKey(organisation.id, user, from), end: [organisation.id, user, AFTER_NAMES] };
  return [...batch.draft.range('userEntries', range)].map(({ key }) => placed(batch, organisation, positionOf(key, 2)));
}

export function hasEntriesFrom(batch: Batch, organisation: Organisation, user: string, from: Position): boolean {
  const range = { start: userEntryKey(organisation.id, user, from), end: [organisation.id, user, AFTER_NAMES], limit: 1 };
  for (const _ of batch.draft.range('userEntries', range)) return true;
  return false;
}

function placed(batch: Batch, organisation: Organisation, position: Position): Placed {
  const entry = batch.draft.get<Entry>('entries', entryKey(organisation.id, position));
  if (!entry) throw new Error('An entry of a user is missing from the books');
  return { position, entry };
}

/** Goes back to the last entry that carries the user's state, and from there forward again. */
export function pastBefore(batch: Batch, organisation: Organisation, user: string, before: Position): UserPast {
  const positions: Position[] = [];
  let past: UserPast = { devices: new Map(), stays: new Map() };
  const range = { start: [organisation.id, user], end: userEntryKey(organisation.id, user, before), reverse: true };
  for (const { key, value } of batch.draft.range<StoredUser | 0>('userEntries', range)) {
    if (value !== 0) {
      past = restorePast(value);
      break;
    }
    positions.push(positionOf(key, 2));
  }
  for (const position of positions.reverse()) {
    const { entry } = placed(batch, organisation, position);
    // A timer that turned out not to have acted keeps its superseded records, and does nothing.
    if (!isEvent(entry) && entry.records.length === 0) continue;
    const acquires = entry.records.filter((record) => record.acquired).map((record) => record.type);
    applyEntry(organisation, past.devices, position, entry, acquires);
    followStays(past.stays, position, entry);
  }
  return past;
}

function restorePast(stored: StoredUser): UserPast {
  const past: UserPast = { devices: new Map(), stays: new Map() };
  for (const [device, session] of stored) {
    past.devices.set(device, restoreSession(device, session));
    for (const { type, pool, stayAt, stayReceipt } of session.holdings) {
      const stay = past.stays.get(type);
      if (stay) stay.holdings++;
      else past.stays.set(type, { at: stayAt, receipt: stayReceipt, pool: poolName(pool), holdings: 1 });
    }
  }
  return past;
}

function followStays(stays: Map<string, Stay>, position: Position, { kind, records }: Entry): void {
  for (const { type, acquired, pool } of records) {
    const stay = stays.get(type);
    if (kind === 'refresh') {
      if (stay) stay.pool = poolName(pool);
    } else if (acquired) {
      if (stay) stay.holdings++;
      else stays.set(type, { at: position.at, receipt: position.receipt, pool: poolName(pool), holdings: 1 });
    } else if (stay && --stay.holdings === 0) {
      stays.delete(type);
    }
  }
}
