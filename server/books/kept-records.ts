/**
 * Records, and all that is told entry by entry, beyond what is kept: first a stretch is closed, so that nothing late changes it any
 * more; then its bills are written down; then its entries go, a few at a time. What was open at the edge is written down in their place.
 */
import type { Bill } from '../../shared/bill.ts';
import type { Instant } from '../../shared/time.ts';
import { AFTER_NAMES, type Key, type TableName } from '../store/store.ts';
import { type Batch, touch } from './batch.ts';
import { dropLinks } from './chain.ts';
import { dayOf } from './day-contents.ts';
import { type Entry, type Position, poolIndex } from './entry.ts';
import type { Organisation } from './organisation.ts';
import type { StoredUser } from './stored.ts';
import { pastBefore, type UserPast } from './user-timeline.ts';

/** Entries removed in one batch. */
const ENTRIES = 500;
/** Class of what stands at the edge: after everything that was at the last instant before it. */
const EDGE = 9;

/** Where what was open when its entries were removed is written down. */
export const isEdge = (key: Key, at: number): boolean => key[at + 1] === EDGE;

/** The edge before an instant, in a key. */
const edgeOf = (until: Instant): [Instant, number, number] => [until - 1, EDGE, 0];

/** Nothing late is taken before `limit` any more. False: so it is already, or there is nothing. */
export function closeRecords(batch: Batch, organisation: Organisation, limit: Instant): boolean {
  const { kept } = organisation;
  const first = firstEntryAt(batch, organisation);
  if (limit <= kept.closed || first === null || first >= limit) return false;
  kept.closed = limit;
  kept.first = Math.min(kept.first, first);
  touch(batch, organisation);
  return true;
}

export function firstEntryAt({ draft }: Batch, { id }: Organisation): Instant | null {
  const range = { start: [id, Number.NEGATIVE_INFINITY], end: [id, AFTER_NAMES], limit: 1 };
  for (const { key } of draft.range('entries', range)) return key[1] as Instant;
  return null;
}

/** The bill of a closed period, without the people in it. */
export function keepBill({ draft }: Batch, { id }: Organisation, bill: Bill): void {
  const nobody = { tippedBy: null, holders: [] };
  const licences = bill.licences.map((licence) => ({
    ...licence,
    receipt: { ...licence.receipt, ...nobody },
    receipts: Object.fromEntries(Object.entries(licence.receipts).map(([rule, receipt]) => [rule, { ...receipt, ...nobody }])),
  }));
  draft.put('bills', [id, bill.period], { ...bill, licences });
}

/** Removes the oldest entries of what is closed, up to the end of a billing period whose bill is kept. False: there are none. */
export function dropEntries(batch: Batch, organisation: Organisation, end: Instant): boolean {
  const { id, kept } = organisation;
  const { draft } = batch;
  const until = edgeOfPiece(batch, organisation, Math.min(end, kept.closed));
  if (until === null) return false;
  const users = new Set<string>();
  const levels = new Map<string, number>(lastMark(batch, organisation, until));
  const range = { start: [id, Number.NEGATIVE_INFINITY], end: [id, until] };
  const entries = [...draft.range<Entry>('entries', range)];
  for (const { value } of entries) {
    if (value.user !== '') users.add(value.user);
    for (const { type, turned, acquired } of value.records) {
      if (turned) levels.set(type, (levels.get(type) ?? 0) + (acquired ? 1 : -1));
    }
  }
  for (const user of users) keepUser(batch, organisation, user, until);
  for (const { key } of entries) draft.remove('entries', key);
  clear(batch, 'marks', id, until);
  clear(batch, 'sweeps', id, until);
  clear(batch, 'dayContents', id, dayOf(until));
  kept.anomalies += clear(batch, 'anomalies', id, until, (key) => key[3] === 'no_open_session');
  dropLinks(batch, organisation, until);
  draft.put('marks', [id, ...edgeOf(until)], [...levels]);
  kept.entries = until;
  touch(batch, organisation);
  return true;
}

/** All entries of an instant go together. Null: there are none before `end`. */
function edgeOfPiece({ draft }: Batch, { id }: Organisation, end: Instant): Instant | null {
  const range = { start: [id, Number.NEGATIVE_INFINITY], end: [id, end], limit: ENTRIES };
  const rows = [...draft.range('entries', range)];
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return null;
  if (rows.length < ENTRIES) return end;
  return first.key[1] === last.key[1] ? (last.key[1] as Instant) + 1 : (last.key[1] as Instant);
}

/** In-use levels at the edge before: everything since is among the entries that go. */
function lastMark({ draft }: Batch, { id, kept }: Organisation, until: Instant): [string, number][] {
  if (kept.entries === Number.NEGATIVE_INFINITY || kept.entries > until) return [];
  return draft.get<[string, number][]>('marks', [id, ...edgeOf(kept.entries)]) ?? [];
}

/** The user's state at the edge stands for all entries before it. */
function keepUser(batch: Batch, organisation: Organisation, user: string, until: Instant): void {
  const { id } = organisation;
  const { draft } = batch;
  const edge: Position = { at: until, class: Number.NEGATIVE_INFINITY, receipt: 0 };
  const past = storePast(pastBefore(batch, organisation, user, edge));
  for (const { key } of [...draft.range('userEntries', { start: [id, user], end: [id, user, until] })]) draft.remove('userEntries', key);
  if (past.length > 0) draft.put('userEntries', [id, user, ...edgeOf(until)], past);
}

function storePast({ devices, stays }: UserPast): StoredUser {
  return [...devices.values()].map(({ device, holdings, id, source, since, lastHeardAt, leaseMs }) => [
    device,
    {
      id,
      source,
      since,
      lastHeardAt,
      leaseMs,
      holdings: holdings.map(({ type, since: from }) => {
        const stay = stays.get(type);
        if (!stay) throw new Error('A holding without a stay');
        return { type, since: from, pool: poolIndex(stay.pool), stayAt: stay.at, stayReceipt: stay.receipt };
      }),
    },
  ]);
}

/** @returns how many of the removed rows are counted */
function clear(batch: Batch, table: TableName, id: string, until: Instant, counts: (key: Key) => boolean = () => false): number {
  let counted = 0;
  const range = { start: [id, Number.NEGATIVE_INFINITY], end: [id, until] };
  for (const { key } of [...batch.draft.range(table, range)]) {
    batch.draft.remove(table, key);
    if (counts(key)) counted++;
  }
  return counted;
}
