/** `npm run faults -- [--most N]`: fails, shortens and slows the Nth write or sync of the real daemon, for N = 1, 2, ...; needs a C compiler. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';
import { checkAfter, sendUntilGone } from './ledger-load.ts';

const MODES = ['eio', 'enospc', 'short', 'slow'] as const;
const SOFTWARE = 70;

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { most: { type: 'string', default: '40' } } });
  const workshop = tempDir('highwater-shim-');
  const shim = join(workshop.path, 'shim.so');
  const compiled = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', shim, join('test', 'faults', 'shim.c'), '-ldl'], {
    stdio: ['ignore', 2, 2],
  });
  if (compiled.status !== 0) {
    console.error('no C compiler (cc): these faults were not tried');
    workshop.remove();
    return 1;
  }
  let tried = 0;
  let acknowledged = 0;
  const ends: Record<string, number> = {};
  const failed: string[] = [];
  for (const mode of MODES) {
    for (let at = 1; at <= Number(values.most); at++) {
      const { end, count, injected, wrong } = await tryOne(shim, mode, at);
      if (injected) tried++;
      acknowledged += count;
      ends[`${mode}: ${end}`] = (ends[`${mode}: ${end}`] ?? 0) + 1;
      for (const text of wrong) failed.push(`${mode} at ${at}: ${text}`);
    }
    console.error(`${mode}: done, ${failed.length} wrong so far`);
  }
  workshop.remove();
  console.log(JSON.stringify({ faults: tried, acknowledged, ends, failed }, null, 1));
  return failed.length > 0 ? 1 : 0;
}

interface Tried {
  end: string;
  count: number;
  injected: boolean;
  wrong: string[];
}

async function tryOne(shim: string, mode: (typeof MODES)[number], at: number): Promise<Tried> {
  const directory = tempDir('highwater-faults-');
  const env = { LD_PRELOAD: shim, FAULT_AT: String(at), FAULT_MODE: mode, FAULT_PATH: 'highwater.mdb' };
  try {
    const daemon = await startDaemon({ dataDir: directory.path, env }).catch((error: Error) => error);
    // It may not even start: then it has acknowledged nothing, and starts when the disk is well again.
    if (daemon instanceof Error) return { end: 'did not start', count: 0, injected: true, wrong: await checkAfter(directory.path, []) };
    const sent = await sendUntilGone(daemon, `${mode}-${at}`, 12);
    const gone = sent.at(-1)?.status === null;
    const { code } = gone ? await daemon.exited : { code: await daemon.stop() };
    const injected = daemon.log.some((line) => line.startsWith('fault '));
    const wrong = await checkAfter(directory.path, sent);
    if (gone && code !== SOFTWARE) wrong.push(`it ended with ${code}, expected ${SOFTWARE}`);
    const refused = sent.some(({ status }) => status === 503);
    const end = gone ? `exit ${code}` : refused ? '503 and on' : 'unharmed';
    return { end, count: sent.filter(({ status }) => status === 200).length * 3, injected, wrong };
  } finally {
    directory.remove();
  }
}
