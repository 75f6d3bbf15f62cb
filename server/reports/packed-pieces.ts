/**
 * What happened in a stretch of time, in the order of the books, as packs: those that are there, and what is in none packed in memory, so that
 * there is one way to read it. Packs come and go meanwhile: each is looked up when it is its turn.
 */
import type { Instant } from '../../shared/time.ts';
import { type Entry, type EntryRecord, entryKey, type Position, positionOf } from '../books/entry.ts';
import { type Pack, PackBuilder } from '../books/pack.ts';
import { AFTER_NAMES, type Key } from '../store/store.ts';
import { spansWith, type Wanted } from './day-spans.ts';
import type { ReportScope } from './scope.ts';
import { createEffort, pagedRows } from './work.ts';

export type EntrySource = Pick<ReportScope, 'disk' | 'organisation' | 'reached'>;

/** A pack, of which only what is from `from` on and before `to` counts. */
export interface PackedPiece {
  pack: Pack;
  start: Instant;
  from: Instant;
  to: Instant;
  /** Where reading goes on behind it. */
  next: Key;
  /** Entries that were read for it. */
  read: number;
}

/** Between two pieces others may be let in. @param begin where reading begins, as a piece before said @param wanted what is read of what is in no pack */
export function* packedPieces(scope: EntrySource, begin: Key, to: Instant, wanted: Wanted = {}): Generator<PackedPiece, void> {
  const { organisation, reached } = scope;
  let at = begin[1] as Instant;
  if (begin.length > 2 && at < to) yield* packEntries(entriesFrom(scope, begin, ++at), organisation);
  while (at < to) {
    const found = packFrom(scope, at, to);
    const start = found?.start ?? to;
    if (start > at) {
      yield* packEntries(entriesBetween(scope, wanted, at, start), organisation);
      at = start;
    } else if (found) {
      const from = at;
      at = Math.min(found.pack.until, to);
      reached(at - 1);
      yield { ...found, from, to: at, next: [organisation, at], read: 0 };
    }
  }
}

export interface FoundPack {
  start: Instant;
  pack: Pack;
}
type PackSource = Pick<ReportScope, 'disk' | 'organisation'>;

/** The pack that an instant is in, else the first after it. */
export function packFrom(source: PackSource, at: Instant, to: Instant): FoundPack | null {
  const { disk, organisation } = source;
  const within = packUpTo(source, at, at + 1);
  if (within) return within;
  const after = { start: [organisation, at + 1], end: [organisation, Number.isFinite(to) ? to : AFTER_NAMES], limit: 1 };
  for (const { key, value } of disk.range<Pack>('packs', after)) return { start: key[1] as Instant, pack: value };
  return null;
}

/** The pack that the end of a stretch is in, else the last that ends in the stretch. */
export function packUpTo({ disk, organisation }: PackSource, from: Instant, to: Instant): FoundPack | null {
  const before = { start: [organisation, Number.NEGATIVE_INFINITY], end: [organisation, to], reverse: true, limit: 1 };
  for (const { key, value } of disk.range<Pack>('packs', before)) if (value.until > from) return { start: key[1] as Instant, pack: value };
  return null;
}

export interface PositionedEntry {
  position: Position;
  entry: Entry;
}

/** Entries of a stretch, but for days that are known to have none that are asked for. */
export function* entriesBetween(source: EntrySource, wanted: Wanted, from: Instant, to: Instant): Generator<PositionedEntry, void> {
  const { disk, organisation } = source;
  for (const { start, end } of spansWith(disk, organisation, wanted, from, to)) yield* entriesFrom(source, [organisation, start], end);
}

function* entriesFrom({ disk, organisation, reached }: EntrySource, start: Key, end: Instant): Generator<PositionedEntry, void> {
  const onPage = (last: Key): void => reached(last[1] as Instant);
  for (const { key, value } of pagedRows<Entry>(disk, 'entries', start, [organisation, end], onPage)) {
    yield { position: positionOf(key, 1), entry: value };
  }
}

/** Entries as packs would have them, a piece at a time. @param accepts the records that are wanted; absent: all */
export function* packEntries(
  entries: Iterable<PositionedEntry>,
  organisation: string,
  accepts: ((entry: Entry, record: EntryRecord) => boolean) | null = null,
): Generator<PackedPiece, void> {
  const effort = createEffort();
  let builder: PackBuilder | null = null;
  let start = 0;
  let read = 0;
  let last: Position | null = null;
  for (const { position, entry } of entries) {
    if (!builder) {
      builder = new PackBuilder(position.at);
      start = position.at;
      read = 0;
    }
    read++;
    builder.add(position, entry, accepts ? entry.records.filter((record) => accepts(entry, record)) : entry.records);
    last = position;
    effort.spend(1 + entry.records.length);
    if (!effort.tired()) continue;
    yield pieceOf(builder, start, position);
    builder = null;
  }
  if (builder && last) yield pieceOf(builder, start, last);

  function pieceOf(built: PackBuilder, start: Instant, last: Position): PackedPiece {
    const to = last.at + 1;
    return { pack: built.finish(to), start, from: start, to, next: [...entryKey(organisation, last), Number.NEGATIVE_INFINITY], read };
  }
}
