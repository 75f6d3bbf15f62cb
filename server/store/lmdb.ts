import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { createBallast } from './ballast.ts';
import { holdFile } from './held-file.ts';
import { type LevelRow, levelsOf, packLevels } from './level-rows.ts';
import { freeBytes, NEXT_TO_NOTHING } from './room.ts';
import type { Key, Range, Reader, Row, Store, TableName, Write } from './store.ts';
import { holdsLevels, StoreFullError, StoreReadOnlyError, TABLES } from './store.ts';

/** Name of the data file below a data directory. */
export const DATA_FILE = 'highwater.mdb';

/** A data file that is only read, by itself or beside the daemon that writes it. */
export interface DataFile extends Reader {
  /** Writes everything that is committed now to a new file, packed. */
  copyTo(file: string): Promise<void>;
  close(): Promise<void>;
}

/** Keys and values travel as they are; lmdb's own types want mutable arrays. */
type Table = Database<unknown, (string | number)[]>;

/** ENOSPC, EFBIG, EDQUOT: errno values as LMDB hands them on. */
const FULL = new Set([28, 27, 122]);
/** A write that found room for only a part of itself is handed on as EIO. */
const EIO = 5;
const EROFS = 30;

export interface StoreLimits {
  /** Less than so much free, and `hasRoom` is false. */
  minFreeBytes?: number;
  /** Room that is kept for the time when the disk is full; 0: none. */
  ballastBytes?: number;
}

/**
 * Opens the embedded store below `dataDir`, which is created where missing.
 * A commit is durable when its promise resolves: LMDB has then synced the pages and after them the page that points to them.
 */
export function openLmdbStore(dataDir: string, { minFreeBytes = 0, ballastBytes = 0 }: StoreLimits = {}): Store {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, DATA_FILE);
  const root: RootDatabase = open({
    path: file,
    // With overlapping sync a write that failed to reach the disk is visible all the same.
    overlappingSync: false,
    // Known to the library, not yet to its types: after a crash, go back to what was synced, never to what was only written.
    ...({ safeRestore: true } as object),
    cache: false,
    encoding: 'msgpack',
    maxDbs: TABLES.length + 4,
  });
  root.readerCheck();
  const tables = new Map<TableName, Table>();
  for (const name of TABLES) {
    // A symbol sorts before every key, so that appending stays appending and pages stay full.
    tables.set(name, root.openDB({ name, cache: false, encoding: 'msgpack', sharedStructuresKey: Symbol.for('structures') as never }));
  }
  const table = (name: TableName): Table => tables.get(name) as Table;
  const held = holdFile(file);
  const ballast = createBallast(dataDir, ballastBytes, minFreeBytes);

  return {
    ...readerOf(table),
    async commit(writes: readonly Write[]): Promise<void> {
      try {
        // A plain transaction would keep what was put before a row that cannot be written.
        await root.childTransaction(() => {
          for (const { table: name, key, value } of writes) {
            if (value === undefined) table(name).remove(key as (string | number)[]);
            else table(name).put(key as (string | number)[], holdsLevels(name) ? packLevels(value as LevelRow) : value);
          }
        });
      } catch (error) {
        const failure = await commitFailure(error, Math.min(freeBytes(dataDir), allowanceLeft(file)));
        if (failure instanceof StoreFullError) ballast.release();
        throw failure;
      } finally {
        root.resetReadTxn();
      }
    },
    hasRoom() {
      held.check();
      // A backup or verify beside us that was killed leaves its reader behind, and with it every page that is given up from then on.
      root.readerCheck();
      const free = freeBytes(dataDir);
      if (free < NEXT_TO_NOTHING) ballast.release();
      else ballast.make(free);
      const owed = ballast.owed();
      // A small batch may find room in pages that were given up; with so little left the next one does not.
      return free >= Math.max(minFreeBytes, NEXT_TO_NOTHING) + owed;
    },
    async close(): Promise<void> {
      await root.close();
      try {
        held.check();
      } finally {
        held.close();
      }
    },
  };
}

/** @throws when there is no such file, or it is empty: opened for writing it would become a new store */
export function openDataFile(file: string): DataFile {
  if (!existsSync(file)) throw new Error(`${file} does not exist`);
  const root: RootDatabase = open({ path: file, readOnly: true, cache: false, encoding: 'msgpack', maxDbs: TABLES.length + 4 });
  const tables = new Map<TableName, Table | undefined>();
  for (const name of TABLES) {
    // A file of an older version may lack a table.
    const options = { name, cache: false, encoding: 'msgpack', sharedStructuresKey: Symbol.for('structures') as never } as const;
    tables.set(name, root.openDB(options) as Table | undefined);
  }
  const reader = readerOf((name) => tables.get(name) as Table);
  return {
    get: (name, key) => (tables.get(name) ? reader.get(name, key) : undefined),
    range: (name, range) => (tables.get(name) ? reader.range(name, range) : []),
    copyTo: (target) => root.backup(target, true),
    close: () => root.close(),
  };
}

function readerOf(table: (name: TableName) => Table): Reader {
  return {
    get<V>(name: TableName, key: Key): V | undefined {
      const value = table(name).get(key as (string | number)[]);
      return (holdsLevels(name) ? levelsOf(key, value) : value) as V | undefined;
    },
    range<V>(name: TableName, range: Range): Iterable<Row<V>> {
      const rows = table(name).getRange(rangeOptions(range));
      if (holdsLevels(name)) return rows.map(({ key, value }) => ({ key, value: levelsOf(key, value) as V }));
      // A key of one element comes back bare.
      return rows.map(({ key, value }) => ({ key: Array.isArray(key) ? key : [key], value: value as V }));
    },
  };
}

/** How much the file may still grow by the limit that the process was given (`ulimit -f`); where nobody knows, without end. */
function allowanceLeft(file: string): number {
  try {
    const limit = /^Max file size\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return limit ? Number(limit[1]) - statSync(file).size : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** lmdb names the bounds in the direction of travel; ours stay lower and upper. The shared structures' symbol key is passed over. */
function rangeOptions({ start, end, reverse = false, limit }: Range) {
  const bound = limit === undefined ? {} : { limit };
  if (!reverse)
    return {
      start: (start ?? [Number.NEGATIVE_INFINITY]) as (string | number)[],
      ...(end && { end: end as (string | number)[] }),
      ...bound,
    };
  return {
    reverse: true,
    ...(end && { start: end as (string | number)[], exclusiveStart: true }),
    end: (start ?? [Number.NEGATIVE_INFINITY]) as (string | number)[],
    inclusiveEnd: true,
    ...bound,
  };
}

/**
 * Whether a rejection is that of a commit. The library rejects promises of its own beside the one it gave out; the one that was
 * given out is handled where it is awaited.
 */
export const isCommitFailure = (error: unknown): boolean => error instanceof Error && 'commitError' in error;

/** A failed commit carries a promise that rejects with the cause; left alone it would end the process. */
async function commitFailure(error: unknown, free: number): Promise<unknown> {
  const commitError = (error as { commitError?: Promise<unknown> } | null)?.commitError;
  const cause: unknown = await Promise.resolve(commitError).catch((reason: unknown) => reason);
  const code = (cause as { code?: unknown } | undefined)?.code;
  const errno = typeof code === 'number' ? Math.abs(code) : 0;
  if (FULL.has(errno) || (errno === EIO && free < NEXT_TO_NOTHING)) return new StoreFullError('The disk is full', { cause });
  if (errno === EROFS) return new StoreReadOnlyError('The file system is read-only', { cause });
  // Whoever judges the failure by its code finds none on what the library rejects with.
  return errno > 0 && error instanceof Error ? Object.assign(error, { code: errno }) : error;
}
