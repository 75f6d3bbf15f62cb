/**
 * The real daemon under load with its writes and syncs written down, and then again and again the disk as a power cut at some moment may
 * leave it: a daemon started on that holds what was acknowledged before the moment, each request whole or not at all, and the same books.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Random, seededRandom } from '../../server/simulate/random.ts';
import type { Backup, BackupsView } from '../../shared/backups.ts';
import type { UsageView } from '../../shared/views.ts';
import { verify } from '../crash/backup-load.ts';
import { checkAfter, ORGANISATION, type Sent, sendUntilGone } from '../faults/ledger-load.ts';
import { compileShim } from '../faults/run.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';
import { createDisk, readJournal } from './disk.ts';

export interface PowerOptions {
  cuts: number;
  seed: number;
  /** Requests of each sender. */
  requests: number;
  report?(text: string): void;
}

export interface PowerFigures {
  cuts: number;
  /** Events that were acknowledged, each before some of the cuts. */
  acknowledged: number;
  /** Of all cuts, how many events had been acknowledged before it. */
  owed: number;
  failed: string[];
}

const START_WITHIN_MS = 120_000;
/** Events of a request, by sender: commits of few pages and of many, at the same time. */
const SIZES = [1, 1, 4, 60];
/** Of the cuts, before anything was ever acknowledged. */
const EARLY = 0.1;
const O = `/api/v1/organisations/${ORGANISATION}`;

/** What somebody was told when the journal had a length. */
interface Told {
  at: number;
  seq: number;
}
interface Kept {
  at: number;
  backup: Backup;
}
interface Played {
  sent: Sent[];
  told: Told[];
  kept: Kept[];
  epoch: string;
  /** Length of the journal when the daemon listened. */
  ready: number;
}

/** @throws with the seed and the way to play it again, where the load itself fails */
export async function cutPower({ cuts, seed, requests, report }: PowerOptions): Promise<PowerFigures> {
  const random = seededRandom(seed);
  const workshop = tempDir('highwater-power-');
  try {
    const [dataDir, file] = [join(workshop.path, 'data'), join(workshop.path, 'journal')];
    const shim = compileShim(workshop.path, join('test', 'power', 'recorder.c'));
    const played = await play(dataDir, file, shim, requests);
    const journal = readFileSync(file);
    const disk = createDisk(journal, dataDir);
    const figures: PowerFigures = { cuts: 0, acknowledged: events(played.sent), owed: 0, failed: [] };
    for (const at of moments(journal, played.ready, cuts, random)) {
      disk.playTo(at);
      const before = played.sent.map((each) => (each.at <= at ? each : { ...each, status: null }));
      const image = tempDir('highwater-cut-');
      try {
        disk.cut(random, image.path);
        const wrong = await checkCut(image.path, before, played, at);
        figures.failed.push(...wrong.map((text) => `power cut at ${at} of ${journal.length} (seed ${seed}): ${text}`));
      } finally {
        image.remove();
      }
      figures.cuts++;
      figures.owed += events(before);
      report?.(`cut ${figures.cuts}/${cuts}: ${events(before)} events owed, ${figures.failed.length} wrong so far`);
    }
    return figures;
  } finally {
    workshop.remove();
  }
}

const events = (sent: readonly Sent[]): number => sent.filter(({ status }) => status === 200).reduce((sum, { ids }) => sum + ids.length, 0);

async function play(dataDir: string, file: string, shim: string, requests: number): Promise<Played> {
  const env = { LD_PRELOAD: shim, POWER_DIR: dataDir, POWER_JOURNAL: file };
  const daemon = await startDaemon({ dataDir, env, startWithin: START_WITHIN_MS });
  try {
    const now = () => statSync(file).size;
    const ready = now();
    await daemon.put(O, {});
    const done = { all: false };
    const watching = watch(daemon, now, done);
    const keeping = keep(daemon, now, done);
    const sent = (await Promise.all(SIZES.map((size, nth) => sendUntilGone(daemon, `s${nth}`, requests, size, { now })))).flat();
    done.all = true;
    const { told, epoch } = await watching;
    return { sent, told, epoch, kept: await keeping, ready };
  } finally {
    await daemon.kill();
  }
}

/** What is shown counts as much as what is answered. */
async function watch(daemon: Daemon, now: () => number, done: { all: boolean }): Promise<{ told: Told[]; epoch: string }> {
  const told: Told[] = [];
  for (;;) {
    const { epoch, seq } = (await daemon.get<UsageView>(`${O}/usage`)).body;
    told.push({ at: now(), seq });
    if (done.all) return { told, epoch };
  }
}

async function keep(daemon: Daemon, now: () => number, done: { all: boolean }): Promise<Kept[]> {
  const kept: Kept[] = [];
  do {
    const { body } = await daemon.post<Backup>('/api/v1/backups', undefined);
    kept.push({ backup: body, at: now() });
  } while (!done.all);
  return kept;
}

/** In order, the very end among them: ends of operations, as what is between them is the same to the disk. */
function moments(journal: Buffer, ready: number, cuts: number, random: Random): number[] {
  const ends = [...readJournal(journal)].map(({ end }) => end);
  const [early, late] = [ends.filter((end) => end <= ready), ends.filter((end) => end > ready)];
  const one = (of: number[]) => of[random.below(of.length)] as number;
  const any = Array.from({ length: cuts - 1 }, () => one(random.chance(EARLY) ? early : late));
  return [...any.sort((a, b) => a - b), journal.length];
}

async function checkCut(dataDir: string, before: readonly Sent[], { told, kept, epoch }: Played, at: number): Promise<string[]> {
  const shown = told.filter((each) => each.at <= at).reduce((most, { seq }) => Math.max(most, seq), 0);
  const backup = kept.filter((each) => each.at <= at).at(-1)?.backup;
  try {
    return await checkAfter(dataDir, before, async (daemon) => {
      const wrong: string[] = [];
      if (told.some((each) => each.at <= at)) {
        const { body } = await daemon.get<UsageView>(`${O}/usage`);
        if (body.seq < shown) wrong.push(`it goes to ${body.seq}, and ${shown} was shown`);
        if (body.epoch !== epoch) wrong.push('the books have another epoch');
      }
      await verify(dataDir);
      if (!backup) return wrong;
      const { items } = (await daemon.get<BackupsView>('/api/v1/backups')).body;
      if (!items.some(({ name }) => name === backup.name)) return [...wrong, `backup ${backup.name} was answered and is not listed`];
      await verify(join(dataDir, 'backups', backup.name));
      return wrong;
    });
  } catch (error) {
    return [(error as Error).message];
  }
}
