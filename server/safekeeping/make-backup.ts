/** One backup, made in the process that calls: a packed copy of what is committed, checked, and only then named. */
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Backup } from '../../shared/backups.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../../shared/time.ts';
import { DATA_FILE, openDataFile } from '../store/lmdb.ts';
import { freeBytes } from '../store/room.ts';
import { readWhole, standOf } from '../store/soundness.ts';
import { verifyStore } from '../verify/verify.ts';
import { DESCRIPTION, listByAge, PARTIAL, removeAbandoned, removeBackup, sync, timeInName, unfinished } from './backups.ts';

/** What the books may grow by while they are copied, in bytes: room that is just enough would be too little at the end. */
export const HEADROOM = 67_108_864;

export interface BackupTask {
  dataDir: string;
  /** The directory of backups. */
  to: string;
  now: Instant;
  /** Bytes of disk that have to be free afterwards. */
  leaveFree: number;
  check: 'read' | 'verified';
  /** Where there is no room for one more, the oldest go first, but for the newest so many. Absent: all stay. */
  stay?: number;
}

/** @throws when it cannot be made, or is not as it should be: then nothing is left of it */
export async function makeBackup({ dataDir, to, now, leaveFree, check, stay }: BackupTask): Promise<Backup> {
  const source = join(dataDir, DATA_FILE);
  const name = timeInName(now);
  const partial = join(to, unfinished(PARTIAL, name));
  mkdirSync(to, { recursive: true });
  await removeAbandoned(to, PARTIAL, now);
  const needed = statSync(source).size + leaveFree + (leaveFree > 0 ? HEADROOM : 0);
  if (stay !== undefined) await makeRoom(to, needed, stay, now);
  requireRoom(to, needed);
  mkdirSync(partial);
  try {
    const file = join(partial, DATA_FILE);
    const books = openDataFile(source);
    await books.copyTo(file).finally(() => books.close());
    const stand = await checkCopy(file, check);
    const backup: Backup = {
      name,
      at: formatInstant(now),
      size: statSync(file).size,
      seq: stand.seq,
      epoch: stand.epoch,
      until: formatInstantOrNull(stand.lastCommitAt),
      checked: check,
    };
    writeFileSync(join(partial, DESCRIPTION), `${JSON.stringify(backup)}\n`);
    rmSync(`${file}-lock`, { force: true });
    for (const path of [file, join(partial, DESCRIPTION), partial]) sync(path);
    renameSync(partial, join(to, name));
    sync(to);
    return backup;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

/** A backup of this hour is worth more than one of yesterday; but nothing goes where that would not do. */
async function makeRoom(directory: string, bytes: number, stay: number, now: Instant): Promise<void> {
  let free = freeBytes(directory);
  const going: string[] = [];
  for (const { name, size } of (await listByAge(directory, now)).slice(stay).reverse()) {
    if (free >= bytes) break;
    going.push(name);
    free += size;
  }
  if (free < bytes) return;
  for (const name of going) await removeBackup(directory, name);
}

function requireRoom(directory: string, bytes: number): void {
  const free = freeBytes(directory);
  if (free < bytes) throw new Error(`${directory} has ${free} bytes free; a backup that leaves enough for the books needs ${bytes}`);
}

async function checkCopy(file: string, check: BackupTask['check']) {
  const copy = openDataFile(file);
  try {
    if (check === 'read') return readWhole(copy);
    const { count } = verifyStore(copy);
    if (count > 0) throw new Error(`the copy has ${count} differences: run highwater verify`);
    return standOf(copy);
  } finally {
    await copy.close();
  }
}
