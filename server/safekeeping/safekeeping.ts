/** Everything around the data file of a daemon: its lock, what is looked at before it is opened, and its backups. */
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { lockDataDir } from '../data-dir-lock.ts';
import type { Log } from '../log.ts';
import type { Teardown } from '../teardown.ts';
import { PARTIAL, removeAbandoned } from './backups.ts';
import { type BackupKeeper, createBackupKeeper } from './keeper.ts';
import { type LastCommit, openLastCommit } from './last-commit.ts';
import { prepareDataFile } from './opening.ts';
import { removeUnfinished } from './restore.ts';
import { createHelper } from './run-helper.ts';
import { readStarts } from './starts.ts';
import { createVerifier, type Verifier } from './verifier.ts';
import { VERIFYING } from './verify-copy.ts';

export interface Safekeeping {
  backups: BackupKeeper;
  verifier: Verifier;
  /** Remembers beside the data file what was acknowledged. */
  note(commit: LastCommit): void;
  /** The daemon ended in order. */
  ended(): void;
}

const backupDirectory = ({ dataDir, backup }: Pick<Config, 'dataDir' | 'backup'>): string => backup.directory ?? join(dataDir, 'backups');

/** @throws DataDirInUseError, DamagedStoreError, or an Error where the disk is full */
export async function openSafekeeping(
  config: Config,
  { clock, log, randomId }: { clock: Clock; log: Log; randomId: () => string },
  teardown: Teardown,
): Promise<Safekeeping> {
  const { dataDir, store, backup } = config;
  const directory = backupDirectory(config);
  teardown.add('data directory lock', 1_000, await lockDataDir(dataDir));
  removeUnfinished(dataDir);
  await removeAbandoned(dataDir, VERIFYING, clock.now());
  await removeAbandoned(directory, PARTIAL, clock.now());
  const stop = new AbortController();
  const helper = createHelper(stop.signal);
  const starts = readStarts(dataDir, clock.now());
  if (starts.suspicious) log.warn('several starts came to no orderly end: the data file is read whole first');
  await prepareDataFile({
    dataDir,
    backups: directory,
    onDamage: store.onDamage,
    whole: starts.suspicious,
    randomId,
    now: clock.now(),
    helper,
    log,
  });
  starts.begin();
  const { everySeconds, keep } = backup;
  const backups = await createBackupKeeper({
    dataDir,
    directory,
    everySeconds,
    keep,
    minFreeBytes: store.minFreeBytes,
    clock,
    helper,
    log,
  });
  const lastCommit = openLastCommit(dataDir);
  teardown.add('backups', 1_000, () => {
    backups.close();
    stop.abort();
    lastCommit.close();
  });
  const verifier = createVerifier({ dataDir, minFreeBytes: store.minFreeBytes, clock, helper, log });
  return { backups, verifier, note: lastCommit.note, ended: starts.end };
}
