/** Levels of the past, corrected in the store: the buckets in which something changed are read anew, those after them shifted. */
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { compareKeys } from '../store/keys.ts';
import { addLevels, beginStretch, extend, type Levels, NO_LEVELS, type Stretch, sameLevels, shift } from '../usage/levels.ts';
import { BUCKET_MS, bucketStart, type Change, hourStart, OpenBucket } from '../usage/open-bucket.ts';
import { beginWatch, countIn, type TypeUsage, type Watch } from '../usage/type-usage.ts';
import { type Batch, type Shift, touch, touchBucket } from './batch.ts';
import { type Entry, levelChange, positionKey } from './entry.ts';
import { correctHours } from './hours.ts';
import { type Organisation, typeState } from './organisation.ts';

/** Brings everything that memory could not take apart into the history. At the end of a batch, before its state is written. */
export function rewriteHistory(batch: Batch): void {
  for (const [id, types] of batch.history) {
    const organisation = batch.books.organisations.get(id) as Organisation;
    for (const [type, changes] of types) rewriteType(batch, organisation, type, changes);
  }
  for (const [id, shifts] of batch.shifts) shiftMarks(batch, id, shifts);
}

function rewriteType(batch: Batch, organisation: Organisation, type: string, changes: Change[]): void {
  const { usage } = typeState(organisation, type);
  changes.sort((a, b) => a.at - b.at);
  const first = bucketStart((changes[0] as Change).at);
  const firstOpen = usage.open[0]?.start ?? Number.POSITIVE_INFINITY;
  const byBucket = new Map<Instant, Levels>();
  for (const { at, by } of changes) {
    const start = bucketStart(at);
    byBucket.set(
      start,
      addLevels(
        getOrMake(byBucket, start, () => [...NO_LEVELS] as Levels),
        by,
      ),
    );
  }
  let shifted: Levels = [...NO_LEVELS];
  const starts = bucketsFrom(batch, organisation, type, hourStart(first), usage, byBucket);
  const corrected = new Set<Instant>();
  for (const start of starts) {
    const by = byBucket.get(start);
    if (by || !sameLevels(shifted, NO_LEVELS)) corrected.add(hourStart(start));
    if (start >= firstOpen) correctOpen(batch, organisation, type, usage, start, by, shifted);
    else correctStored(batch, organisation, type, start, by, shifted);
    if (by) shifted = addLevels(shifted, by);
  }
  correctHours(batch, organisation, type, starts, corrected, firstOpen);
  usage.level = addLevels(usage.level, shifted);
  rewatch(batch, organisation, type, usage);
  touch(batch, organisation).add(type);
}

/** A stored bucket: read anew if something changed in it, else moved to its new level. */
function correctStored(
  batch: Batch,
  organisation: Organisation,
  type: string,
  start: Instant,
  by: Levels | undefined,
  shifted: Levels,
): void {
  const key = [organisation.id, type, start];
  if (by) {
    batch.draft.put('buckets', key, readBucket(batch, organisation, type, start, levelBefore(batch, organisation, type, start)));
  } else if (!sameLevels(shifted, NO_LEVELS)) {
    const bucket = structuredClone(batch.draft.get<Stretch>('buckets', key) as Stretch);
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
    const enter = usage.open[index - 1]?.whole.exit ?? levelBefore(batch, organisation, type, start);
    usage.open[index] = new OpenBucket(readBucket(batch, organisation, type, start, enter));
  } else {
    bucket.shift(shifted);
  }
  touchBucket(batch, organisation, type, start);
}

/** Starts of all buckets from one on, stored, new and open, in order. */
function bucketsFrom(
  batch: Batch,
  organisation: Organisation,
  type: string,
  from: Instant,
  { open }: TypeUsage,
  added: Map<Instant, Levels>,
): Instant[] {
  const starts = new Set([...added.keys(), ...open.map((bucket) => bucket.start).filter((start) => start >= from)]);
  const range = { start: [organisation.id, type, from], end: [organisation.id, type, open[0]?.start ?? Number.POSITIVE_INFINITY] };
  for (const { key } of batch.draft.range('buckets', range)) starts.add(key[2] as Instant);
  return [...starts].sort((a, b) => a - b);
}

/** A bucket as the entries tell it. */
function readBucket(batch: Batch, organisation: Organisation, type: string, start: Instant, enter: Levels): Stretch {
  const bucket = beginStretch(start, enter);
  const range = { start: [organisation.id, start], end: [organisation.id, start + BUCKET_MS] };
  for (const { key, value } of batch.draft.range<Entry>('entries', range)) {
    for (const record of value.records) {
      const by = record.type === type ? levelChange(value.kind, record) : null;
      if (by) extend(bucket, key[1] as Instant, by);
    }
  }
  return bucket;
}

function levelBefore(batch: Batch, organisation: Organisation, type: string, start: Instant): Levels {
  const range = { start: [organisation.id, type, Number.NEGATIVE_INFINITY], end: [organisation.id, type, start], reverse: true, limit: 1 };
  for (const { value } of batch.draft.range<Stretch>('buckets', range)) return value.exit;
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
  for (const { value } of batch.draft.range<Stretch>('buckets', range)) countIn(watch, value);
  return watch;
}

/** A mark says how many were in use after an entry; those behind a late one are off by it. */
function shiftMarks(batch: Batch, id: string, shifts: Shift[]): void {
  const earliest = Math.min(...shifts.map(({ position }) => position.at));
  const range = { start: [id, earliest], end: [id, Number.POSITIVE_INFINITY] };
  for (const { key, value } of [...batch.draft.range<[string, number][]>('marks', range)]) {
    const levels = new Map(value);
    for (const { position, type, by } of shifts) {
      if (compareKeys(positionKey(position), key.slice(1)) <= 0) levels.set(type, (levels.get(type) ?? 0) + by);
    }
    batch.draft.put('marks', key, [...levels]);
  }
}
