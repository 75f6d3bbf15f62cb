/** What lies in the directory of backups: one directory each, named by its instant, with the data file and what is known of it. */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Backup } from '../../shared/backups.ts';
import { type Instant, parseInstant } from '../../shared/time.ts';
import { DATA_FILE } from '../store/lmdb.ts';

/** Beside the data file of a backup: its description. */
export const DESCRIPTION = 'backup.json';
/** A copy that has not been checked has no name yet. */
export const PARTIAL = '.partial-';
const NAME = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3}Z)$/;
/** A copy that another process is making is left alone for so long, in milliseconds. */
const ABANDONED_MS = 86_400_000;

export const timeInName = (at: Instant): string => new Date(at).toISOString().replaceAll(/[:.]/g, '-');

/** Newest first. One without a description was made by an older version. */
export function listBackups(directory: string): Backup[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => NAME.test(name) && existsSync(join(directory, name, DATA_FILE)))
    .sort((a, b) => (a < b ? 1 : -1))
    .map((name) => describeBackup(directory, name));
}

function describeBackup(directory: string, name: string): Backup {
  const size = statSync(join(directory, name, DATA_FILE)).size;
  const at = name.replace(NAME, '$1:$2:$3.$4');
  try {
    return { ...(JSON.parse(readFileSync(join(directory, name, DESCRIPTION), 'utf8')) as Backup), name, size };
  } catch {
    return { name, at, size, seq: null, epoch: null, until: null, checked: null };
  }
}

export const backupInstant = ({ at }: Backup): Instant => parseInstant(at) ?? 0;

/** Newest first, those that a clock gone wrong has named in the future last: they are no newer than what is made now. */
export function listByAge(directory: string, now: Instant): Backup[] {
  const all = listBackups(directory);
  const isFuture = (backup: Backup) => backupInstant(backup) > now;
  return [...all.filter((backup) => !isFuture(backup)), ...all.filter(isFuture)];
}

/** Removes what is beyond the newest so many, and copies that were never finished. @returns the names */
export function pruneBackups(directory: string, keep: number, now: Instant): string[] {
  const old = listByAge(directory, now).slice(keep);
  const unfinished = readdirSync(directory)
    .filter((name) => name.startsWith(PARTIAL))
    .filter((name) => now - statSync(join(directory, name)).mtimeMs > ABANDONED_MS);
  const names = [...old.map(({ name }) => name), ...unfinished];
  for (const name of names) rmSync(join(directory, name), { recursive: true, force: true });
  return names;
}

/** Makes what was written to a file, or the names in a directory, outlive a power cut. */
export function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
