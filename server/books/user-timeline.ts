/** The past of one user: its entries, and the sessions and stays that were open before one of them. */
import type { Stay } from '../licensing/pools.ts';
import type { Devices, Session } from '../licensing/sessions.ts';
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
  /** Entries since the last one that carries the user's state. */
  sinceSnapshot: number;
}

/** The user's entries at or after a position, in order, as they are asked for. */
export function* entriesFrom(batch: Batch, organisation: Organisation, user: string, from: Position): Generator<Placed, undefined> {
  const range = { start: userEntryKey(organisation.id, user, from), end: [organisation.id, user, AFTER_NAMES] };
  for (const { key } of batch.draft.range('userEntries', range)) yield placed(batch, organisation, positionOf(key, 2));
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
  let past: UserPast = { devices: new Map(), stays: new Map(), sinceSnapshot: 0 };
  const range = { start: [organisation.id, user], end: userEntryKey(organisation.id, user, before), reverse: true };
  for (const { key, value } of batch.draft.range<StoredUser | 0>('userEntries', range)) {
    if (value !== 0) {
      past = restorePast(value);
      break;
    }
    positions.push(positionOf(key, 2));
  }
  for (const position of positions.reverse()) {
    follow(organisation, past, placed(batch, organisation, position));
  }
  return past;
}

/** Takes an entry of the user, as it is in the books, into the past. */
export function follow(organisation: Organisation, past: UserPast, { position, entry }: Placed): void {
  past.sinceSnapshot++;
  // A timer that turned out not to have acted keeps its superseded records, and does nothing.
  if (!isEvent(entry) && entry.records.length === 0) return;
  const acquires = entry.records.filter((record) => record.acquired).map((record) => record.type);
  applyEntry(organisation, past.devices, position, entry, acquires);
  followStays(past.stays, position, entry);
}

export const copyPast = ({ devices, stays, sinceSnapshot }: UserPast): UserPast => ({
  devices: new Map(
    [...devices].map(([device, session]) => [device, { ...session, holdings: session.holdings.map((held) => ({ ...held })) }]),
  ),
  stays: new Map([...stays].map(([type, stay]) => [type, { ...stay }])),
  sinceSnapshot,
});

/** Whether whatever comes next comes to the same for a user with these devices and stays as for one with that past. */
export function isSame(devices: Devices, stays: ReadonlyMap<string, Stay>, past: UserPast): boolean {
  return (
    devices.size === past.devices.size &&
    stays.size === past.stays.size &&
    [...devices].every(([device, session]) => sameSession(session, past.devices.get(device))) &&
    [...stays].every(([type, stay]) => sameStay(stay, past.stays.get(type)))
  );
}

const sameSession = (a: Session, b: Session | undefined): boolean =>
  b !== undefined &&
  a.id === b.id &&
  a.source === b.source &&
  a.since === b.since &&
  a.lastHeardAt === b.lastHeardAt &&
  a.leaseMs === b.leaseMs &&
  a.holdings.length === b.holdings.length &&
  a.holdings.every(({ type, since }, index) => type === b.holdings[index]?.type && since === b.holdings[index]?.since);

const sameStay = (a: Stay, b: Stay | undefined): boolean =>
  b !== undefined && a.at === b.at && a.receipt === b.receipt && a.pool === b.pool && a.holdings === b.holdings;

function restorePast(stored: StoredUser): UserPast {
  const past: UserPast = { devices: new Map(), stays: new Map(), sinceSnapshot: 0 };
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
