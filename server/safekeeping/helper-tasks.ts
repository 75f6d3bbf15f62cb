import type { Backup, Restore } from '../../shared/backups.ts';
import type { Instant } from '../../shared/time.ts';
import type { Fault } from '../store/faults.ts';
import type { Stand } from '../store/soundness.ts';
import type { Findings } from '../verify/findings.ts';
import type { BackupTask } from './make-backup.ts';
import type { RestoreTask } from './restore.ts';

export type Task =
  | { do: 'create'; dataDir: string; epoch: string; now: Instant }
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

export type Answer = { ok: true; value?: unknown } | { ok: false; message: string; fault: Fault };

/** Runs a task in another process. `onProgress` hears how far it is, where the task tells. */
export type Helper = <T extends Task>(task: T, onProgress?: (done: number) => void) => Promise<Results[T['do']]>;

/** The process ended without an answer. */
export class HelperDiedError extends Error {
  /** It crashed, as a damaged file makes it; else it was ended from outside, could not run, or had no memory. */
  readonly crashed: boolean;
  constructor(message: string, crashed: boolean) {
    super(message);
    this.crashed = crashed;
  }
}

/** The task failed and said why. */
export class HelperFailedError extends Error {
  readonly fault: Fault;
  constructor(message: string, fault: Fault) {
    super(message);
    this.fault = fault;
  }
}
