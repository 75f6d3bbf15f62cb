/** What moved the levels in single five-minute buckets, of all types at once: for edges of stretches that cut a bucket in two. */
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { type Entry, levelChange } from '../books/entry.ts';
import type { Reader } from '../store/store.ts';
import { addLevels } from '../usage/levels.ts';
import { BUCKET_MS, bucketStart, type Change } from '../usage/open-bucket.ts';
import { createEffort, pagedRows, type Work } from './work.ts';

/** Buckets that are kept: those of an hour. */
const BUCKETS = 12;

type ChangesByType = Map<string, Change[]>;

export interface CutBuckets {
  /** Reads the bucket that an instant cuts, with rests. Without it the bucket is read in one go when it is needed. */
  prepare(at: Instant): Work<void>;
  /** The changes of a type in the bucket that begins at `start`, one an instant, in order. */
  changes(type: string, start: Instant): Change[];
}

export function createCutBuckets(disk: Reader, organisation: string): CutBuckets {
  const known = new Map<Instant, ChangesByType>();

  function* read(start: Instant): Work<ChangesByType> {
    const byType: ChangesByType = new Map();
    const effort = createEffort();
    for (const { key, value } of pagedRows<Entry>(disk, 'entries', [organisation, start], [organisation, start + BUCKET_MS])) {
      const at = key[1] as Instant;
      for (const record of value.records) {
        const by = levelChange(value.kind, record);
        if (by)
          addChange(
            getOrMake(byType, record.type, () => []),
            { at, by },
          );
      }
      effort.spend(1 + value.records.length);
      if (effort.tired()) yield;
    }
    return byType;
  }

  /** Every other bucket that was kept is behind the readers by now. */
  const forgetOld = (): void => {
    if (known.size > BUCKETS) known.clear();
  };

  return {
    *prepare(at) {
      const start = bucketStart(at);
      if (at === start || known.has(start)) return;
      const found = yield* read(start);
      forgetOld();
      known.set(start, found);
    },
    changes(type, start) {
      const byType = getOrMake(known, start, () => {
        forgetOld();
        return readAtOnce(read(start));
      });
      return byType.get(type) ?? [];
    },
  };
}

/** Changes of one instant are one change. */
export function addChange(changes: Change[], { at, by }: Change): void {
  const last = changes.at(-1);
  if (last?.at === at) last.by = addLevels(last.by, by);
  else changes.push({ at, by });
}

function readAtOnce<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
