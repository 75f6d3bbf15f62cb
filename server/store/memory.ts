import { compareKeys } from './keys.ts';
import { type LevelRow, packLevels, unpackLevels } from './level-rows.ts';
import type { Key, Range, Row, Store, TableName, Write } from './store.ts';
import { holdsLevels, TABLES } from './store.ts';

/** Index of the first row whose key is not below `key`. */
function lowerBound(rows: Row<unknown>[], key: Key): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys((rows[middle] as Row<unknown>).key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What the disk would give back. */
const copyIn = (table: TableName, key: Key, value: unknown): unknown =>
  holdsLevels(table) ? unpackLevels(packLevels(value as LevelRow), key[2] as number) : structuredClone(value);

/** For tests and simulations: sorted arrays. Values are copied on the way in and out, as a disk would. */
export function createMemoryStore(): Store {
  const tables = new Map<TableName, Row<unknown>[]>(TABLES.map((name) => [name, []]));
  const table = (name: TableName): Row<unknown>[] => tables.get(name) as Row<unknown>[];
  const find = (rows: Row<unknown>[], key: Key): number => {
    const index = lowerBound(rows, key);
    const row = rows[index];
    return row && compareKeys(row.key, key) === 0 ? index : -1;
  };

  // What was begun to be read, and not to its end: on a disk each would be a reader, of which there are few.
  const begun = new Map<TableName, number>();
  const count = (name: TableName, by: 1 | -1): void => void begun.set(name, (begun.get(name) ?? 0) + by);
  function* read<V>(name: TableName, rows: readonly Row<unknown>[]): Generator<Row<V>> {
    count(name, 1);
    try {
      for (const { key, value } of rows) yield { key, value: structuredClone(value as V) };
    } finally {
      count(name, -1);
    }
  }

  return {
    get<V>(name: TableName, key: Key): V | undefined {
      const rows = table(name);
      const index = find(rows, key);
      return index < 0 ? undefined : structuredClone(rows[index]?.value as V);
    },
    range<V>(name: TableName, { start, end, reverse = false, limit = Number.POSITIVE_INFINITY }: Range): Iterable<Row<V>> {
      const rows = table(name);
      const first = start ? lowerBound(rows, start) : 0;
      const last = end ? lowerBound(rows, end) : rows.length;
      const count = Math.min(limit, Math.max(0, last - first));
      const slice = reverse ? rows.slice(last - count, last).reverse() : rows.slice(first, first + count);
      return { [Symbol.iterator]: () => read<V>(name, slice) };
    },
    async commit(writes: readonly Write[]): Promise<void> {
      for (const [name, left] of begun) if (left > 0) throw new Error(`A range of ${name} was begun and not read to its end`);
      // One that cannot be copied leaves nothing of the others.
      const copies = writes.map(({ table: name, key, value }) => (value === undefined ? undefined : copyIn(name, key, value)));
      for (const [nth, { table: name, key }] of writes.entries()) {
        const rows = table(name);
        const index = find(rows, key);
        const value = copies[nth];
        if (value === undefined) {
          if (index >= 0) rows.splice(index, 1);
        } else if (index >= 0) {
          rows[index] = { key, value };
        } else {
          rows.splice(lowerBound(rows, key), 0, { key: [...key], value });
        }
      }
    },
    hasRoom: () => true,
    async close(): Promise<void> {},
  };
}
