/** Levels of one licence type over stretches of any length, from the five-minute buckets in the store. */
import type { Instant } from '../../shared/time.ts';
import type { StoredDay } from '../books/kept-levels.ts';
import type { Kept } from '../books/organisation.ts';
import type { StoredType } from '../books/stored.ts';
import type { Reader } from '../store/store.ts';
import { append } from '../usage/combine.ts';
import { addLevels, beginStretch, extend, type Levels, NO_LEVELS, type Stretch, sameLevels } from '../usage/levels.ts';
import { BUCKET_MS, type Change, HOUR_MS, hourStart } from '../usage/open-bucket.ts';
import type { CutBuckets } from './cut-buckets.ts';
import { createRowCursor } from './row-cursor.ts';
import type { Effort } from './work.ts';

/** Where levels are read from. */
export interface LevelSource {
  disk: Reader;
  organisation: string;
  cuts: CutBuckets;
  /** How far back there are rows of five minutes, and of hours. */
  kept: Kept;
}

export interface LevelReader {
  readonly type: string;
  /** Whether the type stands at nothing and nothing changes before `end`. */
  idleUntil(end: Instant): boolean;
  /** Everything from where the stretch before ended up to `end`. */
  next(end: Instant): Stretch;
}

/**
 * Reads from `from` on, in order: whole hours as they are kept, what is left from five-minute buckets, and from the entries
 * where the edge of a stretch cuts a bucket in two.
 */
export function createLevelReader(source: LevelSource, type: string, from: Instant, effort: Effort): LevelReader {
  const { disk, organisation, cuts, kept } = source;
  const buckets = createRowCursor(disk, 'buckets', organisation, type, effort);
  const hours = createRowCursor(disk, 'hours', organisation, type, effort);
  const days = createRowCursor<StoredDay>(disk, 'days', organisation, type, effort);
  const hoursUntil = hourStart(disk.get<StoredType>('types', [organisation, type])?.openFrom ?? Number.NEGATIVE_INFINITY);
  let position = from;
  /** Rows that begin before it have been taken. */
  let rowsFrom = from;
  let pending: Change[] = [];
  let level = levelFromOlder(source, type, from);
  const before = from < kept.buckets ? undefined : bucketBefore(disk, organisation, type, from);
  if (before && before.until < from) level = before.exit;
  if (before && before.until >= from) {
    level = before.enter;
    pending = [...cuts.changes(type, before.start)];
    rowsFrom = before.start + BUCKET_MS;
    while (pending[0] && pending[0].at < from) level = addLevels(level, (pending.shift() as Change).by);
  }

  /** Beyond what is kept by five minutes: a whole day if it fits, else an hour; as long as there are hours. */
  const nextOlder = (end: Instant): { row: Stretch; length: number } | null => {
    const until = Math.min(end, kept.buckets);
    const day = days.peek(rowsFrom, until);
    if (day && (day.end <= until || rowsFrom < kept.hours)) {
      const hour = hours.peek(Math.max(rowsFrom, kept.hours), until);
      if (!hour || day.start <= hour.start) return { row: day, length: day.end - day.start };
    }
    const hour = hours.peek(Math.max(rowsFrom, kept.hours), until);
    // Where days do not begin with an hour of UTC, the day tells what came after its beginning.
    if (hour && hour.start + HOUR_MS > until && days.peek(until, until + 1)) return null;
    return hour && { row: hour, length: HOUR_MS };
  };

  /** The next row that begins before `end`, and its length: an hour only if all of it fits. */
  const nextRow = (end: Instant): { row: Stretch; length: number } | null => {
    const lastHour = Math.min(hourStart(end), hoursUntil);
    if (rowsFrom < kept.buckets) {
      const older = nextOlder(end);
      if (older || end <= kept.buckets) return older;
      rowsFrom = kept.buckets;
    }
    if (hourStart(rowsFrom) !== rowsFrom) {
      const edge = hourStart(rowsFrom) + HOUR_MS;
      const row = buckets.peek(rowsFrom, edge < lastHour ? edge : end);
      if (row) return { row, length: BUCKET_MS };
      if (edge >= lastHour) return null;
      rowsFrom = edge;
    }
    if (rowsFrom < lastHour) {
      const row = hours.peek(rowsFrom, lastHour);
      if (row) return { row, length: HOUR_MS };
      rowsFrom = lastHour;
    }
    const row = buckets.peek(rowsFrom, end);
    return row && { row, length: BUCKET_MS };
  };

  const idle = (end: Instant): boolean =>
    (rowsFrom >= kept.buckets || nextOlder(end) === null) && buckets.peek(Math.max(rowsFrom, kept.buckets), end) === null;

  return {
    type,
    idleUntil: (end) => sameLevels(level, NO_LEVELS) && pending.length === 0 && idle(end),
    next(end) {
      const whole = beginStretch(position, level);
      for (;;) {
        while (pending[0] && pending[0].at < end) {
          const { at, by } = pending.shift() as Change;
          extend(whole, at, by);
        }
        const next = pending.length > 0 ? null : nextRow(end);
        if (!next) break;
        rowsFrom = next.row.start + next.length;
        if (rowsFrom <= end || rowsFrom <= kept.buckets) append(whole, next.row);
        else pending = [...cuts.changes(type, next.row.start)];
      }
      position = end;
      rowsFrom = Math.max(rowsFrom, end);
      level = whole.exit;
      return whole;
    },
  };
}

/** The level of a type just before an instant; where only hours or days are kept, before one that begins such. */
export function levelBefore(source: LevelSource, type: string, at: Instant): Levels {
  const { disk, organisation, cuts, kept } = source;
  const bucket = at < kept.buckets ? undefined : bucketBefore(disk, organisation, type, at);
  if (!bucket) return levelFromOlder(source, type, at);
  if (bucket.until < at) return bucket.exit;
  let level = bucket.enter;
  for (const change of cuts.changes(type, bucket.start)) if (change.at < at) level = addLevels(level, change.by);
  return level;
}

/** The level with which five minutes begin that are kept as such: the first of them say themselves which level came before. */
export const levelEntering = (disk: Reader, organisation: string, type: string, start: Instant): Levels =>
  bucketBefore(disk, organisation, type, start)?.exit ?? disk.get<Stretch>('buckets', [organisation, type, start])?.enter ?? NO_LEVELS;

/** The last bucket that begins before an instant. */
function bucketBefore(disk: Reader, organisation: string, type: string, at: Instant): Stretch | undefined {
  const range = { start: [organisation, type, Number.NEGATIVE_INFINITY], end: [organisation, type, at], reverse: true, limit: 1 };
  const [row] = disk.range<Stretch>('buckets', range);
  return row?.value;
}

/** The level just before an instant, as days and hours tell it, or the first of what is kept by five minutes. */
function levelFromOlder({ disk, organisation, kept }: LevelSource, type: string, at: Instant): Levels {
  const before = { start: [organisation, type, Number.NEGATIVE_INFINITY], end: [organisation, type, at], reverse: true, limit: 1 };
  if (at >= kept.buckets) {
    const first = disk.get<Stretch>('buckets', [organisation, type, kept.buckets]);
    return first?.enter ?? NO_LEVELS;
  }
  const [day] = disk.range<StoredDay>('days', before);
  const [hour] = disk.range<Stretch>('hours', before);
  if (!day) return NO_LEVELS;
  if (day.value.end <= at || !hour || hour.value.start < day.value.start) return day.value.end <= at ? day.value.exit : day.value.enter;
  return hour.value.exit;
}
