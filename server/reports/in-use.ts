import type { Instant } from '../../shared/time.ts';
import { type Entry, type Position, positionKey } from '../books/entry.ts';
import { keptOf, type OrganisationCounters } from '../books/organisation.ts';
import type { Span } from '../licensing/calendar.ts';
import { compareKeys } from '../store/keys.ts';
import type { Key, Reader, Row } from '../store/store.ts';
import { bucketStart } from '../usage/open-bucket.ts';
import { levelEntering } from './level-reader.ts';
import { recomputingFrom } from './recomputing.ts';

/** Sequence number of a record to the in-use number of its type after it. */
export type InUseBySeq = Map<number, number>;

/** Entries that are walked through towards the next one before it is asked whether a mark stands nearer to it. */
const STEPS = 16;

/**
 * The in-use numbers after the records of some entries, given in the order of the books. Each is counted on from the nearest
 * mark before it, from the beginning of its five minutes, or from the one before, so that the cost does not grow with the history.
 * @param types of the records that are asked about
 */
export function inUseAfter(disk: Reader, organisation: string, positions: readonly Position[], types: Iterable<string>): InUseBySeq {
  const found: InUseBySeq = new Map();
  const asked: Asked = { types: [...types], told: toldByBuckets(disk, organisation) };
  let levels = new Map<string, number>();
  let reached: Key | null = null;
  let rows: Iterator<Row<Entry>> | null = null;
  const walk = (target: Key, most: number): void => {
    rows ??= disk
      .range<Entry>('entries', { start: reached === null ? [organisation] : behind(reached), end: after([organisation]) })
      [Symbol.iterator]();
    for (let steps = 0; steps < most && (reached === null || compareKeys(reached, target) < 0); steps++) {
      const row = rows.next();
      if (row.done) return;
      countEntry(row.value.value, levels, found);
      reached = row.value.key;
    }
  };
  for (const target of positions) {
    const key = [organisation, ...positionKey(target)];
    if (rows) walk(key, STEPS);
    if (rows && reached !== null && compareKeys(reached, key) >= 0) continue;
    // One that stands behind the very entry says nothing of what its records came to on the way.
    const mark = levelsNear(disk, organisation, key, target.at, asked);
    if (mark && (reached === null || compareKeys(mark.key, reached) > 0)) {
      levels = new Map(mark.value);
      reached = mark.key;
      close(rows);
      rows = null;
    }
    walk(key, Number.POSITIVE_INFINITY);
  }
  close(rows);
  return found;
}

interface Asked {
  types: string[];
  /** Where buckets tell the levels as they are. */
  told: Span;
}

function toldByBuckets(disk: Reader, organisation: string): Span {
  const { buckets, stale } = keptOf(disk.get<OrganisationCounters>('states', [organisation]) ?? {});
  return { start: buckets, end: Math.min(stale, recomputingFrom(disk, organisation) ?? Number.POSITIVE_INFINITY) };
}

/** What is nearest before an entry: a mark, or the levels just before its five minutes, of the types that are asked about. */
function levelsNear(
  disk: Reader,
  organisation: string,
  key: Key,
  at: Instant,
  { types, told }: Asked,
): { key: Key; value: Iterable<[string, number]> } | undefined {
  const mark = lastMark(disk, organisation, key);
  const start = bucketStart(at);
  if ((mark && (mark.key[1] as Instant) >= start) || start < told.start || start >= told.end) return mark;
  const value = types.map((type): [string, number] => [type, levelEntering(disk, organisation, type, start)[0]]);
  // Before everything at that instant.
  return { key: [organisation, start, Number.NEGATIVE_INFINITY], value };
}

/** An iterator that is left before its end holds its reader of the store until it is told. */
const close = (rows: Iterator<unknown> | null): void => void rows?.return?.();

/** In use of every type just before an instant. */
export function inUseAt(disk: Reader, organisation: string, at: number): Map<string, number> {
  const end = [organisation, at];
  const mark = lastMark(disk, organisation, end);
  const levels = new Map(mark?.value ?? []);
  for (const row of disk.range<Entry>('entries', { start: mark ? behind(mark.key) : [organisation], end })) countEntry(row.value, levels);
  return levels;
}

/** The last mark before a key. */
function lastMark(disk: Reader, organisation: string, key: Key): Row<[string, number][]> | undefined {
  const [mark] = disk.range<[string, number][]>('marks', { start: [organisation], end: key, reverse: true, limit: 1 });
  return mark;
}

/** Behind a key, and before all that begin with it: what a logout of everybody closed is not counted in a mark at it. */
const behind = (key: Key): Key => [...key, Number.NEGATIVE_INFINITY];

/** The first key that sorts after a key and all that begin with it. */
const after = (key: Key): Key => [...key, '\u{10FFFF}'.repeat(257)];

function countEntry(entry: Entry, levels: Map<string, number>, found?: InUseBySeq): void {
  for (const record of entry.records) {
    const level = (levels.get(record.type) ?? 0) + (record.turned ? (record.acquired ? 1 : -1) : 0);
    levels.set(record.type, level);
    found?.set(record.seq, level);
  }
  for (const record of entry.superseded ?? []) found?.set(record.seq, levels.get(record.type) ?? 0);
}
