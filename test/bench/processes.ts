import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Starts a file of this folder in a process of its own. */
function start(file: string, args: string[]): ChildProcess {
  const child = spawn(process.execPath, [join('scripts', 'run-ts.mjs'), join('test', 'bench', file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endWithUs = () => child.kill('SIGKILL');
  process.on('exit', endWithUs);
  child.once('close', () => process.off('exit', endWithUs));
  return child;
}

function firstLine<T>(child: ChildProcess, file: string): Promise<T> {
  return new Promise((resolve, reject) => {
    if (child.stdout) createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as T));
    child.once('close', (code) => reject(new Error(`${file} ended without a word (${code})`)));
  });
}

/** Runs a file to its end and gives the one line of JSON that it prints. */
export async function runPart<T>(file: string, order: unknown): Promise<T> {
  return firstLine<T>(start(file, [JSON.stringify(order)]), file);
}

export interface BareServer {
  url: string;
  stop(): Promise<void>;
}

export async function startBareServer(journal: string): Promise<BareServer> {
  const child = start('bare-server.ts', [journal]);
  const { url } = await firstLine<{ url: string }>(child, 'bare-server.ts');
  return {
    url,
    async stop() {
      const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
      child.kill('SIGTERM');
      await closed;
    },
  };
}
