/** `Licence Usage`: one record per licence per login or logout, read from the entries. */
import type { RecordFlag } from '../../shared/events.ts';
import type { Assignment } from '../../shared/organisation.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import type { Page, RecordView } from '../../shared/views.ts';
import { type Entry, type EntryRecord, type Position, poolName, positionOf } from '../books/entry.ts';
import { inForce, type Version } from '../licensing/versions.ts';
import type { RecordQuery } from '../pipeline-types.ts';
import type { Reader } from '../store/store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { inUseAfter } from './in-use.ts';

interface Found {
  position: Position;
  entry: Entry;
  record: EntryRecord;
  superseded: boolean;
}

export function readRecords(
  disk: Reader,
  organisation: string,
  query: RecordQuery,
  knowsType: (licenceType: string) => boolean,
): Page<RecordView> {
  const [at, seq] = query.cursor === undefined ? [] : (decodeCursor(query.cursor, ['number', 'number']) as [number, number]);
  const page: Found[] = [];
  let more = false;
  for (const found of inOrder(entries(disk, organisation, query, at), query)) {
    if (at !== undefined && seq !== undefined && !isBeyond(found, at, seq, query.order)) continue;
    if (page.length === query.limit) {
      more = true;
      break;
    }
    page.push(found);
  }
  const last = page.at(-1);
  const nextCursor = more && last ? encodeCursor([last.position.at, last.record.seq]) : null;
  return { items: describe(disk, organisation, page, knowsType), nextCursor };
}

function isBeyond({ position, record }: Found, at: Instant, seq: number, order: 'asc' | 'desc'): boolean {
  const difference = position.at - at || record.seq - seq;
  return order === 'asc' ? difference > 0 : difference < 0;
}

/** Entries of the range, of one user by way of the user's index, in the direction asked for. */
function* entries(disk: Reader, organisation: string, query: RecordQuery, cursorAt: Instant | undefined): Iterable<[Position, Entry]> {
  const reverse = query.order === 'desc';
  let from = query.from ?? Number.NEGATIVE_INFINITY;
  let to = query.to ?? Number.POSITIVE_INFINITY;
  if (cursorAt !== undefined && !reverse) from = Math.max(from, cursorAt);
  if (cursorAt !== undefined && reverse) to = Math.min(to, cursorAt + 1);
  if (query.user === undefined) {
    for (const row of disk.range<Entry>('entries', { start: [organisation, from], end: [organisation, to], reverse })) {
      yield [positionOf(row.key, 1), row.value];
    }
    return;
  }
  const { user } = query;
  for (const { key } of disk.range('userEntries', { start: [organisation, user, from], end: [organisation, user, to], reverse })) {
    const entry = disk.get<Entry>('entries', [organisation, ...key.slice(2)]);
    if (entry) yield [positionOf(key, 2), entry];
  }
}

/** Records that match, by instant and then by number: entries of one instant are put in order together. */
function* inOrder(source: Iterable<[Position, Entry]>, query: RecordQuery): Iterable<Found> {
  let instant: Found[] = [];
  const direction = query.order === 'asc' ? 1 : -1;
  for (const [position, entry] of source) {
    if (instant[0] && instant[0].position.at !== position.at) {
      yield* instant.sort((a, b) => direction * (a.record.seq - b.record.seq));
      instant = [];
    }
    for (const record of entry.records) if (matches(entry, record, query)) instant.push({ position, entry, record, superseded: false });
    if (!query.superseded) continue;
    for (const record of entry.superseded ?? [])
      if (matches(entry, record, query)) instant.push({ position, entry, record, superseded: true });
  }
  yield* instant.sort((a, b) => direction * (a.record.seq - b.record.seq));
}

function matches(entry: Entry, record: EntryRecord, query: RecordQuery): boolean {
  return (
    (query.licenceType === undefined || record.type === query.licenceType) &&
    (query.usageType === undefined || record.acquired === (query.usageType === 'Acquired')) &&
    (query.logonSource === undefined || entry.source === query.logonSource) &&
    (query.pool === undefined || poolName(record.pool) === query.pool)
  );
}

function describe(disk: Reader, organisation: string, page: Found[], knowsType: (licenceType: string) => boolean): RecordView[] {
  const ascending = page.map((found) => found.position).sort((a, b) => a.at - b.at || a.class - b.class || a.receipt - b.receipt);
  const levels = inUseAfter(disk, organisation, ascending);
  const assignments = new Map<string, Version<Assignment | null>[]>();
  return page.map(({ position, entry, record, superseded }) => {
    const { user } = entry;
    const versions = assignments.get(user) ?? disk.get<Version<Assignment | null>[]>('users', [organisation, user]) ?? [];
    assignments.set(user, versions);
    const assignment = inForce(versions, position.at);
    // An entry is flagged for all its licence types; a record only for its own.
    const flags: RecordFlag[] = (entry.flags ?? []).filter((flag) => flag !== 'unknown-licence-type');
    if (!knowsType(record.type)) flags.push('unknown-licence-type');
    if (superseded) flags.push('superseded');
    return {
      seq: record.seq,
      organisation,
      usageType: record.acquired ? 'Acquired' : 'Released',
      loggedAt: formatInstant(position.at),
      receivedAt: formatInstant(entry.receivedAt),
      licenceType: record.type,
      user,
      userName: assignment?.name ?? null,
      group: assignment?.group ?? null,
      userType: assignment?.userType ?? null,
      logonSource: entry.source,
      device: entry.device,
      session: String(record.session),
      pool: poolName(record.pool),
      inUse: levels.get(record.seq) ?? 0,
      heldSeconds: record.acquired ? null : (position.at - record.since) / 1000,
      eventId: entry.id,
      flags,
    };
  });
}
