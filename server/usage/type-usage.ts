/**
 * The levels of one licence type of one organisation, now and in the recent past: five-minute buckets that may still change,
 * and the marks of the current day and billing period. Older buckets are in the store.
 */
import type { Instant } from '../../shared/time.ts';
import { addLevels, highest, type Levels, NO_LEVELS, type Stretch } from './levels.ts';
import { bucketStart, OpenBucket } from './open-bucket.ts';

/** Buckets kept in memory: the running one and those into which a little lateness may still fall. */
const OPEN_BUCKETS = 3;

export interface Mark {
  value: number;
  at: Instant | null;
}

/** The marks of a day or billing period, over its buckets that left memory. */
export interface Watch {
  start: Instant;
  end: Instant;
  /** The level carried into it. */
  enter: Levels;
  /** A bucket begins just at `start`, so that the level carried in is part of that bucket. */
  startsInBucket: boolean;
  /** Null while none of its buckets has left memory. */
  inUse: Mark | null;
  contingency: Mark | null;
}

export interface TypeUsage {
  level: Levels;
  /** Oldest first. */
  open: OpenBucket[];
  day: Watch;
  period: Watch;
  /** How many users at most came and went at one instant: so much higher than its level it may have been on the way. */
  crossed: number;
}

export function createTypeUsage(day: { start: Instant; end: Instant }, period: { start: Instant; end: Instant }): TypeUsage {
  return { level: [...NO_LEVELS], open: [], day: beginWatch(day, NO_LEVELS), period: beginWatch(period, NO_LEVELS), crossed: 0 };
}

export function beginWatch({ start, end }: { start: Instant; end: Instant }, enter: Levels): Watch {
  return { start, end, enter: [...enter], startsInBucket: false, inUse: null, contingency: null };
}

/** Counts a change. False: it is older than what memory can take apart, and the history in the store has to be rewritten. */
export function change(usage: TypeUsage, at: Instant, by: Levels): boolean {
  const start = bucketStart(at);
  const bucket = bucketFor(usage, start);
  const crossed = bucket?.insert(at, by) ?? null;
  if (crossed === null) return false;
  usage.crossed = Math.max(usage.crossed, crossed);
  for (const later of usage.open) if (later.start > start) later.shift(by);
  // Where a watch begins in the middle of a bucket, it begins with the level that this bucket leaves.
  for (const watch of [usage.day, usage.period]) if (start < watch.start) shiftWatch(watch, by);
  usage.level = addLevels(usage.level, by);
  return true;
}

/** Something from before its start is now known: the level carried in was another. */
export function shiftWatch(watch: Watch, by: Levels): void {
  watch.enter = addLevels(watch.enter, by);
  if (watch.inUse) watch.inUse.value += by[0];
  if (watch.contingency) watch.contingency.value += by[2];
}

/** The open bucket of that start, made where nothing had changed in it so far; none if it is older than all that are open. */
function bucketFor(usage: TypeUsage, start: Instant): OpenBucket | undefined {
  const { open } = usage;
  const index = open.findLastIndex((bucket) => bucket.start <= start);
  const found = open[index];
  if (found?.start === start) return found;
  if (index < 0 && open.length > 0) return undefined;
  const made = OpenBucket.begin(start, found ? found.whole.exit : usage.level);
  open.splice(index + 1, 0, made);
  return made;
}

/** Lets the oldest buckets go once there are more than memory keeps, and says which. */
export function closeBuckets(usage: TypeUsage): Instant[] {
  const closed: Instant[] = [];
  while (usage.open.length > OPEN_BUCKETS) {
    const bucket = usage.open.shift() as OpenBucket;
    for (const watch of [usage.day, usage.period]) countIn(watch, bucket.whole);
    closed.push(bucket.start);
  }
  return closed;
}

/** Takes a bucket that no longer changes into a day's or period's marks. */
export function countIn(watch: Watch, bucket: Stretch): void {
  if (bucket.start < watch.start || bucket.start >= watch.end) return;
  if (bucket.start === watch.start) watch.startsInBucket = true;
  watch.inUse = higher(watch.inUse, highest(bucket, 0));
  watch.contingency = higher(watch.contingency, highest(bucket, 2));
}

/** The earlier of two equal marks stays. */
const higher = (mark: Mark | null, other: Mark): Mark => (mark === null || other.value > mark.value ? other : mark);

/** The same without making another: rows are made anew with every commit. */
function raise(best: Mark, value: number, at: Instant | null): void {
  if (value <= best.value) return;
  best.value = value;
  best.at = at;
}

/** The highest level of a day or period so far, with its first instant; the instant is null where the value is 0. */
export function mark(usage: TypeUsage, watch: Watch, metric: 'inUse' | 'contingency'): Mark {
  const index = metric === 'inUse' ? 0 : 2;
  const best: Mark = { value: 0, at: null };
  const carried = !watch.startsInBucket && usage.open.every((bucket) => bucket.start !== watch.start);
  if (carried) raise(best, watch.enter[index], watch.start);
  const closed = watch[metric];
  if (closed) raise(best, closed.value, closed.at);
  for (const { start, whole } of usage.open) {
    if (start < watch.start || start >= watch.end) continue;
    raise(best, whole.high[index], whole.highAt[index]);
    raise(best, whole.exit[index], whole.until);
  }
  return best;
}

/** The level that the open buckets give for an instant at a bucket's edge. */
export function levelEntering(usage: TypeUsage, edge: Instant): Levels {
  const before = usage.open.findLast((bucket) => bucket.start < edge);
  if (before) return before.whole.exit;
  const after = usage.open.find((bucket) => bucket.start >= edge);
  return after ? after.whole.enter : usage.level;
}

/**
 * The highest in use since an instant, looking at whole buckets and the levels carried into them;
 * `undefined` if memory does not reach back so far.
 */
export function highestSince(usage: TypeUsage, at: Instant): number | undefined {
  const first = usage.open[0];
  const from = bucketStart(at);
  if (first && from < first.start) return undefined;
  return usage.open.reduce((highest, { start, whole }) => (start < from ? highest : Math.max(highest, highestOf(whole))), usage.level[0]);
}

/** The highest in use of a bucket, the level carried into it included. */
export const highestOf = (bucket: Stretch): number => Math.max(bucket.enter[0], highest(bucket, 0).value);
