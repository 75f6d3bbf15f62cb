import type { Instant } from '../../shared/time.ts';
import { type Entry, positionOf } from '../books/entry.ts';
import { type Pack, PackBuilder } from '../books/pack.ts';
import type { ToPack } from '../books/packs.ts';
import { AFTER_NAMES, type Reader } from '../store/store.ts';
import { createEffort, pagedRows, type Work } from './work.ts';

export interface ReadForPack {
  /** Null: there is too little to pack, or it is too young. */
  pack: { start: Instant; pack: Pack } | null;
  /** Entries that were read. */
  entries: number;
}

/**
 * So many entries from the beginning of a stretch, packed; all of one instant go together. Of a hole twice as many: one that something
 * late was added to stays one pack.
 */
export function* readPack(disk: Reader, organisation: string, { start, end, hole }: ToPack, entries: number): Work<ReadForPack> {
  const most = hole ? 2 * entries : entries;
  const effort = createEffort();
  let builder: PackBuilder | null = null;
  let first = start;
  let last = Number.NEGATIVE_INFINITY;
  let read = 0;
  for (const { key, value } of pagedRows<Entry>(disk, 'entries', [organisation, start], [organisation, hole ? end : AFTER_NAMES])) {
    const position = positionOf(key, 1);
    if (builder && read >= most && position.at > last) {
      if (last >= end) return { pack: null, entries: read };
      return { pack: { start: first, pack: builder.finish(Math.min(position.at, end)) }, entries: read };
    }
    if (!builder) {
      // What begins with the first entry of all has no beginning of its own.
      first = Number.isFinite(start) ? start : position.at;
      builder = new PackBuilder(first);
    }
    builder.add(position, value);
    last = position.at;
    read++;
    effort.spend(1 + value.records.length);
    if (effort.tired()) yield;
  }
  if (!hole) return { pack: null, entries: read };
  return { pack: { start, pack: (builder ?? new PackBuilder(start)).finish(end) }, entries: read };
}
