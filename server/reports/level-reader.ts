/** Levels of one licence type over stretches of any length, from the five-minute buckets in the store. */
import type { Instant } from '../../shared/time.ts';
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
export function createLevelReader({ disk, organisation, cuts }: LevelSource, type: string, from: Instant, effort: Effort): LevelReader {
  const buckets = createRowCursor(disk, 'buckets', organisation, type, effort);
  const hours = createRowCursor(disk, 'hours', organisation, type, effort);
  const hoursUntil = hourStart(disk.get<StoredType>('types', [organisation, type])?.openFrom ?? Number.NEGATIVE_INFINITY);
  let position = from;
  /** Rows that begin before it have been taken. */
  let rowsFrom = from;
  let pending: Change[] = [];
  let level = NO_LEVELS;
  const before = bucketBefore(disk, organisation, type, from);
  if (before && before.until < from) level = before.exit;
  if (before && before.until >= from) {
    level = before.enter;
    pending = [...cuts.changes(type, before.start)];
    rowsFrom = before.start + BUCKET_MS;
    while (pending[0] && pending[0].at < from) level = addLevels(level, (pending.shift() as Change).by);
  }

  /** The next row that begins before `end`, and its length: an hour only if all of it fits. */
  const nextRow = (end: Instant): { row: Stretch; length: number } | null => {
    const lastHour = Math.min(hourStart(end), hoursUntil);
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

  return {
    type,
    idleUntil: (end) => sameLevels(level, NO_LEVELS) && pending.length === 0 && buckets.peek(rowsFrom, end) === null,
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
        if (rowsFrom <= end) append(whole, next.row);
        else pending = [...cuts.changes(type, next.row.start)];
      }
      position = end;
      rowsFrom = Math.max(rowsFrom, end);
      level = whole.exit;
      return whole;
    },
  };
}

/** The level of a type just before an instant. */
export function levelBefore({ disk, organisation, cuts }: LevelSource, type: string, at: Instant): Levels {
  const bucket = bucketBefore(disk, organisation, type, at);
  if (!bucket) return NO_LEVELS;
  if (bucket.until < at) return bucket.exit;
  let level = bucket.enter;
  for (const change of cuts.changes(type, bucket.start)) if (change.at < at) level = addLevels(level, change.by);
  return level;
}

/** The last bucket that begins before an instant. */
function bucketBefore(disk: Reader, organisation: string, type: string, at: Instant): Stretch | undefined {
  const range = { start: [organisation, type, Number.NEGATIVE_INFINITY], end: [organisation, type, at], reverse: true, limit: 1 };
  const [row] = disk.range<Stretch>('buckets', range);
  return row?.value;
}
