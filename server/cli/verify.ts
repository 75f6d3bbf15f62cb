import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { isDataDirLocked } from '../data-dir-lock.ts';
import { DATA_FILE, openDataFile } from '../store/lmdb.ts';
import type { Difference, Findings } from '../verify/findings.ts';
import { verifyStore } from '../verify/verify.ts';
import { FAILED, OK } from './exit-codes.ts';

interface VerifyFlags {
  dataDir: string;
  json?: true;
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description('derive sessions, counts, marks and history from the records again and compare; also beside a running daemon')
    .option('--data-dir <dir>', 'where the books are kept', './data')
    .option('--json', 'print what was found as JSON')
    .action(async ({ dataDir, json }: VerifyFlags) => {
      const findings = await verifyDataDir(dataDir);
      process.stdout.write(json ? `${JSON.stringify({ ok: findings.count === 0, ...findings })}\n` : textOf(findings));
      process.exitCode = findings.count === 0 ? OK : FAILED;
    });
}

async function verifyDataDir(dataDir: string): Promise<Findings> {
  const file = join(dataDir, DATA_FILE);
  // A long read of a file that is being written would keep every page of it that was given up: the copy is read instead.
  if (!(await isDataDirLocked(dataDir))) return verifyFile(file);
  const directory = mkdtempSync(join(dataDir, '.verify-'));
  try {
    const copy = join(directory, DATA_FILE);
    const source = openDataFile(file);
    await source.copyTo(copy).finally(() => source.close());
    return await verifyFile(copy);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function verifyFile(file: string): Promise<Findings> {
  const store = openDataFile(file);
  try {
    return verifyStore(store, (entries) => process.stderr.isTTY && process.stderr.write(`\r${entries} entries ...`));
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
