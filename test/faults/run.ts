/**
 * `npm run faults -- [--from N] [--most N] [--modes eio,enospc,short,slow]`: fails, shortens and slows the Nth write or sync of a real daemon that
 * has books already, for N = 1, 2, ...; needs a C compiler. After each the books are looked through, and sent again what was refused.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCli } from '../support/cli.ts';
import { startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';
import { checkAfter, type Sent, sendUntilGone } from './ledger-load.ts';

const MODES = ['eio', 'enospc', 'short', 'slow'] as const;
const SOFTWARE = 70;
/** Slow writes and a busy machine. */
const START_WITHIN_MS = 120_000;
/** Some commits of a few writes and syncs each. */
const REQUESTS = 12;
const EVENTS = 3;

export interface Figures {
  /** Faults that were met with. */
  faults: number;
  /** Events acknowledged while a fault was there. */
  acknowledged: number;
  /** By mode and how the daemon took it. */
  ends: Record<string, number>;
  failed: string[];
}

export const hasCompiler = (): boolean => spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0;

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      from: { type: 'string', default: '1' },
      most: { type: 'string', default: '40' },
      modes: { type: 'string', default: MODES.join() },
    },
  });
  if (!hasCompiler()) {
    console.error('no C compiler (cc): these faults were not tried');
    return 1;
  }
  const modes = MODES.filter((each) => values.modes.split(',').includes(each));
  const figures = await tryFaults(Number(values.from), Number(values.most), modes);
  console.log(JSON.stringify(figures, null, 1));
  return figures.failed.length > 0 ? 1 : 0;
}

/** @returns the path of what `LD_PRELOAD` puts below the store */
export function compileShim(directory: string, source = join('test', 'faults', 'shim.c')): string {
  const shim = join(directory, 'shim.so');
  const compiled = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', shim, source, '-ldl'], { stdio: ['ignore', 2, 2] });
  if (compiled.status !== 0) throw new Error(`${source} could not be compiled`);
  return shim;
}

/** The write or sync number `from` to `most`, each in every mode. */
export async function tryFaults(from: number, most: number, modes: readonly (typeof MODES)[number][] = MODES): Promise<Figures> {
  const workshop = tempDir('highwater-shim-');
  try {
    const shim = compileShim(workshop.path);
    const books = join(workshop.path, 'books');
    const before = await makeBooks(books);
    const figures: Figures = { faults: 0, acknowledged: 0, ends: {}, failed: [] };
    for (const mode of modes) {
      for (let at = from; at <= most; at++) {
        const { end, count, injected, wrong } = await tryOne(shim, books, before, mode, at);
        if (injected) figures.faults++;
        figures.acknowledged += count;
        figures.ends[`${mode}: ${end}`] = (figures.ends[`${mode}: ${end}`] ?? 0) + 1;
        for (const text of wrong) figures.failed.push(`${mode} at ${at}: ${text}`);
      }
      console.error(`${mode}: done, ${figures.failed.length} wrong so far`);
    }
    return figures;
  } finally {
    workshop.remove();
  }
}

/** Books that every fault finds. */
async function makeBooks(dataDir: string): Promise<Sent[]> {
  const daemon = await startDaemon({ dataDir, startWithin: START_WITHIN_MS });
  const sent = await sendUntilGone(daemon, 'before', 5, EVENTS);
  await daemon.stop();
  return sent;
}

interface Tried {
  end: string;
  /** Events acknowledged while the fault was there. */
  count: number;
  injected: boolean;
  wrong: string[];
}

async function tryOne(shim: string, books: string, before: Sent[], mode: (typeof MODES)[number], at: number): Promise<Tried> {
  const directory = tempDir('highwater-faults-');
  const dataDir = join(directory.path, 'data');
  const arm = join(directory.path, 'armed');
  cpSync(books, dataDir, { recursive: true, filter: (path) => !path.endsWith('.lock') });
  const env = { LD_PRELOAD: shim, FAULT_AT: String(at), FAULT_MODE: mode, FAULT_PATH: 'highwater.mdb', FAULT_ARM: arm };
  try {
    const daemon = await startDaemon({ dataDir, env, startWithin: START_WITHIN_MS });
    writeFileSync(arm, '');
    const sent = await sendUntilGone(daemon, `${mode}-${at}`, REQUESTS, EVENTS, { waits: true });
    const gone = sent.at(-1)?.status === null;
    const { code } = gone ? await daemon.exited : { code: await daemon.stop() };
    const injected = daemon.log.some((line) => line.startsWith('fault '));
    const wrong = await checkAfter(dataDir, [...before, ...sent]);
    if (gone && code !== SOFTWARE) wrong.push(`it ended with ${code}, expected ${SOFTWARE}`);
    const verify = runCli(['verify', '--data-dir', dataDir]);
    if ((await verify.ended()).code !== 0) wrong.push(`verify: ${verify.stdout.join(' ')}`);
    const refused = sent.some(({ status }) => status === 503);
    const end = !injected ? 'not reached' : gone ? `exit ${code}` : refused ? '503 and on' : 'unharmed';
    return { end, count: sent.filter(({ status }) => status === 200).length * EVENTS, injected, wrong };
  } finally {
    directory.remove();
  }
}
