import { expect } from 'vitest';
import { type Entry, levelChange } from '../../server/books/entry.ts';
import { withRaises } from '../../server/books/raises.ts';
import { below } from '../../server/store/store.ts';
import { beginStretch, extend, figures, type Levels, NO_LEVELS, type Stretch, sameLevels } from '../../server/usage/levels.ts';
import { BUCKET_MS, bucketStart } from '../../server/usage/open-bucket.ts';
import { getOrMake } from '../../shared/maps.ts';
import { ORGANISATION, type TestBooks } from './books.ts';

/** Every bucket of five minutes, as the store and what is still to be raised in it tell, says what the entries, read from the first to the last, say. */
export function compareBuckets({ store }: TestBooks): void {
  const told = new Map<string, Map<number, Stretch>>();
  for (const { key, value } of store.range<Entry>('entries', { start: [ORGANISATION], end: [ORGANISATION, Number.POSITIVE_INFINITY] })) {
    const at = key[1] as number;
    for (const record of value.records) {
      const by = levelChange(value.kind, record);
      if (!by) continue;
      const buckets = getOrMake(told, record.type, () => new Map<number, Stretch>());
      const enter = [...buckets.values()].at(-1)?.exit ?? NO_LEVELS;
      extend(
        getOrMake(buckets, bucketStart(at), () => beginStretch(bucketStart(at), enter)),
        at,
        by,
      );
    }
  }
  const stored = new Map<string, Map<number, Stretch>>();
  for (const { key, value } of withRaises(store).range<Stretch>('buckets', below(ORGANISATION))) {
    getOrMake(stored, key[1] as string, () => new Map<number, Stretch>()).set(key[2] as number, value);
  }
  for (const [type, buckets] of told) {
    for (const [start, bucket] of buckets) {
      // A refresh that leaves everybody where they are changes nothing.
      const { low, high } = figures(bucket, start + BUCKET_MS);
      if (sameLevels(low, bucket.enter) && sameLevels(high, bucket.enter)) continue;
      expect(stored.get(type)?.has(start), `${type} from ${new Date(start).toISOString()}`).toBe(true);
    }
  }
  for (const [type, buckets] of stored) {
    let level: Levels = NO_LEVELS;
    for (const [start, bucket] of buckets) {
      const expected = told.get(type)?.get(start) ?? beginStretch(start, level);
      const whole = (stretch: Stretch) => ({ enter: stretch.enter, ...figures(stretch, start + BUCKET_MS) });
      expect(whole(bucket), `${type} from ${new Date(start).toISOString()}`).toEqual(whole(expected));
      level = expected.exit;
    }
  }
}
