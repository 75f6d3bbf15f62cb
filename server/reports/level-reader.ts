/** Levels of one licence type over stretches of any length, from the five-minute buckets in the store. */
import type { Instant } from '../../shared/time.ts';
import { type Entry, levelChange } from '../books/entry.ts';
import type { Reader } from '../store/store.ts';
import { append } from '../usage/combine.ts';
import { addLevels, beginStretch, extend, type Levels, NO_LEVELS, type Stretch, sameLevels } from '../usage/levels.ts';
import { BUCKET_MS, type Change } from '../usage/open-bucket.ts';
import { type Effort, pagedRows } from './work.ts';

export interface LevelReader {
  readonly type: string;
  /** Whether the type stands at nothing and nothing changes before `end`. */
  idleUntil(end: Instant): boolean;
  /** Everything from where the stretch before ended up to `end`. */
  next(end: Instant): Stretch;
}

/** Reads from `from` on, in order. Buckets that the edge of a stretch cuts in two are taken from the entries instead. */
export function createLevelReader(disk: Reader, organisation: string, type: string, from: Instant, effort: Effort): LevelReader {
  let position = from;
  let pending: Change[] = [];
  let level = NO_LEVELS;
  const before = bucketBefore(disk, organisation, type, from);
  if (before && before.until < from) level = before.exit;
  if (before && before.until >= from) {
    level = before.enter;
    pending = changesOf(disk, organisation, type, before);
    while (pending[0] && pending[0].at < from) level = addLevels(level, (pending.shift() as Change).by);
  }
  const rows = pagedRows<Stretch>(disk, 'buckets', [organisation, type, from], [organisation, type, Number.POSITIVE_INFINITY]);
  let peeked: Stretch | null = null;

  const peek = (): Stretch | null => {
    if (peeked) return peeked;
    const row = rows.next();
    if (row.done) return null;
    effort.spend(1);
    peeked = row.value.value;
    return peeked;
  };

  return {
    type,
    idleUntil(end) {
      return sameLevels(level, NO_LEVELS) && pending.length === 0 && (peek()?.start ?? Number.POSITIVE_INFINITY) >= end;
    },
    next(end) {
      const whole = beginStretch(position, level);
      for (;;) {
        while (pending[0] && pending[0].at < end) {
          const { at, by } = pending.shift() as Change;
          extend(whole, at, by);
        }
        const bucket = peek();
        if (pending.length > 0 || !bucket || bucket.start >= end) break;
        if (bucket.start + BUCKET_MS <= end) append(whole, bucket);
        else pending = changesOf(disk, organisation, type, bucket);
        peeked = null;
      }
      position = end;
      level = whole.exit;
      return whole;
    },
  };
}

/** The level of a type just before an instant. */
export function levelBefore(disk: Reader, organisation: string, type: string, at: Instant): Levels {
  const bucket = bucketBefore(disk, organisation, type, at);
  if (!bucket) return NO_LEVELS;
  if (bucket.until < at) return bucket.exit;
  let level = bucket.enter;
  for (const change of changesOf(disk, organisation, type, bucket)) if (change.at < at) level = addLevels(level, change.by);
  return level;
}

/** The last bucket that begins before an instant. */
function bucketBefore(disk: Reader, organisation: string, type: string, at: Instant): Stretch | undefined {
  const range = { start: [organisation, type, Number.NEGATIVE_INFINITY], end: [organisation, type, at], reverse: true, limit: 1 };
  const [row] = disk.range<Stretch>('buckets', range);
  return row?.value;
}

/** What moved the level in a bucket, in order. Only where time zones are not whole five minutes apart. */
function changesOf(disk: Reader, organisation: string, type: string, { start }: Stretch): Change[] {
  const changes: Change[] = [];
  for (const { key, value } of disk.range<Entry>('entries', { start: [organisation, start], end: [organisation, start + BUCKET_MS] })) {
    for (const record of value.records) {
      const by = record.type === type ? levelChange(value.kind, record) : null;
      if (by) changes.push({ at: key[1] as Instant, by });
    }
  }
  return changes;
}
