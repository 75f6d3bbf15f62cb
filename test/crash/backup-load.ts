/** Backups that are asked for under load; the daemon may be gone before the answer. */
import { join } from 'node:path';
import type { Backup, BackupsView } from '../../shared/backups.ts';
import { runCli } from '../support/cli.ts';
import type { Daemon } from '../support/daemon.ts';

/** Of a hundred rounds, on a machine that does other work too. */
const VERIFIED_WITHIN_MS = 600_000;

export interface BackupLoad {
  readonly made: number;
  /** Asks for one. @param acknowledged the highest number that must be in it. @throws when it is answered and is not as it should be */
  ask(daemon: Daemon, acknowledged: number): Promise<void>;
  /** The newest one that was answered is there and holds books that are as they should be. */
  check(daemon: Daemon): Promise<void>;
}

export function createBackupLoad(): BackupLoad {
  let made = 0;
  let newest: Backup | null = null;
  return {
    get made() {
      return made;
    },
    async ask(daemon, acknowledged) {
      const answer = await daemon.post<Backup>('/api/v1/backups', undefined).catch(() => null);
      if (answer === null) return;
      if (answer.status !== 201) throw new Error(`a backup was answered ${answer.status} ${JSON.stringify(answer.body)}`);
      if ((answer.body.seq ?? 0) < acknowledged)
        throw new Error(`backup ${answer.body.name} goes to ${answer.body.seq}, not ${acknowledged}`);
      made++;
      newest = answer.body;
    },
    async check(daemon) {
      if (newest === null) return;
      const { name } = newest;
      const { items } = (await daemon.get<BackupsView>('/api/v1/backups')).body;
      if (!items.some((item) => item.name === name)) throw new Error(`backup ${name} was answered and is not listed`);
      await verify(join(daemon.dataDir, 'backups', name));
    },
  };
}

/** Everything kept beside the entries, derived from them again; a daemon there runs on. @throws with what is found */
export async function verify(dataDir: string): Promise<void> {
  const cli = runCli(['verify', '--data-dir', dataDir]);
  const { code } = await cli.ended(VERIFIED_WITHIN_MS);
  if (code !== 0) throw new Error(`highwater verify ended with ${code}\n${[...cli.stdout, ...cli.stderr].slice(0, 10).join('\n')}`);
}
