/**
 * The real daemon, as its user starts it: `node dist/server/main.js serve` in a process of its own, on a free port.
 * The build is made by the npm scripts.
 *
 * @example
 * const daemon = await startDaemon();
 * onTestFinished(daemon.dispose);
 * await daemon.post('/api/v1/events', { type: 'login', organisation: '129', user: 'edred', logonSource: 'Agent Desktop' });
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Api, api } from './api.ts';
import { tempDir } from './temp-dir.ts';
import { within } from './within.ts';

const START_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 25_000;

export interface DaemonOptions {
  /** Default: a temporary directory that `dispose` removes. */
  dataDir?: string;
  /** Further arguments, after `serve --listen ... --data-dir ...`. */
  args?: string[];
  env?: Record<string, string>;
  /** Default `127.0.0.1:0`. */
  listen?: string;
  /** What a shell does before it becomes the daemon, `ulimit -f 1024` for one. */
  before?: string;
  /** Milliseconds until it must listen. */
  startWithin?: number;
}

export interface Daemon extends Api {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** Every line that it wrote, stdout and stderr. */
  readonly log: string[];
  /** Settles when the process has ended, however that came. */
  readonly exited: Promise<Exit>;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL; resolves when it is gone. The data directory stays. */
  kill(): Promise<Exit>;
  /** SIGTERM; resolves its exit code, null when a signal ended it. */
  stop(): Promise<number | null>;
  /** Ends what still runs and removes the temporary directory. Harmless to call twice. */
  dispose(): Promise<void>;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** @throws with the collected log when the process ends, or does not listen in time. */
export async function startDaemon(options: DaemonOptions = {}): Promise<Daemon> {
  const main = join(process.cwd(), 'dist', 'server', 'main.js');
  if (!existsSync(main)) throw new Error(`${main} is missing: run "npm run build" first`);
  const temporary = options.dataDir === undefined ? tempDir() : null;
  const dataDir = options.dataDir ?? temporary?.path ?? '';
  const listen = options.listen ?? '127.0.0.1:0';
  const command = [
    process.execPath,
    '--enable-source-maps',
    main,
    'serve',
    '--listen',
    listen,
    '--data-dir',
    dataDir,
    ...(options.args ?? []),
  ];
  const [program, ...args] = options.before === undefined ? command : ['sh', '-c', `${options.before}; exec "$0" "$@"`, ...command];
  const child = spawn(program as string, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } });
  const endWithUs = () => child.kill('SIGKILL');
  process.on('exit', endWithUs);
  const log: string[] = [];
  const exited = new Promise<Exit>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  exited.then(() => process.off('exit', endWithUs));

  const end = async (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return within(exited, STOP_WITHIN_MS, () => `end of the daemon after ${signal}\n${log.join('\n')}`);
  };
  const dispose = async () => {
    await end('SIGKILL');
    temporary?.remove();
  };

  try {
    const failed = exited.then((exit): never => {
      throw new Error(`the daemon ended before it listened (code ${exit.code}, signal ${exit.signal}):\n${log.join('\n')}`);
    });
    const url = await within(
      Promise.race([listening(child, log), failed]),
      options.startWithin ?? START_WITHIN_MS,
      () => `the daemon listens\n${log.join('\n')}`,
    );
    return {
      ...api(url),
      url,
      pid: child.pid ?? 0,
      dataDir,
      log,
      exited,
      signal: (name) => void child.kill(name),
      kill: () => end('SIGKILL'),
      stop: async () => (await end('SIGTERM')).code,
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Collects both outputs line by line; resolves the URL of the line `"msg":"listening"`. */
function listening(child: ChildProcess, log: string[]): Promise<string> {
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        log.push(line);
        const url = listeningUrl(line);
        if (url !== null) resolve(url);
      });
    }
  });
}

function listeningUrl(line: string): string | null {
  if (!line.includes('"listening"')) return null;
  try {
    const entry = JSON.parse(line) as { msg?: unknown; url?: unknown };
    return entry.msg === 'listening' && typeof entry.url === 'string' ? entry.url : null;
  } catch {
    return null;
  }
}
