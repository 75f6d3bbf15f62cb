import { createMemoryStore } from '../../server/store/memory.ts';
import type { Store } from '../../server/store/store.ts';

/** A store that counts the entries that are read. */
export function countingStore(): Store & { entries: number } {
  const store = createMemoryStore();
  const counting: Store & { entries: number } = {
    ...store,
    entries: 0,
    *range<V>(...[table, range]: Parameters<Store['range']>) {
      for (const row of store.range<V>(table, range)) {
        if (table === 'entries') counting.entries++;
        yield row;
      }
    },
  };
  return counting;
}

/** A store that knows how many ranges were begun, and neither read to their end nor given up. */
export function watchedStore(): Store & { left: number } {
  const store = createMemoryStore();
  const watched: Store & { left: number } = {
    ...store,
    left: 0,
    *range<V>(...[table, range]: Parameters<Store['range']>) {
      watched.left++;
      try {
        yield* store.range<V>(table, range);
      } finally {
        watched.left--;
      }
    },
  };
  return watched;
}
