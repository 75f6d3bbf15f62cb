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
  /** What of a table was written or removed, by what a range never spans: the organisation of most. */
  written(table: TableName, organisation: string): Iterable<Write>;
}

export function createDraft(disk: Reader): Draft {
  // By table, then by what a range never spans: an organisation, or one of its users.
  const tables = new Map<TableName, Map<string, Overlay>>();

  const overlay = (table: TableName, key: Key | undefined): Overlay | undefined => tables.get(table)?.get(groupOf(table, key));

  const write = (table: TableName, key: Key, value: unknown): void => {
    const groups = getOrMake(tables, table, () => new Map<string, Overlay>());
    getOrMake(groups, groupOf(table, key), () => new Overlay()).set({ table, key, value });
  };

  return {
    put: write,
    remove: (table, key) => write(table, key, undefined),
    writes: () => [...tables.values()].flatMap((groups) => [...groups.values()].flatMap((group) => [...group.writes.values()])),
    written: (table, organisation) => overlay(table, [organisation])?.writes.values() ?? [],
    get<V>(table: TableName, key: Key): V | undefined {
      const written = overlay(table, key)?.writes.get(keyText(key));
      return written ? (written.value as V | undefined) : disk.get<V>(table, key);
    },
    range<V>(table: TableName, range: Range): Iterable<Row<V>> {
      const group = overlay(table, range.start);
      if (!group) return disk.range<V>(table, range);
      return merged<V>(disk, table, group.inside(range), range);
    },
  };
}

/** What was written of one group of keys. It is sorted once a range is read, and kept so. */
class Overlay {
  readonly writes = new Map<string, Write>();
  #sorted: Write[] | null = null;

  set(write: Write): void {
    const text = keyText(write.key);
    const known = this.writes.get(text);
    if (known) {
      known.value = write.value;
      return;
    }
    this.writes.set(text, write);
    this.#sorted?.splice(this.#placeOf(write.key), 0, write);
  }

  /** Those within a range, in the order in which it is read. */
  inside({ start, end, reverse = false }: Range): Write[] {
    this.#sorted ??= [...this.writes.values()].sort((a, b) => compareKeys(a.key, b.key));
    const found = this.#sorted.slice(start ? this.#placeOf(start) : 0, end && this.#placeOf(end));
    return reverse ? found.reverse() : found;
  }

  /** How many stand before a key. */
  #placeOf(key: Key): number {
    const sorted = this.#sorted ?? [];
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys((sorted[middle] as Write).key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Tables whose ranges stay within one organisation: what a batch wrote of the others need not be looked through. */
const BY_ORGANISATION = new Set<TableName>(['entries', 'marks', 'buckets', 'hours', 'days', 'dayContents', 'anomalies', 'sweeps', 'packs']);

/** The part of a key that the bounds of every range of its table share. */
function groupOf(table: TableName, key: Key | undefined): string {
  if (table === 'userEntries') return `${key?.[0]}\u0000${key?.[1]}`;
  return BY_ORGANISATION.has(table) ? String(key?.[0]) : '';
}

const keyText = (key: Key): string => key.join('\u0000');

/** The rows of both, those of the overlay in front; removed ones left out. */
function* merged<V>(disk: Reader, table: TableName, inside: readonly Write[], range: Range): Iterable<Row<V>> {
  const { reverse = false, limit = Number.POSITIVE_INFINITY } = range;
  const direction = reverse ? -1 : 1;
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
