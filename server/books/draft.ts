import { getOrMake } from '../../shared/maps.ts';
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
  // By table, then by what a range never spans: an organisation, or one of its users.
  const tables = new Map<TableName, Map<string, Map<string, Write>>>();

  const overlay = (table: TableName, key: Key | undefined): Map<string, Write> | undefined => tables.get(table)?.get(groupOf(table, key));

  const write = (table: TableName, key: Key, value: unknown): void => {
    const groups = getOrMake(tables, table, () => new Map<string, Map<string, Write>>());
    getOrMake(groups, groupOf(table, key), () => new Map<string, Write>()).set(keyText(key), { table, key, value });
  };

  return {
    put: write,
    remove: (table, key) => write(table, key, undefined),
    writes: () => [...tables.values()].flatMap((groups) => [...groups.values()].flatMap((group) => [...group.values()])),
    get<V>(table: TableName, key: Key): V | undefined {
      const written = overlay(table, key)?.get(keyText(key));
      return written ? (written.value as V | undefined) : disk.get<V>(table, key);
    },
    range<V>(table: TableName, range: Range): Iterable<Row<V>> {
      const group = overlay(table, range.start);
      if (!group) return disk.range<V>(table, range);
      return merged<V>(disk, table, group, range);
    },
  };
}

/** Tables whose ranges stay within one organisation: what a batch wrote of the others need not be looked through. */
const BY_ORGANISATION = new Set<TableName>(['entries', 'marks', 'buckets', 'anomalies', 'sweeps']);

/** The part of a key that the bounds of every range of its table share. */
function groupOf(table: TableName, key: Key | undefined): string {
  if (table === 'userEntries') return `${key?.[0]}\u0000${key?.[1]}`;
  return BY_ORGANISATION.has(table) ? String(key?.[0]) : '';
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
