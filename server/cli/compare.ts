import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { Command, Option } from 'commander';
import { DATE_ORDERS } from '../../shared/import.ts';
import type { Comparison, FiguresReport } from '../../shared/vendor-figures.ts';
import { comparisonText, figuresText } from './compare-text.ts';
import { ask, type DaemonFlags, organisationPath, withDaemon } from './daemon-client.ts';
import { OK } from './exit-codes.ts';

interface CompareFlags extends DaemonFlags {
  organisation: string;
  source: string;
  dryRun?: boolean;
  timeZone?: string;
  dateOrder?: string;
  json?: boolean;
}

export function compareCommand(): Command {
  const command = new Command('compare')
    .description("give a vendor's figures of each day or month, or storm's Organisation Licence Usage rows, and compare them with ours")
    .argument('<file>', 'CSV, or - for standard input')
    .requiredOption('--organisation <id>', 'whose figures')
    .option('--source <name>', 'whose figures they are; those given before under this name are replaced', 'vendor')
    .option('--dry-run', 'only say what the file says, and change nothing')
    .option('--time-zone <zone>', "of the file's local times (default: the organisation's)")
    .addOption(new Option('--date-order <order>', 'of dates like 03/04/2026').choices([...DATE_ORDERS]))
    .option('--json', 'everything, as JSON');
  return withDaemon(command).action(async (file: string, flags: CompareFlags) => {
    const report = await give(file, flags);
    const comparisons: Comparison[] = [];
    for (const period of flags.dryRun ? [] : report.periods) comparisons.push(await compare(flags, period));
    const text = flags.json
      ? `${JSON.stringify({ report, comparisons })}\n`
      : [figuresText(report, flags.dryRun === true), ...comparisons.map(comparisonText)].join('\n');
    process.stdout.write(text);
    process.exitCode = OK;
  });
}

async function give(file: string, flags: CompareFlags): Promise<FiguresReport> {
  const query = new URLSearchParams({ source: flags.source });
  if (flags.dryRun) query.set('dryRun', 'true');
  if (flags.timeZone !== undefined) query.set('timeZone', flags.timeZone);
  if (flags.dateOrder !== undefined) query.set('dateOrder', flags.dateOrder);
  const answer = await ask(flags, organisationPath(flags.organisation, `/vendor-figures?${query}`), {
    method: 'POST',
    headers: { 'Content-Type': 'text/csv' },
    body: Readable.toWeb(file === '-' ? process.stdin : createReadStream(file)) as ReadableStream,
    duplex: 'half',
  } as RequestInit);
  return (await answer.json()) as FiguresReport;
}

async function compare(flags: CompareFlags, period: string): Promise<Comparison> {
  const query = new URLSearchParams({ period, source: flags.source });
  const answer = await ask(flags, organisationPath(flags.organisation, `/billing/comparison?${query}`));
  return (await answer.json()) as Comparison;
}
