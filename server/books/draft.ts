import { compareKeys } from '../store/keys.ts';
import type { Key, Range, Reader, Row, TableName, Write } from '../store/store.ts';

/**
 * What a batch is about to write, laid over what is on disk: decisions read through it, so that an event sees those before it
 * in the same batch. Nothing of it exists until it is committed.
 */
export interface Draft extends Reader {
  put(table: TableName, key: Key, value: unknown): void;
  remove(table: TableName, key: Key): void;
  writes(): Write[];
}

export function createDraft(disk: Reader): Draft {
  const tables = new Map<TableName, Map<string, Write>>();

  const write = (table: TableName, key: Key, value: unknown): void => {
    const overlay = tables.get(table) ?? new Map<string, Write>();
    tables.set(table, overlay);
    overlay.set(keyText(key), { table, key, value });
  };

  return {
    put: write,
    remove: (table, key) => write(table, key, undefined),
    writes: () => [...tables.values()].flatMap((overlay) => [...overlay.values()]),
    get<V>(table: TableName, key: Key): V | undefined {
      const written = tables.get(table)?.get(keyText(key));
      return written ? (written.value as V | undefined) : disk.get<V>(table, key);
    },
    range<V>(table: TableName, range: Range): Iterable<Row<V>> {
      const overlay = tables.get(table);
      if (!overlay || overlay.size === 0) return disk.range<V>(table, range);
      return merged<V>(disk, table, overlay, range);
    },
  };
}

const keyText = (key: Key): string => key.join('\u0000');

/** The rows of both, those of the overlay in front; removed ones left out. */
function* merged<V>(disk: Reader, table: TableName, overlay: Map<string, Write>, range: Range): Iterable<Row<V>> {
  const { start, end, reverse = false, limit = Number.POSITIVE_INFINITY } = range;
  const inside = [...overlay.values()].filter(({ key }) => (!start || compareKeys(key, start) >= 0) && (!end || compareKeys(key, end) < 0));
  const direction = reverse ? -1 : 1;
  inside.sort((a, b) => direction * compareKeys(a.key, b.key));
  let next = 0;
  let given = 0;
  const { limit: _, ...unlimited } = range;
  for (const row of disk.range<V>(table, unlimited)) {
    if (given >= limit) return;
    while (next < inside.length && direction * compareKeys((inside[next] as Write).key, row.key) < 0) {
      const { key, value } = inside[next++] as Write;
      if (value === undefined) continue;
      yield { key, value: value as V };
      if (++given >= limit) return;
    }
    if (next < inside.length && compareKeys((inside[next] as Write).key, row.key) === 0) {
      const { key, value } = inside[next++] as Write;
      if (value === undefined) continue;
      yield { key, value: value as V };
    } else {
      yield row;
    }
    given++;
  }
  for (; next < inside.length && given < limit; next++) {
    const { key, value } = inside[next] as Write;
    if (value === undefined) continue;
    yield { key, value: value as V };
    given++;
  }
}
