/** Levels of the past, corrected in the store: the buckets in which something changed are read anew, those after them shifted. */
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { addLevels, beginStretch, copyStretch, extend, type Levels, NO_LEVELS, type Stretch, sameLevels, shift } from '../usage/levels.ts';
import { addMove, BUCKET_MS, bucketStart, type Change, crossed, HOUR_MS, hourStart, type Moves, OpenBucket } from '../usage/open-bucket.ts';
import { beginWatch, countIn, shiftWatch, type TypeUsage, type Watch } from '../usage/type-usage.ts';
import { type Batch, touch, touchBucket } from './batch.ts';
import { type Entry, levelChange, type Position } from './entry.ts';
import { correctHours } from './hours.ts';
import { whatIsKept } from './kept-levels.ts';
import { shiftsCounted } from './marks.ts';
import { type Organisation, typeState } from './organisation.ts';
import { missingAt, raiseLater, withRaises } from './raises.ts';
import { jumpBetween, staleFrom } from './recomputation.ts';
import { countChange } from './settle.ts';

/** Brings everything that memory could not take apart into the history. When all of a batch is in the books, before alerts look at them. */
export function rewriteHistory(batch: Batch): void {
  for (const [id, types] of batch.history) {
    const organisation = batch.books.organisations.get(id) as Organisation;
    for (const type of types.keys()) rewriteHistoryOf(batch, organisation, type);
  }
}

/** The same for one licence type, at once. */
export function rewriteHistoryOf(batch: Batch, organisation: Organisation, type: string): void {
  const types = batch.history.get(organisation.id);
  const changes = types?.get(type);
  if (!changes) return;
  types?.delete(type);
  correctBuckets(batch, organisation, type, changes);
  shiftsCounted(batch, organisation, type);
}

/** Changes of a type's levels: buckets in the store, and those still open, as they turn out to be up to now. */
function correctBuckets(batch: Batch, organisation: Organisation, type: string, changes: Change[]): void {
  const { usage } = typeState(organisation, type);
  changes.sort((a, b) => a.at - b.at);
  const byBucket = sumsByBucket(changes);
  const firstOpen = usage.open[0]?.start ?? Number.POSITIVE_INFINITY;
  const from = bucketStart((changes[0] as Change).at);
  let raised = correctStored(batch, organisation, type, byBucket, { from, until: firstOpen, raised: NO_LEVELS });
  for (const { start } of [...usage.open]) {
    if (start < from) continue;
    const by = byBucket.get(start);
    if (!by && sameLevels(raised, NO_LEVELS)) continue;
    correctOpen(batch, organisation, type, usage, start, by, raised);
    if (by) raised = addLevels(raised, by);
  }
  usage.level = addLevels(usage.level, raised);
  const last = bucketStart((changes.at(-1) as Change).at);
  for (const name of ['day', 'period'] as const) {
    if (last < usage[name].start) shiftWatch(usage[name], raised);
    // Once all rows are derived again, so are the marks.
    else if (staleFrom(organisation) === Number.POSITIVE_INFINITY) usage[name] = watchAgain(batch, organisation, type, usage, usage[name]);
  }
  touch(batch, organisation).add(type);
}

function sumsByBucket(changes: readonly Change[]): Map<Instant, Levels> {
  const sums = new Map<Instant, Levels>();
  for (const { at, by } of changes) sums.set(bucketStart(at), addLevels(sums.get(bucketStart(at)) ?? NO_LEVELS, by));
  return sums;
}

/**
 * A stretch of the past whose levels are `raised` above those that were written, with changes on the way: up to `until`, which begins
 * a bucket, or up to now if it is Infinity.
 */
export function correctLevels(
  batch: Batch,
  organisation: Organisation,
  type: string,
  changes: readonly PlacedChange[],
  stretch: { from: Instant; until: Instant; raised: Levels },
): void {
  const { usage } = typeState(organisation, type);
  const firstOpen = usage.open[0]?.start ?? Number.POSITIVE_INFINITY;
  const stored = sumsByBucket(changes.filter(({ at }) => at < firstOpen));
  const raised = correctStored(batch, organisation, type, stored, { ...stretch, until: Math.min(stretch.until, firstOpen) });
  touch(batch, organisation).add(type);
  if (stretch.until < Number.POSITIVE_INFINITY) return;
  for (const bucket of usage.open) {
    bucket.shift(raised);
    touchBucket(batch, organisation, type, bucket.start);
  }
  usage.level = addLevels(usage.level, raised);
  for (const { position, by, at } of changes) if (at >= firstOpen) countChange(batch, organisation, position, type, by);
  rewatch(batch, organisation, type, usage);
}

export interface PlacedChange extends Change {
  position: Position;
}

/** Corrects buckets in the store and the hours made of them. Returns by how much the levels behind them are to be raised. */
function correctStored(
  batch: Batch,
  organisation: Organisation,
  type: string,
  changes: ReadonlyMap<Instant, Levels>,
  stretch: { from: Instant; until: Instant; raised: Levels },
): Levels {
  const { from, until, raised, byBucket } = whatIsKept(batch, organisation, type, changes, stretch);
  const stale = Math.max(from, Math.min(until, staleFrom(organisation)));
  if (stale === from && from > stretch.from) raiseFirst(batch, organisation, type, from, raised);
  const corrected = stale <= from ? raised : correctRows(batch, organisation, type, byBucket, { from, until: stale, raised });
  const derivedLater = [...byBucket].filter(([start]) => start >= stale && start < until);
  return derivedLater.reduce((sum, [, by]) => addLevels(sum, by), corrected);
}

function correctRows(
  batch: Batch,
  organisation: Organisation,
  type: string,
  byBucket: ReadonlyMap<Instant, Levels>,
  stretch: { from: Instant; until: Instant; raised: Levels },
): Levels {
  const { from, until } = stretch;
  const far = (until - from) / BUCKET_MS > batch.books.effort.perPiece;
  const firstOpen = typeState(organisation, type).usage.open[0]?.start;
  // Behind it lie open buckets, which are corrected in memory, or rows that are derived again.
  const ends = until === firstOpen || until === staleFrom(organisation);
  return (far && ends ? correctFar : correctStretch)(batch, organisation, type, byBucket, stretch);
}

/** What is derived again goes on from the level that the first row which is kept begins with. */
function raiseFirst(batch: Batch, organisation: Organisation, type: string, start: Instant, raised: Levels): void {
  const row = batch.draft.get<Stretch>('buckets', [organisation.id, type, start]);
  if (row && !sameLevels(raised, NO_LEVELS)) correctOne(batch, organisation, type, start, undefined, raised);
}

/** Only the hours in which something changed, and that of now: what lies between and behind them is raised later. */
function correctFar(
  batch: Batch,
  organisation: Organisation,
  type: string,
  byBucket: ReadonlyMap<Instant, Levels>,
  { from, until, raised: before }: { from: Instant; until: Instant; raised: Levels },
): Levels {
  let raised = before;
  let reached = hourStart(from);
  const byHour = new Map([[reached, new Map<Instant, Levels>()]]);
  for (const [start, by] of byBucket)
    if (start < until) getOrMake(byHour, hourStart(start), () => new Map<Instant, Levels>()).set(start, by);
  getOrMake(byHour, hourStart(until), () => new Map<Instant, Levels>());
  for (const [hour, ofHour] of [...byHour].sort(([a], [b]) => a - b)) {
    raiseLater(batch, organisation, type, reached, hour, raised);
    reached = hour + HOUR_MS;
    const stretch = { from: Math.max(from, hour), until: Math.min(until, reached), raised };
    raised = correctStretch(batch, organisation, type, ofHour, stretch);
  }
  return raised;
}

function correctStretch(
  batch: Batch,
  organisation: Organisation,
  type: string,
  byBucket: ReadonlyMap<Instant, Levels>,
  { from, until, raised: before }: { from: Instant; until: Instant; raised: Levels },
): Levels {
  let raised = before;
  const inStore = [...byBucket.keys()].filter((start) => start < until);
  const after = inStore.reduce((sum, start) => addLevels(sum, byBucket.get(start) as Levels), raised);
  // Where in the end nothing is raised, what lies behind the last change is as it was.
  const last = inStore.reduce((latest, start) => Math.max(latest, start), bucketStart(from));
  const end = sameLevels(after, NO_LEVELS) ? Math.min(until, last + BUCKET_MS) : until;
  const firstOpen = typeState(organisation, type).usage.open[0]?.start ?? Number.POSITIVE_INFINITY;
  const starts = bucketsIn(batch, organisation, type, hourStart(from), Math.min(firstOpen, hourStart(end - 1) + HOUR_MS), inStore);
  const corrected = new Set<Instant>();
  for (const start of starts) {
    if (start < bucketStart(from) || start >= end) continue;
    const by = byBucket.get(start);
    if (by || !sameLevels(raised, NO_LEVELS)) corrected.add(hourStart(start));
    correctOne(batch, organisation, type, start, by, raised);
    if (by) raised = addLevels(raised, by);
  }
  correctHours(batch, organisation, type, starts, corrected, firstOpen);
  return raised;
}

/** A stored bucket: read anew if something changed in it, else moved to its new level. */
function correctOne(batch: Batch, organisation: Organisation, type: string, start: Instant, by: Levels | undefined, shifted: Levels): void {
  const key = [organisation.id, type, start];
  if (by) {
    const known = batch.draft.get<Stretch>('buckets', key);
    const enter = known ? addLevels(known.enter, shifted) : levelEnteringNew(batch, organisation, type, start);
    batch.draft.put('buckets', key, readBucket(batch, organisation, type, start, enter));
  } else if (!sameLevels(shifted, NO_LEVELS)) {
    const bucket = copyStretch(batch.draft.get<Stretch>('buckets', key) as Stretch);
    shift(bucket, shifted);
    batch.draft.put('buckets', key, bucket);
  }
}

function correctOpen(
  batch: Batch,
  organisation: Organisation,
  type: string,
  usage: TypeUsage,
  start: Instant,
  by: Levels | undefined,
  shifted: Levels,
): void {
  const index = usage.open.findIndex((bucket) => bucket.start === start);
  const bucket = usage.open[index] as OpenBucket;
  if (by) {
    const enter = addLevels(bucket.whole.enter, shifted);
    usage.open[index] = new OpenBucket(readBucket(batch, organisation, type, start, enter));
  } else {
    bucket.shift(shifted);
  }
  touchBucket(batch, organisation, type, start);
}

/** Starts of buckets, those in the store and new ones, in order. */
export function bucketsIn(
  batch: Batch,
  organisation: Organisation,
  type: string,
  from: Instant,
  until: Instant,
  added: readonly Instant[],
): Instant[] {
  const starts = new Set(added);
  const range = { start: [organisation.id, type, from], end: [organisation.id, type, until] };
  for (const { key } of batch.draft.range('buckets', range)) starts.add(key[2] as Instant);
  return [...starts].sort((a, b) => a - b);
}

/** A bucket as the entries tell it. */
function readBucket(batch: Batch, organisation: Organisation, type: string, start: Instant, enter: Levels): Stretch {
  const bucket = beginStretch(start, enter);
  const { usage } = typeState(organisation, type);
  let moves: Moves = { came: 0, went: 0 };
  const range = { start: [organisation.id, start], end: [organisation.id, start + BUCKET_MS] };
  for (const { key, value } of batch.draft.range<Entry>('entries', range)) {
    for (const record of value.records) {
      const by = record.type === type ? levelChange(value.kind, record) : null;
      if (!by) continue;
      if (bucket.until !== key[1]) moves = { came: 0, went: 0 };
      extend(bucket, key[1] as Instant, by);
      addMove(moves, by[0]);
      usage.crossed = Math.max(usage.crossed, crossed(moves));
    }
  }
  return bucket;
}

/** The level with which a bucket begins that was not there yet: that of the one before it, but for a jump between the two. */
export function levelEnteringNew(batch: Batch, organisation: Organisation, type: string, start: Instant): Levels {
  const range = { start: [organisation.id, type, Number.NEGATIVE_INFINITY], end: [organisation.id, type, start], reverse: true, limit: 1 };
  for (const { key, value } of batch.draft.range<Stretch>('buckets', range)) {
    const jump = jumpBetween(organisation.recomputations.pools.get(type), key[2] as Instant, start);
    const raises = organisation.recomputations.raises.get(type);
    const [there, here] = [missingAt(raises, key[2] as Instant), missingAt(raises, start)];
    return value.exit.map((level, m) => level - (jump[m] as number) + (there[m] as number) - (here[m] as number)) as Levels;
  }
  return NO_LEVELS;
}

function levelBefore(batch: Batch, organisation: Organisation, type: string, start: Instant): Levels {
  const range = { start: [organisation.id, type, Number.NEGATIVE_INFINITY], end: [organisation.id, type, start], reverse: true, limit: 1 };
  for (const { value } of withRaises(batch.draft).range<Stretch>('buckets', range)) return value.exit;
  return NO_LEVELS;
}

/** Finds the marks of the running day and billing period anew, from the buckets in the store and those still open. */
export function rewatch(batch: Batch, organisation: Organisation, type: string, usage: TypeUsage): void {
  usage.day = watchAgain(batch, organisation, type, usage, usage.day);
  usage.period = watchAgain(batch, organisation, type, usage, usage.period);
}

export function watchAgain(
  batch: Batch,
  organisation: Organisation,
  type: string,
  usage: TypeUsage,
  span: Pick<Watch, 'start' | 'end'>,
): Watch {
  const firstOpen = usage.open[0]?.start ?? Number.POSITIVE_INFINITY;
  const before = usage.open.findLast((bucket) => bucket.start < span.start);
  const watch = beginWatch(span, before ? before.whole.exit : levelBefore(batch, organisation, type, Math.min(span.start, firstOpen)));
  const range = { start: [organisation.id, type, span.start], end: [organisation.id, type, Math.min(span.end, firstOpen)] };
  for (const { value } of withRaises(batch.draft).range<Stretch>('buckets', range)) countIn(watch, value);
  return watch;
}
