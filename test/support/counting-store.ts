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
