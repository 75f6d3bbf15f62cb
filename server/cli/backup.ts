import { join } from 'node:path';
import { Command } from 'commander';
import type { Backup } from '../../shared/backups.ts';
import { systemClock } from '../clock.ts';
import { makeBackup } from '../safekeeping/make-backup.ts';
import { DATA_FILE } from '../store/lmdb.ts';
import { ask } from './daemon-client.ts';
import { OK } from './exit-codes.ts';
import { dataDirOption, httpUrl, tokenOption } from './options.ts';
import { requireBooks } from './require-books.ts';

interface BackupFlags {
  dataDir: string;
  to?: string;
  url?: string;
  token?: string;
  json?: true;
}

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the books as they are committed now, also beside a running daemon, and check the copy')
    .addOption(dataDirOption())
    .option('--to <dir>', 'where backups are kept (default: backups below the data directory)')
    .option('--url <url>', 'let this daemon make it, where it keeps its backups', httpUrl)
    .addOption(tokenOption())
    .option('--json', 'print what was made as JSON')
    .action(async ({ dataDir, to = join(dataDir, 'backups'), url, token, json }: BackupFlags) => {
      const backup = await (url === undefined ? makeHere(dataDir, to) : makeThere(url, token));
      const where = url === undefined ? join(to, backup.name, DATA_FILE) : backup.name;
      process.stdout.write(`${json ? JSON.stringify(backup) : where}\n`);
      process.exitCode = OK;
    });
}

function makeHere(dataDir: string, to: string): Promise<Backup> {
  requireBooks(dataDir);
  return makeBackup({ dataDir, to, now: systemClock.now(), leaveFree: 0, check: 'verified' });
}

async function makeThere(url: string, token: string | undefined): Promise<Backup> {
  const response = await ask({ url, ...(token !== undefined && { token }) }, '/api/v1/backups', { method: 'POST' });
  return (await response.json()) as Backup;
}
