/** Everything derived again from a packed copy of what is committed: a long read of the live file would keep its old pages. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_FILE, openDataFile } from '../store/lmdb.ts';
import { freeBytes } from '../store/room.ts';
import type { Findings } from '../verify/findings.ts';
import { verifyStore } from '../verify/verify.ts';
import { unfinished } from './backups.ts';
import { HEADROOM } from './make-backup.ts';

/** A copy that is looked at. */
export const VERIFYING = '.verify-';

/** @param leaveFree bytes of disk that have to be free beside the copy */
export async function verifyCopy(dataDir: string, leaveFree: number, onProgress: (entries: number) => void): Promise<Findings> {
  const file = join(dataDir, DATA_FILE);
  const free = freeBytes(dataDir);
  const needed = statSync(file).size + leaveFree + (leaveFree > 0 ? HEADROOM : 0);
  if (free < needed) throw new Error(`${dataDir} has ${free} bytes free; a copy to look at needs ${needed}`);
  const directory = mkdtempSync(join(dataDir, unfinished(VERIFYING, '')));
  try {
    const copy = join(directory, DATA_FILE);
    const source = openDataFile(file);
    await source.copyTo(copy).finally(() => source.close());
    const store = openDataFile(copy);
    try {
      return verifyStore(store, onProgress);
    } finally {
      await store.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
