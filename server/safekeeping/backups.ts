/** What lies in the directory of backups: one directory each, named by its instant, with the data file and what is known of it. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backup } from '../../shared/backups.ts';
import { type Instant, parseInstant } from '../../shared/time.ts';
import { DATA_FILE } from '../store/lmdb.ts';

/** Beside the data file of a backup: its description. */
export const DESCRIPTION = 'backup.json';
/** A copy that has not been checked has no name yet. */
export const PARTIAL = '.partial-';
const NAME = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3}Z)$/;
/** What a process of another machine or container is making is left alone for so long, in milliseconds. */
const ABANDONED_MS = 86_400_000;

export const timeInName = (at: Instant): string => new Date(at).toISOString().replaceAll(/[:.]/g, '-');

/** Newest first. One without a description was made by an older version. @throws where the directory cannot be read */
export async function listBackups(directory: string): Promise<Backup[]> {
  const backups: Backup[] = [];
  for (const name of (await namesIn(directory)).filter((each) => NAME.test(each)).sort((a, b) => (a < b ? 1 : -1))) {
    const backup = await describeBackup(directory, name);
    if (backup) backups.push(backup);
  }
  return backups;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Null for one that holds no data file, or is just being removed. */
async function describeBackup(directory: string, name: string): Promise<Backup | null> {
  const size = await stat(join(directory, name, DATA_FILE)).then(
    (found) => found.size,
    () => null,
  );
  if (size === null) return null;
  const at = name.replace(NAME, '$1:$2:$3.$4');
  try {
    return { ...(JSON.parse(await readFile(join(directory, name, DESCRIPTION), 'utf8')) as Backup), name, size };
  } catch {
    return { name, at, size, seq: null, epoch: null, until: null, checked: null };
  }
}

export const backupInstant = ({ at }: Backup): Instant => parseInstant(at) ?? 0;

/** Newest first, those that a clock gone wrong has named in the future last: they are no newer than what is made now. */
export async function listByAge(directory: string, now: Instant): Promise<Backup[]> {
  const all = await listBackups(directory);
  const isFuture = (backup: Backup) => backupInstant(backup) > now;
  return [...all.filter((backup) => !isFuture(backup)), ...all.filter(isFuture)];
}

/** Removes what is beyond the newest so many. @returns the names */
export async function pruneBackups(directory: string, keep: number, now: Instant): Promise<string[]> {
  const names = (await listByAge(directory, now)).slice(keep).map(({ name }) => name);
  for (const name of names) await removeBackup(directory, name);
  return names;
}

export const removeBackup = (directory: string, name: string): Promise<void> => rm(join(directory, name), { recursive: true, force: true });

/** A name for what is made by this process and is not finished. */
export const unfinished = (prefix: string, rest: string): string => `${prefix}${process.pid}-${rest}`;

/** Removes what processes left behind that were ended while they made it. Best effort. */
export async function removeAbandoned(directory: string, prefix: string, now: Instant): Promise<void> {
  const names = await namesIn(directory).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const path = join(directory, name);
    const madeBy = Number(/^(\d+)-/.exec(name.slice(prefix.length))?.[1]);
    const isOld = await stat(path).then(
      ({ mtimeMs }) => now - mtimeMs > ABANDONED_MS,
      () => false,
    );
    if (isOld || (isGone(madeBy) && madeBy !== process.pid)) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** Where nobody knows who it was, age decides. */
function isGone(pid: number): boolean {
  if (!Number.isSafeInteger(pid)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Makes what was written to a file, or the names in a directory, outlive a power cut. */
export function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
