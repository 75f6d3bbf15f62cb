/** `highwater ...` as its user types it, in a process of its own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Exit } from './daemon.ts';
import { within } from './within.ts';

const WAIT_MS = 60_000;

export interface Cli {
  readonly stdout: string[];
  readonly stderr: string[];
  /** Resolves with the first line of standard error that matches; waits for it if need be. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** The end of the process; its output is complete then. @param wait milliseconds until it must have come */
  ended(wait?: number): Promise<Exit>;
  /** SIGKILL if it still runs. */
  dispose(): Promise<void>;
}

/** @example const { code } = await runCli(['check-config', file]).ended(); */
export function runCli(args: string[], env: Record<string, string> = {}): Cli {
  const main = join(process.cwd(), 'dist', 'server', 'main.js');
  const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => stdout.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => {
    stderr.push(line);
    for (const look of waiting) look();
  });
  const exited = new Promise<Exit>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  const output = () => [...stdout, ...stderr].join('\n');
  return {
    stdout,
    stderr,
    async says(pattern) {
      let look = () => {};
      const found = new Promise<RegExpExecArray>((resolve, reject) => {
        look = () => {
          const match = stderr.map((line) => pattern.exec(line)).find((each) => each !== null);
          if (match) resolve(match);
        };
        waiting.add(look);
        look();
        exited.then(() => reject(new Error(`it ended and never said ${pattern}:\n${output()}`)));
      });
      return within(found, WAIT_MS, () => `${pattern} in\n${output()}`).finally(() => waiting.delete(look));
    },
    signal: (name) => void child.kill(name),
    ended: (wait = WAIT_MS) => within(exited, wait, () => `the end of highwater ${args.join(' ')}\n${output()}`),
    async dispose() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
