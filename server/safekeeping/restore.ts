/** Books from a backup: copied, checked, and given a new epoch beside the books that are there; then put in their place. New books too. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Restore } from '../../shared/backups.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../../shared/time.ts';
import { beginBooks } from '../store/begin-books.ts';
import { markInitialised } from '../store/data-file.ts';
import { DATA_FILE, openDataFile, openLmdbStore } from '../store/lmdb.ts';
import { readWhole } from '../store/soundness.ts';
import { verifyStore } from '../verify/verify.ts';
import { sync, timeInName } from './backups.ts';
import { readLastCommit } from './last-commit.ts';

/**
 * Below the data directory, while a backup is being restored. Each restore has a directory of its own: the process that makes books ready may
 * outlive the daemon that wanted them.
 */
const RESTORING = '.restoring';
const freshIn = (dataDir: string, epoch: string): string => join(dataDir, `${RESTORING}-${epoch}`);
/** Restores that are remembered in the books. */
const REMEMBERED = 20;

export interface RestoreTask {
  /** A backup's directory, or its data file. */
  backup: string;
  dataDir: string;
  /** The new epoch. */
  epoch: string;
  now: Instant;
  /** What was wrong with the file that is there; null: it is replaced because somebody wants so. */
  damage: string | null;
  /** Derive everything again, or read every row only. */
  check: 'read' | 'verified';
}

/**
 * Makes books without anything in them ready below the data directory. Whoever is killed or loses power before they are in their place
 * leaves a directory without books, never one with half of a store that the next start would have to take for a damaged one.
 */
export async function prepareNew(dataDir: string, epoch: string, now: Instant): Promise<void> {
  const store = openLmdbStore(freshIn(dataDir, epoch));
  await beginBooks(store, epoch, now);
  await store.close();
  sync(join(freshIn(dataDir, epoch), DATA_FILE));
}

/**
 * Makes the new books ready below the data directory; what is there stays as it is. Ends the process where the backup is damaged.
 * @throws when the backup is not as it should be
 */
export async function prepareRestore({ backup, dataDir, epoch, now, damage, check }: RestoreTask): Promise<Restore> {
  const from = statSync(backup).isDirectory() ? join(backup, DATA_FILE) : backup;
  const fresh = freshIn(dataDir, epoch);
  mkdirSync(fresh, { recursive: true });
  const source = openDataFile(from);
  try {
    const stand = readWhole(source);
    if (check === 'verified') {
      const { count } = verifyStore(source);
      if (count > 0) throw new Error(`the backup has ${count} differences, nothing was changed`);
    }
    await source.copyTo(join(fresh, DATA_FILE));
    const last = readLastCommit(dataDir);
    const replaced = existsSync(join(dataDir, DATA_FILE));
    const restore: Restore = {
      at: formatInstant(now),
      damage,
      kept: replaced ? `${DATA_FILE}.${damage === null ? 'before' : 'damaged'}-${timeInName(now)}` : null,
      backup: from,
      seq: stand.seq,
      until: formatInstantOrNull(stand.lastCommitAt),
      lastSeq: last?.seq ?? null,
      lastAt: formatInstantOrNull(last?.at ?? null),
    };
    const store = openLmdbStore(fresh);
    const earlier = store.get<Restore[]>('meta', ['restores']) ?? [];
    await store.commit([
      { table: 'meta', key: ['epoch'], value: epoch },
      { table: 'meta', key: ['restores'], value: [...earlier, restore].slice(-REMEMBERED) },
    ]);
    await store.close();
    return restore;
  } finally {
    await source.close();
  }
}

/** Moves what was there aside, never away, and the new books into its place. @param epoch of the new books */
export function putInPlace(dataDir: string, { kept }: Restore, epoch: string): void {
  // This comes before anything moves: a disk that fails here leaves all as it was.
  sync(join(freshIn(dataDir, epoch), DATA_FILE));
  // So does the marker: whoever is killed in between leaves a directory without books, and it must not be taken for a new one.
  markInitialised(dataDir);
  sync(dataDir);
  if (kept !== null) renameSync(join(dataDir, DATA_FILE), join(dataDir, kept));
  moveIn(dataDir, epoch);
}

/** @param epoch of the books that were made ready and are on the disk, where there are none */
export function moveIn(dataDir: string, epoch: string): void {
  const file = join(dataDir, DATA_FILE);
  const fresh = freshIn(dataDir, epoch);
  // The lock belongs to whichever file is there.
  rmSync(`${file}-lock`, { force: true });
  renameSync(join(fresh, DATA_FILE), file);
  sync(dataDir);
  rmSync(fresh, { recursive: true, force: true });
}

/** Books that were made ready and never came to their place; only whoever holds the lock may ask for it. */
export function removeUnfinished(dataDir: string): void {
  for (const name of readdirSync(dataDir).filter((each) => each.startsWith(RESTORING)))
    rmSync(join(dataDir, name), { recursive: true, force: true });
}

/** What is missing, in a sentence. */
export function missingAfter({ seq, until, lastSeq, lastAt }: Restore): string {
  const books = `The books go up to number ${seq}${until === null ? '' : `, committed ${until}`}.`;
  if (lastSeq === null || lastAt === null || lastSeq <= seq) return `${books} Everything recorded after that is missing.`;
  return `${books} Missing are at least the numbers ${seq + 1} to ${lastSeq}, up to ${lastAt}.`;
}
