import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Command, Option } from 'commander';
import { DATE_ORDERS, type ImportProgress, type ImportReport } from '../../shared/import.ts';
import type { Problem } from '../../shared/problems.ts';
import { ask, type DaemonFlags, linesOf, organisationPath, withDaemon } from './daemon-client.ts';
import { OK } from './exit-codes.ts';
import { importText } from './import-text.ts';
import { terminalLine } from './terminal-line.ts';

interface ImportFlags extends DaemonFlags {
  organisation: string;
  dryRun?: boolean;
  timeZone?: string;
  dateOrder?: string;
  json?: boolean;
}

export function importCommand(): Command {
  const command = new Command('import')
    .description('import a storm Licence Usage export (CSV), or an export of our own')
    .argument('<file>', 'the CSV file; - for standard input')
    .requiredOption('--organisation <id>', 'whose records they are')
    .option('--dry-run', 'say what would become of each row, and change nothing')
    .option('--time-zone <zone>', 'IANA zone of the local times (default: the organisation’s)')
    .addOption(new Option('--date-order <order>', 'of dates that are not YYYY-MM-DD').choices([...DATE_ORDERS]))
    .option('--json', 'the report as JSON');
  return withDaemon(command).action(async (file: string, flags: ImportFlags) => {
    const report = await importFile(file, flags);
    process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : importText(report, flags.dryRun ?? false));
    process.exitCode = OK;
  });
}

async function importFile(file: string, flags: ImportFlags): Promise<ImportReport> {
  const query = new URLSearchParams();
  if (flags.dryRun) query.set('dryRun', 'true');
  if (flags.timeZone !== undefined) query.set('timeZone', flags.timeZone);
  if (flags.dateOrder !== undefined) query.set('dateOrder', flags.dateOrder);
  const size = file === '-' ? null : (await stat(file)).size;
  const response = await ask(flags, organisationPath(flags.organisation, `/import?${query}`), {
    method: 'POST',
    headers: { 'Content-Type': 'text/csv', Accept: 'application/x-ndjson' },
    body: Readable.toWeb(Readable.from(sent(file === '-' ? process.stdin : createReadStream(file), size))) as ReadableStream,
    duplex: 'half',
  } as RequestInit);
  for await (const line of linesOf(response)) {
    const said = JSON.parse(line) as { progress?: ImportProgress; report?: ImportReport; problem?: Problem };
    if (said.progress) terminalLine(`${said.progress.rows} of ${said.progress.of} rows`);
    if (said.problem) throw new Error(`${said.problem.detail} What was recorded stays; send the file again for the rest.`);
    if (said.report) {
      terminalLine('');
      return said.report;
    }
  }
  throw new Error('The daemon ended before it was done. What was recorded stays; send the file again for the rest.');
}

async function* sent(file: AsyncIterable<Uint8Array | string>, size: number | null): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of file) {
    const data = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    bytes += data.length;
    if (size !== null) terminalLine(`${Math.floor((100 * bytes) / Math.max(1, size))} % sent`);
    yield data;
  }
}
