import type { Backup, Restore } from '../../shared/backups.ts';
import type { Stand } from '../store/soundness.ts';
import type { Findings } from '../verify/findings.ts';
import type { BackupTask } from './make-backup.ts';
import type { RestoreTask } from './restore.ts';

export type Task =
  | { do: 'create'; dataDir: string }
  | { do: 'look'; dataDir: string; whole: boolean }
  | ({ do: 'backup' } & BackupTask)
  | { do: 'verify'; dataDir: string; leaveFree: number }
  | ({ do: 'restore' } & RestoreTask);

/** What each task answers with. */
export interface Results {
  create: undefined;
  look: Stand;
  backup: Backup;
  verify: Findings;
  restore: Restore;
}

/** `full`: the disk had no room. */
export type Answer = { ok: true; value?: unknown } | { ok: false; message: string; full: boolean };

/** Runs a task in another process. `onProgress` hears how far it is, where the task tells. */
export type Helper = <T extends Task>(task: T, onProgress?: (done: number) => void) => Promise<Results[T['do']]>;

/** The process did not end by itself: what it opened is damaged, or the disk was full. */
export class HelperDiedError extends Error {}

/** The task failed and said why. */
export class HelperFailedError extends Error {
  readonly full: boolean;
  constructor(message: string, full: boolean) {
    super(message);
    this.full = full;
  }
}
