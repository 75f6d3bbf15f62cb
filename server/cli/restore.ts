import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { systemClock } from '../clock.ts';
import { lockDataDir } from '../data-dir-lock.ts';
import { missingAfter, prepareRestore, putInPlace, removeUnfinished } from '../safekeeping/restore.ts';
import { OK } from './exit-codes.ts';
import { dataDirOption } from './options.ts';

export function restoreCommand(): Command {
  return new Command('restore')
    .description('put a backup in the place of the books, with no daemon running; what was there is moved aside')
    .argument('<backup>', 'a backup, or its file')
    .addOption(dataDirOption())
    .option('--json', 'answer as JSON')
    .action(async (backup: string, { dataDir, json = false }: { dataDir: string; json?: boolean }) => {
      const unlock = await lockDataDir(dataDir);
      try {
        removeUnfinished(dataDir);
        process.stdout.write(await restore(backup, dataDir, json));
      } finally {
        await unlock();
      }
      process.exitCode = OK;
    });
}

/** @returns what was done and what is missing, in words or as JSON. @throws when the backup is not as it should be; then nothing was changed */
async function restore(backup: string, dataDir: string, json: boolean): Promise<string> {
  const epoch = randomBytes(12).toString('hex');
  const restored = await prepareRestore({ backup, dataDir, epoch, now: systemClock.now(), damage: null, check: 'verified' });
  putInPlace(dataDir, restored, epoch);
  if (json) return `${JSON.stringify({ epoch, missing: missingAfter(restored), kept: restored.kept })}\n`;
  const aside = restored.kept === null ? '' : `What was there before is ${restored.kept}.\n`;
  return `Restored. ${missingAfter(restored)} Send what came after that again: ids of events are known.\n${aside}`;
}
