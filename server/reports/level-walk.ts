/** All licence types' levels, stretch by stretch: from the rows that are kept, or from the entries where nothing as fine is. */
import type { Kept } from '../books/organisation.ts';
import type { Span } from '../licensing/calendar.ts';
import type { Stretch } from '../usage/levels.ts';
import { isKeptExactly } from './coverage.ts';
import { createEntryReaders, type StretchReader } from './entry-levels.ts';
import { createLevelReader } from './level-reader.ts';
import { keptNow, type ReportScope, withKeptNow } from './scope.ts';
import type { Effort } from './work.ts';

export interface LevelWalk {
  /** How far back there is what, as it was looked at last. */
  readonly kept: Kept;
  /** Whether the last stretch was told from the entries, being finer than what is kept of levels. */
  readonly finer: boolean;
  /** Of the n-th type; every type in turn, and then the stretch behind. */
  next(nth: number, span: Span): Stretch;
  /** Others were let in: rows may have been put together since. */
  rested(): void;
}

/** @param listed nothing is told from the entries */
export function createLevelWalk(asked: ReportScope, types: readonly string[], listed: boolean, effort: Effort): LevelWalk {
  let scope = withKeptNow(asked);
  let readers: StretchReader[] | null = null;
  let finer = false;

  const readersOf = (span: Span, nth: number): StretchReader[] => {
    const { kept, buckets } = scope;
    const isFiner = !listed && span.start >= kept.entries && !isKeptExactly(kept, buckets, span);
    if (readers !== null && isFiner === finer) return readers;
    finer = isFiner;
    const made = finer
      ? createEntryReaders(scope, types, span.start, effort)
      : types.map((type) => createLevelReader(scope, type, span.start, effort));
    for (const reader of made.slice(0, nth)) reader.next(span.end);
    return made;
  };

  return {
    get kept() {
      return scope.kept;
    },
    get finer() {
      return finer;
    },
    next(nth, span) {
      // One stretch is read in one way, but where rows were put together in the middle of it.
      if (nth === 0 || readers === null) readers = readersOf(span, nth);
      return (readers[nth] as StretchReader).next(span.end);
    },
    rested() {
      const { buckets, hours, entries } = keptNow(scope);
      const { kept } = scope;
      if (buckets === kept.buckets && hours === kept.hours && entries === kept.entries) return;
      scope = withKeptNow(scope);
      readers = null;
    },
  };
}
