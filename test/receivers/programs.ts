/** Real programs that receive us, started on free ports and ended again. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { within } from '../support/within.ts';

const START_MS = 30_000;

/** The first of these names that is on the PATH, or null. */
export function programOf(...names: string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(canRun) ?? null;
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const versionOf = (program: string): string => {
  const [line = ''] = execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n');
  return line.replace(/ \(.*/, '');
};

/** What a program says to a text on its standard input. @throws with its words where it is not content */
export const runOn = (program: string, args: string[], input: string): string => execFileSync(program, args, { input, encoding: 'utf8' });

export interface Started {
  url: string;
  stop(): Promise<void>;
}

/** @param config its configuration file; data goes to a directory that is removed again */
export async function startProgram(program: string, config: string, args: (directory: string) => string[]): Promise<Started> {
  const directory = mkdtempSync(join(tmpdir(), 'highwater-receivers-'));
  writeFileSync(join(directory, 'config.yml'), config);
  const child = spawn(program, [`--config.file=${join(directory, 'config.yml')}`, ...args(directory)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    return { url: `http://${await addressOf(child)}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As it says in its log, in logfmt: the port is the system's choice. */
function addressOf({ stderr, pid }: ChildProcess): Promise<string> {
  const lines: string[] = [];
  const found = new Promise<string>((resolve) => {
    createInterface({ input: stderr as NodeJS.ReadableStream }).on('line', (line) => {
      lines.push(line);
      const [, address] = /msg="Listening on" address=(\S+)/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
  return within(found, START_MS, () => `process ${pid} listens; it said:\n${lines.slice(-10).join('\n')}`);
}
