import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { FAILED, OK } from './exit-codes.ts';
import { DEFAULT_ORGANISATION, playUntilInterrupted, positive, positiveInteger, seedNumber } from './simulate.ts';

interface DemoFlags {
  listen: string;
  dataDir: string;
  users: number;
  rate: number;
  seed: number;
}

const READY_WITHIN_MS = 30_000;

/** `npm run demo`: a daemon, an organisation with entitlements and people who use it, in one command. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('a daemon with a simulated contact centre, to look at')
    .option('--listen <host:port>', 'where', '127.0.0.1:7420')
    .option('--data-dir <dir>', 'what it keeps', './data/demo')
    .option('--users <n>', 'people of the centre', positiveInteger, 320)
    .option('--rate <events>', 'events per second', positive, 20)
    .option('--seed <s>', 'the same seed plays the same centre', seedNumber, 129)
    .action(async (flags: DemoFlags) => {
      process.exitCode = await demo(flags);
    });
}

async function demo({ listen, dataDir, users, rate, seed }: DemoFlags): Promise<number> {
  mkdirSync(dataDir, { recursive: true });
  const daemon = startDaemon(listen, dataDir);
  // Ctrl-C reaches the daemon too, which then ends by itself; stop is for a demo that ends for another reason.
  try {
    const url = await daemon.url;
    process.stderr.write(
      `\n  live overview   ${url}/\n  wall display    ${url}/wall/all\n  API             ${url}/docs\n  data            ${dataDir}\n\nCtrl-C ends it.\n\n`,
    );
    await playUntilInterrupted({ url, organisation: DEFAULT_ORGANISATION, users, rate, seed }, false, daemon.ended);
    return OK;
  } catch (error) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
    return FAILED;
  } finally {
    await daemon.stop();
  }
}

/** A child process, so that its figures are those of a daemon alone. Its log is quiet but for warnings. */
function startDaemon(listen: string, dataDir: string): { url: Promise<string>; ended: Promise<void>; stop(): Promise<void> } {
  const main = fileURLToPath(new URL('../main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'serve', '--listen', listen, '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the daemon does not get ready')), READY_WITHIN_MS);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const entry = logEntry(line);
      if (entry.msg === 'listening' && entry.url) {
        clearTimeout(late);
        resolve(entry.url);
      }
      if (entry.level !== 'info' && entry.level !== 'debug') process.stderr.write(`${line}\n`);
    });
    ended.then(() => {
      clearTimeout(late);
      reject(new Error('the daemon ended'));
    });
  });
  return {
    url,
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function logEntry(line: string): { msg?: string; url?: string; level?: string } {
  try {
    return JSON.parse(line) as { msg?: string; url?: string; level?: string };
  } catch {
    return {};
  }
}
