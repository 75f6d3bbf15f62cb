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
  /** In an order in which they can be carried out: a row that was written twice may be there twice. */
  writes(): Write[];
  /** What of a table was written or removed, each row once, by what a range never spans: the organisation of most. */
  written(table: TableName, organisation: string): readonly Write[];
}

export function createDraft(disk: Reader): Draft {
  const tables = new Map<TableName, Written>();

  const overlay = (table: TableName, key: Key | undefined): Overlay | undefined => tables.get(table)?.overlay(key);

  const write = (table: TableName, key: Key, value: unknown): void => {
    getOrMake(tables, table, () => new Written(sharedBy(table))).unread.push({ table, key, value });
  };

  return {
    put: write,
    remove: (table, key) => write(table, key, undefined),
    writes() {
      const all: Write[] = [];
      for (const table of tables.values()) table.addTo(all);
      return all;
    },
    written: (table, organisation) => overlay(table, [organisation])?.once() ?? NOTHING,
    get<V>(table: TableName, key: Key): V | undefined {
      const written = overlay(table, key)?.find(key);
      return written ? (written.value as V | undefined) : disk.get<V>(table, key);
    },
    range<V>(table: TableName, range: Range): Iterable<Row<V>> {
      const group = overlay(table, range.start);
      if (!group) return disk.range<V>(table, range);
      return merged<V>(disk, table, group.inside(range), range);
    },
  };
}

const NOTHING: readonly Write[] = [];

/** What was written of a table. Of most tables nobody reads it in the same batch: only then is it put into groups. */
class Written {
  /** Newer than what is in groups. */
  unread: Write[] = [];
  readonly #shared: number;
  /** By what a range never spans: an organisation, or one of its users. */
  readonly #groups = new Map<string, Overlay>();

  constructor(shared: number) {
    this.#shared = shared;
  }

  overlay(key: Key | undefined): Overlay | undefined {
    if (this.unread.length > 0) {
      for (const write of this.unread)
        getOrMake(this.#groups, groupOf(this.#shared, write.key), () => new Overlay(this.#shared)).set(write);
      this.unread = [];
    }
    return this.#groups.get(groupOf(this.#shared, key));
  }

  addTo(all: Write[]): void {
    for (const { writes } of this.#groups.values()) for (const write of writes) all.push(write);
    for (const write of this.unread) all.push(write);
  }
}

/**
 * What was written of one group of keys. Most is written once and then read by nobody: only who asks for a key has them filed,
 * and only who reads a range has them sorted. From then on they are kept so.
 */
class Overlay {
  writes: Write[] = [];
  /** Keys were written in their order so far, each once. */
  #inOrder = true;
  #filed: Map<string, Write> | null = null;
  #sorted: Write[] | null = null;
  /** So many elements all its keys begin with. */
  readonly #shared: number;

  constructor(shared: number) {
    this.#shared = shared;
  }

  set(write: Write): void {
    if (this.#filed === null) {
      const last = this.writes.at(-1);
      this.#inOrder &&= last === undefined || compareKeys(last.key, write.key) < 0;
      this.writes.push(write);
      return;
    }
    const text = this.#textOf(write.key);
    const known = this.#filed.get(text);
    if (known) {
      known.value = write.value;
      return;
    }
    this.#filed.set(text, write);
    this.writes.push(write);
    this.#sorted?.splice(this.#placeOf(write.key), 0, write);
  }

  find(key: Key): Write | undefined {
    return this.#file().get(this.#textOf(key));
  }

  /** Each row once, as it was written last. */
  once(): readonly Write[] {
    if (!this.#inOrder) this.#file();
    return this.writes;
  }

  #textOf(key: Key): string {
    let text = String(key[this.#shared]);
    for (let index = this.#shared + 1; index < key.length; index++) text += `\u0000${key[index]}`;
    return text;
  }

  #file(): Map<string, Write> {
    if (this.#filed === null) {
      this.#filed = new Map(this.writes.map((write) => [this.#textOf(write.key), write]));
      this.writes = [...this.#filed.values()];
    }
    return this.#filed;
  }

  /** Those within a range, in the order in which it is read. */
  inside({ start, end, reverse = false }: Range): Write[] {
    if (this.#sorted === null) {
      this.#file();
      this.#sorted = this.writes.toSorted((a, b) => compareKeys(a.key, b.key));
    }
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
const BY_ORGANISATION = new Set<TableName>([
  'entries',
  'marks',
  'buckets',
  'hours',
  'days',
  'dayContents',
  'anomalies',
  'sweeps',
  'packs',
  'ids',
]);

/** How many elements of a key the bounds of every range of its table share. */
function sharedBy(table: TableName): number {
  if (table === 'userEntries') return 2;
  return BY_ORGANISATION.has(table) ? 1 : 0;
}

/** These elements. */
function groupOf(shared: number, key: Key | undefined): string {
  if (shared === 0) return '';
  return shared === 1 ? String(key?.[0]) : `${key?.[0]}\u0000${key?.[1]}`;
}

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
