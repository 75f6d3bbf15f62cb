/**
 * Packs: what reports read of the entries of a stretch of time, beside them. They are made of what is some minutes old, and one goes in the
 * same transaction that writes an entry of its stretch; what is in no pack is read from the entries. So reports never depend on them.
 */
import type { Instant } from '../../shared/time.ts';
import { AFTER_NAMES } from '../store/store.ts';
import { type Batch, touch } from './batch.ts';
import type { Organisation, PackedSoFar } from './organisation.ts';
import type { Pack } from './pack.ts';
import { isRecomputing } from './recomputation.ts';

export interface PackingPace {
  /** Entries in a pack. */
  entries: number;
  /** What is younger may still be changed by events that come a little late. */
  settledMs: number;
  /** A stretch is packed again when nothing late has come for so long. */
  quietMs: number;
  /** Between two packs of whichever organisation. */
  everyMs: number;
}

export const USUAL_PACE: PackingPace = { entries: 4_096, settledMs: 15 * 60_000, quietMs: 10 * 60_000, everyMs: 250 };

/** At the end of a batch: packs of stretches in which it wrote entries go. */
export function dropPacks(batch: Batch): void {
  const { quietMs } = batch.books.pace;
  for (const id of batch.met) {
    const organisation = batch.books.organisations.get(id);
    if (!organisation) continue;
    const { packed } = organisation;
    for (const { key } of batch.draft.written('entries', id)) {
      const at = key[1] as Instant;
      if (at >= packed.to) {
        packed.waiting++;
        continue;
      }
      packed.next = batch.now + quietMs;
      if (!packed.holes.some(([start, end]) => at >= start && at < end)) openHole(batch, organisation, at);
    }
  }
}

function openHole(batch: Batch, organisation: Organisation, at: Instant): void {
  const { id, packed } = organisation;
  const pack = packBefore(batch, id, at);
  if (pack) batch.draft.remove('packs', [id, pack.start]);
  const [after] = batch.draft.range('packs', { start: [id, at + 1], end: [id, AFTER_NAMES], limit: 1 });
  addHole(packed, pack ? [pack.start, pack.until] : [at, after ? (after.key[1] as Instant) : packed.to]);
  touch(batch, organisation);
}

function packBefore({ draft }: Batch, id: string, at: Instant): { start: Instant; until: Instant } | null {
  const range = { start: [id, Number.NEGATIVE_INFINITY], end: [id, at + 1], reverse: true, limit: 1 };
  for (const { key, value } of draft.range<Pack>('packs', range)) {
    if (value.until > at) return { start: key[1] as Instant, until: value.until };
  }
  return null;
}

function addHole(packed: PackedSoFar, hole: [Instant, Instant]): void {
  const holes: [Instant, Instant][] = [];
  for (const each of [...packed.holes, hole].sort(([a], [b]) => a - b)) {
    const last = holes.at(-1);
    if (last && each[0] <= last[1]) last[1] = Math.max(last[1], each[1]);
    else holes.push([...each]);
  }
  packed.holes = holes;
}

/** What is to be packed next: a hole, or what has come since. */
export interface ToPack {
  start: Instant;
  end: Instant;
  /** Whether it is a hole: packed whatever there is. */
  hole: boolean;
}

export function nextToPack(
  { packed, kept, recomputations }: Organisation,
  { entries, settledMs }: PackingPace,
  now: Instant,
): ToPack | null {
  if (now < packed.next || isRecomputing(recomputations)) return null;
  const [hole] = packed.holes;
  if (hole) return { start: hole[0], end: hole[1], hole: true };
  if (packed.waiting < entries) return null;
  return { start: Math.max(packed.to, kept.entries), end: now - settledMs, hole: false };
}

/** What was read of a stretch that was to be packed. */
export interface MadePack {
  organisation: string;
  stretch: ToPack;
  /** Where the pack begins and ends; null: there is too little to pack. */
  pack: { start: Instant; pack: Pack } | null;
  /** Entries that were read. */
  entries: number;
  /** Whether nothing was committed to the stretch since it was read. */
  stillTrue: () => boolean;
}

/** What was too young or too little is looked at again after so long. */
const LOOK_AGAIN_MS = 60_000;

export function writePack(batch: Batch, { organisation: id, stretch, pack, entries, stillTrue }: MadePack): void {
  const organisation = batch.books.organisations.get(id);
  if (!organisation || !stillTrue()) return;
  const { packed } = organisation;
  touch(batch, organisation);
  if (!stretch.hole && !pack) {
    packed.waiting = entries;
    packed.next = batch.now + LOOK_AGAIN_MS;
    return;
  }
  const until = pack?.pack.until ?? stretch.end;
  if (pack && pack.pack.count > 0) batch.draft.put('packs', [id, pack.start], pack.pack);
  if (stretch.hole) packed.holes = packed.holes.flatMap((hole) => withoutFilled(hole, stretch.start, until));
  else {
    packed.to = until;
    packed.waiting = Math.max(0, packed.waiting - entries);
  }
}

/** What is left of a hole of which a part is filled. */
function withoutFilled([start, end]: [Instant, Instant], from: Instant, until: Instant): [Instant, Instant][] {
  const left: [Instant, Instant][] = [
    [start, Math.min(end, from)],
    [Math.max(start, until), end],
  ];
  return left.filter(([a, b]) => a < b);
}
