/** Looks at the data file before it is opened: one that is damaged is refused with what to do, never opened as an empty store. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { lookAtDataFile } from './store/data-file.ts';
import { DATA_FILE } from './store/lmdb.ts';

/** The books cannot be opened. Starting again changes nothing: somebody has to decide. */
export class DamagedStoreError extends Error {
  constructor(dataDir: string, damage: string) {
    super(
      `${join(dataDir, DATA_FILE)} ${damage}. Nothing was changed. Keep a copy of the directory, then put the newest good backup in its place: ` +
        `highwater restore BACKUP --data-dir ${dataDir}. To begin anew without any history, move the whole directory away.`,
    );
  }
}

/** @throws DamagedStoreError */
export function refuseDamagedStore(dataDir: string): void {
  const look = lookAtDataFile(dataDir);
  if (look.state === 'damaged') throw new DamagedStoreError(dataDir, look.damage);
  if (look.state === 'short' && !canBeRead(dataDir)) throw new DamagedStoreError(dataDir, 'is cut off');
}

/** In a process of its own: a page that is not there ends it. Whether what is read is right is another question. */
function canBeRead(dataDir: string): boolean {
  const main = process.argv[1] ?? '';
  const { stdout } = spawnSync(process.execPath, [main, 'verify', '--data-dir', dataDir, '--json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  try {
    JSON.parse(stdout);
    return true;
  } catch {
    return false;
  }
}
