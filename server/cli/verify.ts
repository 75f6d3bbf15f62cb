import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import type { VerifyResult, VerifyView } from '../../shared/backups.ts';
import { isDataDirLocked } from '../data-dir-lock.ts';
import { verifyCopy } from '../safekeeping/verify-copy.ts';
import { DATA_FILE, openDataFile } from '../store/lmdb.ts';
import type { Difference, Findings } from '../verify/findings.ts';
import { verifyStore } from '../verify/verify.ts';
import { ask, type DaemonFlags } from './daemon-client.ts';
import { FAILED, OK } from './exit-codes.ts';
import { dataDirOption, httpUrl, tokenOption } from './options.ts';
import { requireBooks } from './require-books.ts';

interface VerifyFlags {
  dataDir: string;
  url?: string;
  token?: string;
  json?: true;
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description('derive sessions, counts, marks and history from the records again and compare; also beside a running daemon')
    .addOption(dataDirOption())
    .option('--url <url>', 'let this daemon look at its own', httpUrl)
    .addOption(tokenOption())
    .option('--json', 'print what was found as JSON')
    .action(async ({ dataDir, url, token, json }: VerifyFlags) => {
      const findings = await (url === undefined ? verifyDataDir(dataDir) : verifyThere({ url, ...(token !== undefined && { token }) }));
      process.stdout.write(json ? `${JSON.stringify({ ok: findings.count === 0, ...findings })}\n` : textOf(findings));
      process.exitCode = findings.count === 0 ? OK : FAILED;
    });
}

/** How often it is asked how far it is, in milliseconds. */
const ASK_EVERY_MS = 500;

async function verifyThere(daemon: DaemonFlags): Promise<Findings> {
  await ask(daemon, '/api/v1/verify', { method: 'POST' });
  for (;;) {
    const { running, entries, last } = (await (await ask(daemon, '/api/v1/verify')).json()) as VerifyView;
    onProgress(entries);
    if (!running && last) {
      if (last.ok === null) throw new Error(last.reason ?? 'it could not be looked at');
      return last as Findings & VerifyResult;
    }
    await setTimeout(ASK_EVERY_MS);
  }
}

async function verifyDataDir(dataDir: string): Promise<Findings> {
  requireBooks(dataDir);
  const file = join(dataDir, DATA_FILE);
  // A long read of a file that is being written would keep every page of it that was given up: the copy is read instead.
  if (!(await isDataDirLocked(dataDir))) return verifyFile(file);
  return verifyCopy(dataDir, 0, onProgress);
}

const onProgress = (entries: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${entries} entries ...`);
};

async function verifyFile(file: string): Promise<Findings> {
  const store = openDataFile(file);
  try {
    return verifyStore(store, onProgress);
  } finally {
    await store.close();
  }
}

function textOf({ organisations, entries, records, count, differences }: Findings): string {
  const looked = `${entries} entries with ${records} records of ${organisations} organisations`;
  if (count === 0) return `The books are as they should be: ${looked}.\n`;
  return `${differences.map(lineOf).join('\n')}\n${count} differences (${differences.length} listed) in ${looked}.\n`;
}

const lineOf = ({ organisation, table, key, expected, found }: Difference): string =>
  `${organisation ?? '-'} ${table} ${JSON.stringify(key)}: expected ${shown(expected)}, found ${shown(found)}`;

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
