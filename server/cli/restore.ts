import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { formatInstant } from '../../shared/time.ts';
import { systemClock } from '../clock.ts';
import { lockDataDir } from '../data-dir-lock.ts';
import { markInitialised } from '../store/data-file.ts';
import { DATA_FILE, openDataFile, openLmdbStore } from '../store/lmdb.ts';
import { verifyStore } from '../verify/verify.ts';
import { sync } from './backup.ts';
import { OK } from './exit-codes.ts';

export function restoreCommand(): Command {
  return new Command('restore')
    .description('put a backup in the place of the books, with no daemon running; what was there is moved aside')
    .argument('<backup>', 'a backup, or its file')
    .option('--data-dir <dir>', 'where the books are kept', './data')
    .action(async (backup: string, { dataDir }: { dataDir: string }) => {
      const unlock = await lockDataDir(dataDir);
      try {
        process.stdout.write(await restore(statSync(backup).isDirectory() ? join(backup, DATA_FILE) : backup, dataDir));
      } finally {
        await unlock();
      }
      process.exitCode = OK;
    });
}

/** @returns what was done and what is missing, in words. @throws when the backup is not as it should be; then nothing was changed */
async function restore(backup: string, dataDir: string): Promise<string> {
  const file = join(dataDir, DATA_FILE);
  const fresh = `${file}.restoring`;
  rmSync(fresh, { force: true });
  const source = openDataFile(backup);
  const { count, records } = verifyStore(source);
  const seq = source.get<number>('meta', ['seq']) ?? 0;
  const lastCommitAt = source.get<number>('meta', ['lastCommitAt']);
  if (count === 0) await source.copyTo(fresh);
  await source.close();
  if (count > 0) throw new Error(`the backup has ${count} differences, nothing was changed`);
  sync(fresh);
  const aside = `${file}.before-${new Date(systemClock.now()).toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const ending of ['', '-lock']) if (existsSync(`${file}${ending}`)) renameSync(`${file}${ending}`, `${aside}${ending}`);
  renameSync(fresh, file);
  const store = openLmdbStore(dataDir);
  await store.commit([{ table: 'meta', key: ['epoch'], value: randomBytes(12).toString('hex') }]);
  await store.close();
  markInitialised(dataDir);
  sync(dataDir);
  const until = lastCommitAt === undefined ? '' : `, committed ${formatInstant(lastCommitAt)}`;
  return (
    `Restored ${records} records up to number ${seq}${until}. Everything recorded after that is missing: send it again, ids of events are known.\n` +
    `${existsSync(aside) ? `What was there before is ${aside}.\n` : ''}`
  );
}
