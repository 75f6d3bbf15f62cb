import type { Instant } from '../../shared/time.ts';
import type { StoredRecomputation } from '../books/recomputation.ts';
import { below, type Reader } from '../store/store.ts';

/** From here on something of the past is still being worked out again; null: nothing is. */
export function recomputingFrom(disk: Reader, organisation: string): Instant | null {
  let from: Instant | null = null;
  for (const { value } of disk.range<StoredRecomputation>('recomputations', below(organisation))) {
    // Levels that are only raised are read as they will be.
    if ('steps' in value) continue;
    const since = 'low' in value ? value.low : value.from;
    from = Math.min(from ?? since, since);
  }
  return from;
}
