/** `Licence Usage`: one record per licence per login or logout, read from the entries. */
import type { Pool, RecordFlag } from '../../shared/events.ts';
import type { Assignment } from '../../shared/organisation.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import type { Page, RecordView } from '../../shared/views.ts';
import { comparePositions, type Entry, type EntryRecord, type Position, poolIndex, poolName, positionOf } from '../books/entry.ts';
import type { Span } from '../licensing/calendar.ts';
import { inForce, type Version } from '../licensing/versions.ts';
import type { RecordQuery } from '../pipeline-types.ts';
import type { Reader } from '../store/store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { spansWith, type Wanted } from './day-spans.ts';
import { inUseAfter } from './in-use.ts';
import { stretchesOf } from './record-stretches.ts';

interface Found {
  position: Position;
  entry: Entry;
  record: EntryRecord;
  superseded: boolean;
}

/** Entries looked through and records found in a piece, some five milliseconds of work: nobody is held up for longer. */
const PIECE = 1_024;
/** The first is small, so that the answer begins at once; each is twice as large as the one before. */
const FIRST_PIECE = 64;
/** What an entry of one user counts for: each is looked up, and its in-use number counted on from a mark up to 256 entries before it. */
const LOOKED_UP = 32;

/** What a pack counts for that was looked through. */
const A_PACK = 64;

/** Where the page before ended, and every record behind it in the direction asked for. */
interface Place {
  at: Instant;
  seq: number;
}

/**
 * The records of a page, piece by piece; between two pieces others may be let in. Returns the cursor of the next page.
 * @throws BadCursorError at once
 */
export function readRecords(
  disk: Reader,
  organisation: string,
  query: RecordQuery,
  knowsType: (licenceType: string) => boolean,
): Generator<RecordView[], string | null, void> {
  const [at, seq] = query.cursor === undefined ? [] : (decodeCursor(query.cursor, ['number', 'number']) as [number, number]);
  return pieces(disk, organisation, query, at === undefined || seq === undefined ? null : { at, seq }, knowsType);
}

/** A page read in one go. */
export function wholePage(work: Generator<RecordView[], string | null, void>): Page<RecordView> {
  const items: RecordView[] = [];
  for (;;) {
    const piece = work.next();
    if (piece.done) return { items, nextCursor: piece.value };
    items.push(...piece.value);
  }
}

function* pieces(
  disk: Reader,
  organisation: string,
  query: RecordQuery,
  from: Place | null,
  knowsType: (licenceType: string) => boolean,
): Generator<RecordView[], string | null, void> {
  const spans = spansOf(disk, organisation, query);
  let left = query.limit;
  let place = from;
  let last: Found | undefined;
  for (let most = FIRST_PIECE; ; most = Math.min(PIECE, 2 * most)) {
    const { found, next } = readPiece(disk, organisation, query, spans, place, most);
    const taken = found.slice(0, left);
    yield describe(disk, organisation, taken, knowsType);
    left -= taken.length;
    last = taken.at(-1) ?? last;
    // Of a full page it is only asked whether another record follows.
    if (taken.length < found.length && last) return encodeCursor([last.position.at, last.record.seq]);
    if (next === null) return null;
    place = next;
  }
}

/** Whole instants, up to `most` entries and records. `next`: null where nothing is left. */
function readPiece(
  disk: Reader,
  organisation: string,
  query: RecordQuery,
  spans: readonly Span[],
  from: Place | null,
  most: number,
): { found: Found[]; next: Place | null } {
  const found: Found[] = [];
  let looked = 0;
  const cost = query.user === undefined ? 1 : LOOKED_UP;
  for (const instant of instants(disk, organisation, query, spans, from?.at)) {
    for (const each of instant.found) if (!from || isBeyond(each, from, query.order)) found.push(each);
    // The instant that was read to its end before is read again, and is no progress, however much happened at it.
    if (instant.at !== from?.at) looked += cost * instant.entries + instant.found.length;
    if (looked >= most) return { found, next: { at: instant.at, seq: query.order === 'asc' ? Number.MAX_SAFE_INTEGER : -1 } };
  }
  return { found, next: null };
}

function isBeyond({ position, record }: Found, { at, seq }: Place, order: 'asc' | 'desc'): boolean {
  const difference = position.at - at || record.seq - seq;
  return order === 'asc' ? difference > 0 : difference < 0;
}

/** Where records of a query may be, in the direction asked for. */
function spansOf(disk: Reader, organisation: string, { licenceType, logonSource, pool, order, from, to }: RecordQuery): Span[] {
  const wanted: Wanted = {
    ...(licenceType !== undefined && { types: new Set([licenceType]) }),
    ...(logonSource !== undefined && { sources: new Set([logonSource]) }),
    ...(pool !== undefined && { pools: new Set([poolIndex(pool as Pool)]) }),
  };
  const spans = spansWith(disk, organisation, wanted, from ?? Number.NEGATIVE_INFINITY, to ?? Number.POSITIVE_INFINITY);
  return order === 'asc' ? spans : spans.reverse();
}

/** An entry that may match, or how far was looked without one. */
type Looked = { position: Position; entry: Entry } | { passed: Instant };

/** Entries of the range, of one user by way of the user's index, in the direction asked for. */
function* entries(
  disk: Reader,
  organisation: string,
  query: RecordQuery,
  spans: readonly Span[],
  beyond: Instant | undefined,
): Iterable<Looked> {
  const reverse = query.order === 'desc';
  let from = query.from ?? Number.NEGATIVE_INFINITY;
  let to = query.to ?? Number.POSITIVE_INFINITY;
  if (beyond !== undefined && !reverse) from = Math.max(from, beyond);
  if (beyond !== undefined && reverse) to = Math.min(to, beyond + 1);
  if (query.user === undefined) {
    for (const span of spans) {
      const inside = { start: Math.max(from, span.start), end: Math.min(to, span.end) };
      for (const stretch of stretchesOf(disk, organisation, query, inside)) {
        if ('passed' in stretch) yield stretch;
        else yield* entriesIn(disk, organisation, stretch, reverse);
      }
    }
    return;
  }
  const { user } = query;
  for (const { key } of disk.range('userEntries', { start: [organisation, user, from], end: [organisation, user, to], reverse })) {
    const entry = disk.get<Entry>('entries', [organisation, ...key.slice(2)]);
    if (entry) yield { position: positionOf(key, 2), entry };
  }
}

function* entriesIn(disk: Reader, organisation: string, { start, end }: Span, reverse: boolean): Iterable<Looked> {
  for (const row of disk.range<Entry>('entries', { start: [organisation, start], end: [organisation, end], reverse })) {
    yield { position: positionOf(row.key, 1), entry: row.value };
  }
}

/** What matches at an instant, by number, out of so many entries. */
interface MatchingInstant {
  at: Instant;
  found: Found[];
  entries: number;
}

/** Instant by instant: the numbers of entries of one instant are put in order together. */
function* instants(
  disk: Reader,
  organisation: string,
  query: RecordQuery,
  spans: readonly Span[],
  beyond: Instant | undefined,
): Iterable<MatchingInstant> {
  let instant: MatchingInstant = { at: Number.NaN, found: [], entries: 0 };
  const direction = query.order === 'asc' ? 1 : -1;
  const inOrder = (): MatchingInstant => {
    instant.found.sort((a, b) => direction * (a.record.seq - b.record.seq));
    return instant;
  };
  for (const looked of entries(disk, organisation, query, spans, beyond)) {
    if ('passed' in looked) {
      if (instant.entries > 0) yield inOrder();
      instant = { at: looked.passed, found: [], entries: A_PACK };
      continue;
    }
    const { position, entry } = looked;
    if (instant.at !== position.at) {
      if (instant.entries > 0) yield inOrder();
      instant = { at: position.at, found: [], entries: 0 };
    }
    instant.entries++;
    for (const record of entry.records)
      if (matches(entry, record, query)) instant.found.push({ position, entry, record, superseded: false });
    if (!query.superseded) continue;
    for (const record of entry.superseded ?? [])
      if (matches(entry, record, query)) instant.found.push({ position, entry, record, superseded: true });
  }
  if (instant.entries > 0) yield inOrder();
}

function matches(entry: Entry, record: EntryRecord, query: RecordQuery): boolean {
  return (
    (query.licenceType === undefined || record.type === query.licenceType) &&
    (query.usageType === undefined || record.acquired === (query.usageType === 'Acquired')) &&
    (query.logonSource === undefined || entry.source === query.logonSource) &&
    (query.device === undefined || (record.device ?? entry.device) === query.device) &&
    (query.session === undefined || String(record.session) === query.session) &&
    (query.eventId === undefined || entry.id === query.eventId) &&
    (query.pool === undefined || poolName(record.pool) === query.pool)
  );
}

function describe(disk: Reader, organisation: string, page: Found[], knowsType: (licenceType: string) => boolean): RecordView[] {
  const ascending = page.map((found) => found.position).sort(comparePositions);
  const levels = inUseAfter(disk, organisation, ascending, new Set(page.map(({ record }) => record.type)));
  const assignments = new Map<string, Version<Assignment | null>[]>();
  const [logged, received] = [instantTexts(), instantTexts()];
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
      loggedAt: logged(position.at),
      receivedAt: received(entry.receivedAt),
      licenceType: record.type,
      user,
      userName: assignment?.name ?? null,
      group: assignment?.group ?? null,
      userType: assignment?.userType ?? null,
      logonSource: entry.source,
      device: record.device ?? entry.device,
      session: String(record.session),
      pool: poolName(record.pool),
      inUse: levels.get(record.seq) ?? 0,
      heldSeconds: record.acquired ? null : (position.at - record.since) / 1000,
      eventId: entry.id,
      flags,
    };
  });
}

/** The records of an entry follow one another, and share their instants. */
function instantTexts(): (at: Instant) => string {
  let last = Number.NaN;
  let text = '';
  return (at) => {
    if (at !== last) text = formatInstant(at);
    last = at;
    return text;
  };
}
