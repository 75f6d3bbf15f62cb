/**
 * Guards the line's commits: whether anything can be recorded, what is said while nothing can, and since when nobody could be heard.
 * The line asks it before it takes anything, and commits through it.
 */
import type { Instant } from '../shared/time.ts';
import type { Books } from './books/batch.ts';
import { endDowntime } from './books/downtimes.ts';
import type { Clock } from './clock.ts';
import type { Downtime } from './licensing/sessions.ts';
import { type Health, NotRecordingError } from './pipeline-types.ts';
import { createSleepWatch } from './sleep-watch.ts';
import { type Store, StoreReadOnlyError, StoreShutError, type Write } from './store/store.ts';

/** After so long without a commit one is made, so that a later start knows when the daemon was last there. */
const ALIVE_EVERY_MS = 10_000;
/** How often a disk that is full or read-only is tried again, and one with room looked at. */
const RETRY_FULL_MS = 2_000;
/** A commit that takes longer is told. In milliseconds. */
const HANGS_MS = 10_000;
/** After so long it is given up with the process. */
export const DEAD_MS = 60_000;
const HANGS = 'The store does not answer: nothing is recorded until it does';
const FULL = 'The disk is full: nothing is recorded until there is room';
const READ_ONLY =
  'The file system of the data directory is read-only: nothing is recorded until it can be written. Look at the system log and the disk';
const FAILED = 'The store failed: the daemon stops';

export interface RecordingParts {
  store: Store;
  clock: Clock;
  log: { error(fields: object, message: string): void };
  /** The store failed in a way that only a new process can mend. */
  onFatal: (error: unknown) => void;
}

/** What a look at the disk has found: nothing is in the way; there is no room; or it was full a moment ago, and it is too early to look again. */
export type Look = 'open' | 'full' | 'wait';

export interface Recording {
  health(): Health;
  isReady(): boolean;
  /** While nothing can be recorded nobody has to wait to hear so; `probe` finds out whether it still is like that. */
  refusal(probe: boolean): NotRecordingError | null;
  /** Ends the silence before this start. On a disk that is full or read-only what there is can be read all the same: it is written down once there is room. */
  begin(books: Books): Promise<void>;
  look(now: Instant): Look;
  /** Whether a commit is wanted, though there may be nothing to write: to find out whether one can be made, or that the daemon was there. */
  isDue(now: Instant): boolean;
  /** Stretches that are not written down yet in which nobody was heard: whoever had to be gets another chance, as after a downtime. */
  unheard(now: Instant): Downtime[];
  /** The writes of a batch of that instant, with what was `unheard` then. Resolves when they are on disk; whoever comes meanwhile hears if that takes long. */
  commit(writes: readonly Write[], now: Instant): Promise<void>;
  /**
   * After a batch that found no room, or a file system that is read-only: why nothing can be written still, found out by writing what is there already, so that nothing is decided,
   * and with it everything in memory thrown away and loaded again, only to hear the same.
   */
  stillRefused(): Promise<unknown>;
  /** The last write found the store shut. */
  wasRefused(): boolean;
  /** A batch failed. Returns whether the store is only shut for now: everything else ends the process. */
  failed(error: unknown): boolean;
  /** A store that cannot even be read is not mended by asking it again. */
  unreadable(error: unknown): void;
  stop(): void;
}

export function createRecording({ store, clock, log, onFatal }: RecordingParts): Recording {
  const watch = createSleepWatch(clock);
  let health: Health = { state: 'ready' };
  let lastCommitAt = clock.now();
  let lookedAt = 0;
  /** Since then nothing could be recorded. */
  let deafSince: Instant | null = null;
  /** The last write found the store shut. */
  let refused = false;
  /** The last write took so long that it was told. */
  let hung = false;

  const degrade = (reason: string): void => {
    health = { state: 'degraded', reasons: [reason] };
    lookedAt = clock.now();
    deafSince ??= lastCommitAt;
  };

  /** In the end a new process has to find out what is on a disk that does not answer. */
  const commitInTime = async (writes: readonly Write[]): Promise<void> => {
    hung = false;
    const hangs = clock.after(HANGS_MS, () => {
      hung = true;
      if (health.state === 'ready') degrade(HANGS);
    });
    const dead = clock.after(DEAD_MS, () => onFatal(new Error('The store has not answered for a minute')));
    try {
      await store.commit(writes);
    } finally {
      hangs();
      dead();
    }
  };

  const failed = (error: unknown): boolean => {
    refused = error instanceof StoreShutError;
    degrade(reasonOf(error));
    if (!refused) onFatal(error);
    log.error({ err: error }, 'commit failed');
    return refused;
  };

  return {
    health: () => health,
    isReady: () => health.state === 'ready',
    refusal(probe) {
      if (health.state === 'ready' || (probe && health.state === 'degraded')) return null;
      return new NotRecordingError(health.reasons.join('; '));
    },
    async begin(books) {
      try {
        await endDowntime(store, books, lastCommitAt);
      } catch (error) {
        if (!(error instanceof StoreShutError)) throw error;
        deafSince = store.get<Instant>('meta', ['lastCommitAt']) ?? lastCommitAt;
        degrade(reasonOf(error));
        log.error({ err: error }, 'commit failed');
      }
    },
    look(now) {
      if (now - lookedAt < RETRY_FULL_MS && now >= lookedAt) return health.state === 'degraded' ? 'wait' : 'open';
      lookedAt = now;
      if (store.hasRoom()) return 'open';
      degrade(FULL);
      return 'full';
    },
    isDue: (now) => health.state !== 'ready' || deafSince !== null || now - lastCommitAt >= ALIVE_EVERY_MS || watch.slept() !== null,
    unheard(now) {
      const slept = watch.slept();
      return [...(slept === null ? [] : [slept]), ...(deafSince === null ? [] : [{ from: deafSince, until: now }])];
    },
    async commit(writes, now) {
      const wasDeaf = deafSince !== null;
      await commitInTime(writes);
      lastCommitAt = now;
      watch.looked();
      // On a full disk what is kept no longer goes all the same, and makes no room of the disk's.
      if (health.state === 'degraded' && store.hasRoom()) health = { state: 'ready' };
      // Up to its instant the batch had heard everybody, and what it let end has ended; while it hung, nobody was heard.
      if (hung) deafSince = now;
      else if (health.state === 'ready' && wasDeaf) deafSince = null;
    },
    wasRefused: () => refused,
    async stillRefused() {
      try {
        await commitInTime([{ table: 'meta', key: ['epoch'], value: store.get('meta', ['epoch']) }]);
        refused = false;
        return null;
      } catch (error) {
        failed(error);
        return error;
      }
    },
    failed,
    unreadable(error) {
      degrade(FAILED);
      log.error({ err: error }, 'the store cannot be read');
      onFatal(error);
    },
    stop() {
      health = { state: 'stopping', reasons: ['The daemon is stopping'] };
    },
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof StoreReadOnlyError) return READ_ONLY;
  return error instanceof StoreShutError ? FULL : FAILED;
}
