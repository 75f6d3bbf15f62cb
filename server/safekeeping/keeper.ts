/** Makes backups as often as is configured, or when asked, one at a time, each in a process of its own. */
import type { Backup, BackupsView } from '../../shared/backups.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { backupInstant, listBackups, listByAge, pruneBackups } from './backups.ts';
import type { Helper } from './helper-tasks.ts';

/** How often it looks whether one is due; how long it waits after a start, and after a failure. In milliseconds. */
const [LOOK_MS, FIRST_MS, AGAIN_MS] = [10_000, 300_000, 300_000];
/** After so many times the usual distance, something is wrong. */
const LATE = 3;
/** So many stay on a disk that is too small for more. */
const STAY = 2;

export interface KeeperOptions {
  dataDir: string;
  directory: string;
  /** 0: only when asked. */
  everySeconds: number;
  keep: number;
  minFreeBytes: number;
  clock: Clock;
  helper: Helper;
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
}

export interface BackupKeeper {
  /** Begins after the call, so that everything acknowledged before it is in it. @throws when it failed, with the reason */
  make(): Promise<Backup>;
  list(): Promise<Backup[]>;
  view(): Omit<BackupsView, 'items'>;
  counts(): { lastSuccessAt: Instant | null; failures: number };
  /** Sentences for whoever watches over the daemon. */
  notes(): string[];
  close(): void;
}

/** Backups that cannot be read keep no daemon from its work: a note says so. */
export async function createBackupKeeper(options: KeeperOptions): Promise<BackupKeeper> {
  const { clock, directory, everySeconds, keep, log } = options;
  const every = everySeconds * 1000;
  const startedAt = clock.now();
  let failures = 0;
  let lastFailure: { at: Instant; reason: string } | null = null;
  let running: Promise<Backup> | null = null;
  let next: Promise<Backup> | null = null;
  let newest: Backup | null = null;
  try {
    const [before] = await listByAge(directory, startedAt);
    if (before && backupInstant(before) <= startedAt) newest = before;
  } catch (error) {
    lastFailure = { at: startedAt, reason: (error as Error).message };
    log.error({ err: error }, 'the backups cannot be read');
  }

  const lastSuccessAt = (): Instant | null => newest && backupInstant(newest);
  const nextAt = (): Instant | null => {
    if (every === 0) return null;
    const due = Math.max((lastSuccessAt() ?? startedAt) + every, startedAt + Math.min(every, FIRST_MS));
    return lastFailure ? Math.max(due, lastFailure.at + AGAIN_MS) : due;
  };

  const makeOne = async (): Promise<Backup> => {
    const now = clock.now();
    try {
      const { dataDir, minFreeBytes: leaveFree } = options;
      const backup = await options.helper({
        do: 'backup',
        dataDir,
        to: directory,
        now,
        leaveFree,
        check: 'read',
        stay: Math.min(keep, STAY),
      });
      newest = backup;
      lastFailure = null;
      const removed = await pruneBackups(directory, keep, now);
      log.info({ backup, removed }, 'backed up');
      return backup;
    } catch (error) {
      failures++;
      lastFailure = { at: now, reason: (error as Error).message };
      log.error({ err: error }, 'the backup failed');
      throw error;
    }
  };

  const begin = (): Promise<Backup> => {
    const made = makeOne();
    running = made;
    const over = () => {
      running = null;
    };
    made.then(over, over);
    return made;
  };

  const make = (): Promise<Backup> => {
    if (!running) return begin();
    // What is under way may have begun before what the caller wants in it; whoever waits shares the next one.
    next ??= running
      .catch(() => {})
      .then(() => {
        next = null;
        return begin();
      });
    return next;
  };

  const stop = clock.every(LOOK_MS, () => {
    const due = nextAt();
    if (running || due === null || clock.now() < due) return;
    make().catch(() => {});
  });

  return {
    make,
    list: () => listBackups(directory),
    view: () => ({
      everySeconds: every === 0 ? null : everySeconds,
      keep,
      running: running !== null,
      lastSuccessAt: formatInstantOrNull(lastSuccessAt()),
      lastFailure: lastFailure && { at: formatInstant(lastFailure.at), reason: lastFailure.reason },
      nextAt: formatInstantOrNull(nextAt()),
    }),
    counts: () => ({ lastSuccessAt: lastSuccessAt(), failures }),
    notes() {
      if (every === 0) return [];
      const last = lastSuccessAt();
      const old = clock.now() - Math.max(last ?? startedAt, 0) > LATE * every;
      const reason = lastFailure ? `: ${lastFailure.reason}` : '';
      if (!old && !lastFailure) return [];
      const what = last === null ? 'There is no backup yet' : `The last good backup is of ${formatInstant(last)}`;
      return [`${what}; ${lastFailure ? 'the newest attempt failed' : 'it is overdue'}${reason}`];
    },
    close: stop,
  };
}
