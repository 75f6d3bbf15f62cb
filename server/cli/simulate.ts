import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../clock.ts';
import { createReporter, summaryText } from '../simulate/reporter.ts';
import { type RunOptions, runSimulation } from '../simulate/run.ts';
import { FAILED, OK } from './exit-codes.ts';
import { httpUrl, tokenOption } from './options.ts';

interface SimulateFlags {
  url: string;
  users: number;
  rate: number;
  seed: number;
  duration?: number;
  organisation: string;
  token?: string;
  json?: boolean;
}

export const DEFAULT_ORGANISATION = '129';

/** @throws InvalidArgumentError, which the command line answers with its usage exit code */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('A number above 0 is needed.');
  return value;
}

export function positiveInteger(text: string): number {
  const value = positive(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('A whole number above 0 is needed.');
  return value;
}

export function seedNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value)) throw new InvalidArgumentError('A whole number is needed.');
  return value;
}

/** `highwater simulate`: exit 0 when all was acknowledged, 1 when not. */
export function addSimulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('play a plausible contact centre against a daemon')
    .requiredOption('--url <url>', 'the daemon, http://127.0.0.1:7420', httpUrl)
    .requiredOption('--users <n>', 'people of the centre; about two thirds are at work at a time', positiveInteger)
    .requiredOption('--rate <events>', 'events per second, once the staff on shift is in', positive)
    .option('--seed <s>', 'the same seed plays the same centre', seedNumber, 1)
    .option('--duration <seconds>', 'stop after this time; default: on Ctrl-C', positive)
    .option('--organisation <id>', 'its id', DEFAULT_ORGANISATION)
    .addOption(tokenOption())
    .option('--json', 'the summary as JSON')
    .action(async (flags: SimulateFlags) => {
      const { duration, json, ...rest } = flags;
      process.exitCode = await playUntilInterrupted({ ...rest, durationSeconds: duration }, json ?? false);
    });
}

/**
 * Runs until the duration is over, `ended` settles, or SIGINT or SIGTERM comes; a second one ends at once.
 * @returns the exit code
 */
export async function playUntilInterrupted(options: RunOptions, json: boolean, ended?: Promise<void>): Promise<number> {
  const enough = new AbortController();
  ended?.then(() => enough.abort());
  const interrupted = (signal: NodeJS.Signals) => {
    if (enough.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
    enough.abort();
  };
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  const tell = createReporter(process.stderr);
  try {
    const summary = await runSimulation(options, {
      clock: systemClock,
      fetch,
      random: Math.random,
      stopwatch: () => performance.now(),
      signal: enough.signal,
      tell,
    });
    process.stderr.write(process.stderr.isTTY ? '\n' : '');
    process.stdout.write(`${json ? JSON.stringify(summary) : summaryText(summary)}\n`);
    return summary.unacknowledged === 0 ? OK : FAILED;
  } catch (error) {
    tell.note(`simulate: ${error instanceof Error ? error.message : String(error)}`);
    return FAILED;
  } finally {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
  }
}
