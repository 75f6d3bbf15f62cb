import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { systemClock } from '../clock.ts';
import { DATA_FILE, openDataFile } from '../store/lmdb.ts';
import { verifyStore } from '../verify/verify.ts';
import { OK } from './exit-codes.ts';

interface BackupFlags {
  dataDir: string;
  to?: string;
}

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the books as they are committed now, also beside a running daemon, and check the copy')
    .option('--data-dir <dir>', 'where the books are kept', './data')
    .option('--to <dir>', 'where backups are kept (default: backups below the data directory)')
    .action(async ({ dataDir, to = join(dataDir, 'backups') }: BackupFlags) => {
      process.stdout.write(`${await backUp(dataDir, to)}\n`);
      process.exitCode = OK;
    });
}

/** @returns the backup's file. @throws when it cannot be made, or is not as it should be: then nothing is left of it */
async function backUp(dataDir: string, to: string): Promise<string> {
  const name = new Date(systemClock.now()).toISOString().replaceAll(/[:.]/g, '-');
  const partial = join(to, `.partial-${name}`);
  mkdirSync(partial, { recursive: true });
  try {
    const file = join(partial, DATA_FILE);
    const source = openDataFile(join(dataDir, DATA_FILE));
    await source.copyTo(file).finally(() => source.close());
    const copy = openDataFile(file);
    const { count } = verifyStore(copy);
    await copy.close();
    if (count > 0) throw new Error(`the copy has ${count} differences: run highwater verify --data-dir ${dataDir}`);
    rmSync(`${file}-lock`, { force: true });
    for (const path of [file, partial]) sync(path);
    renameSync(partial, join(to, name));
    sync(to);
    return join(to, name, DATA_FILE);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

export function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
