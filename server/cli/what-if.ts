import { Command, InvalidArgumentError } from 'commander';
import { readWhatIf } from '../../shared/answer-lines.ts';
import type { PoolSizes, WhatIf, WhatIfType } from '../../shared/what-if.ts';
import { ask, type DaemonFlags, linesOf, organisationPath, withDaemon } from './daemon-client.ts';
import { OK } from './exit-codes.ts';
import { withProgress } from './terminal-line.ts';

interface WhatIfFlags extends DaemonFlags {
  organisation: string;
  period?: string;
  from?: string;
  to?: string;
  size?: Record<string, PoolSizes>;
  json?: boolean;
}

export function whatIfCommand(): Command {
  const command = new Command('what-if')
    .description('play a stretch of the past with other pool sizes, and say how many licences to buy')
    .requiredOption('--organisation <id>', 'whose licences')
    .option('--period <month>', 'a billing period, like 2026-11 (default: the running one)')
    .option('--from <instant>', 'RFC 3339, with --to instead of a period')
    .option('--to <instant>', 'exclusive')
    .option('--size <type=concurrent,contingency...>', 'sizes to play, like "Inbound Agent=200,20" (default: those in force)', addSize)
    .option('--json', 'everything, as JSON');
  return withDaemon(command).action(async (flags: WhatIfFlags) => {
    const { period, from, to, size: sizes, json } = flags;
    const answer = await ask(flags, organisationPath(flags.organisation, '/what-if'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/x-ndjson' },
      body: JSON.stringify({ period, from, to, sizes }),
    });
    const found = await withProgress('Reading every login of the range', (heard) => readWhatIf(linesOf(answer), heard));
    process.stdout.write(json ? `${JSON.stringify(found)}\n` : whatIfText(found));
    process.exitCode = OK;
  });
}

function addSize(text: string, before: Record<string, PoolSizes> = {}): Record<string, PoolSizes> {
  const match = /^(.+)=(\d{1,9})(?:,(\d{1,9}))?$/.exec(text);
  if (!match) throw new InvalidArgumentError('A licence type and sizes are needed, like "Inbound Agent=200,20".');
  const [, type = '', concurrent, contingency = 0] = match;
  return { ...before, [type]: { concurrent: Number(concurrent), contingency: Number(contingency) } };
}

const HEADER = ['Licence type', 'Peak', 'Sizes', 'Min in contingency', 'Min over limit', 'Price', 'Cheapest', 'At'];

/** A table, and below it the suggestion for each type. */
function whatIfText({ from, to, licences, provisional }: WhatIf): string {
  const rows = [HEADER, ...licences.map(cells)];
  const widths = HEADER.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const range = `${from} to ${to}${provisional ? ', not over yet' : ''}`;
  return `${[range, '', ...lines, '', ...licences.map(({ suggestion }) => suggestion)].join('\n')}\n`;
}

function cells({ licenceType, peak, sizes, secondsInContingency, secondsOverLimit, price, cheapest }: WhatIfType): string[] {
  const minutes = (seconds: number) => (seconds / 60).toFixed(1);
  const size = (pools: PoolSizes | null) => (pools ? `${pools.concurrent}+${pools.contingency}` : 'no limit');
  return [
    licenceType,
    String(peak.value),
    size(sizes),
    minutes(secondsInContingency),
    minutes(secondsOverLimit),
    String(price ?? '-'),
    cheapest ? size(cheapest) : '-',
    String(cheapest?.price ?? '-'),
  ];
}
