/** What can be told of a data file without opening it: a damaged one may end the process that does. */
import { closeSync, existsSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_FILE } from './lmdb.ts';

/** Lies beside a data file that holds books: without the file there was a loss, not a new installation. */
const MARKER = 'initialised';
/** LMDB begins with two pages that name the state of the file; the newer one counts. Offsets in bytes. */
const MAGIC = 0xbeefc0de;
const [MAGIC_AT, PAGE_SIZE_AT, LAST_PAGE_AT, TRANSACTION_AT, HEAD_BYTES] = [24, 48, 144, 152, 160];

/** `new`: there are no books yet. `short`: less than it should hold, which may be an unused end. */
export type DataFileState = { state: 'new' | 'whole' | 'short' } | { state: 'damaged'; damage: string };

export const markInitialised = (dataDir: string): void => {
  const marker = join(dataDir, MARKER);
  if (!existsSync(marker))
    writeFileSync(marker, 'This directory holds the books of Highwater. Do not remove this file.\n', { flush: true } as object);
};

export function lookAtDataFile(dataDir: string): DataFileState {
  const file = join(dataDir, DATA_FILE);
  const marked = existsSync(join(dataDir, MARKER));
  const size = existsSync(file) ? statSync(file).size : null;
  if (size === null) return marked ? { state: 'damaged', damage: 'is missing' } : { state: 'new' };
  if (size === 0) return marked ? { state: 'damaged', damage: 'is empty' } : { state: 'new' };
  const heads = readHeads(file);
  const [newest] = heads.sort((a, b) => Number(b.transaction - a.transaction));
  if (!newest) return { state: 'damaged', damage: 'does not begin like a data file' };
  return { state: size < (newest.lastPage + 1) * newest.pageSize ? 'short' : 'whole' };
}

/** Those of the two that are readable: the page size is only known from the first, or is the usual one. */
function readHeads(file: string): { pageSize: number; lastPage: number; transaction: bigint }[] {
  const descriptor = openSync(file, 'r');
  try {
    const read = (at: number) => {
      const head = Buffer.alloc(HEAD_BYTES);
      const whole = readSync(descriptor, head, 0, HEAD_BYTES, at) === HEAD_BYTES && head.readUInt32LE(MAGIC_AT) === MAGIC;
      if (!whole) return null;
      const lastPage = Number(head.readBigUInt64LE(LAST_PAGE_AT));
      return { pageSize: head.readUInt32LE(PAGE_SIZE_AT), lastPage, transaction: head.readBigUInt64LE(TRANSACTION_AT) };
    };
    const first = read(0);
    return [first, read(first?.pageSize ?? 4096)].filter((head) => head !== null);
  } finally {
    closeSync(descriptor);
  }
}
