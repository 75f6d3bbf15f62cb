/** Load, kill -9 at a seeded moment, restart, and compare what is on disk with what was acknowledged; again and again. */
import { setTimeout as wait } from 'node:timers/promises';
import { seededRandom } from '../../server/simulate/random.ts';
import type { Page, RecordView, UsageView } from '../../shared/views.ts';
import { runCli } from '../support/cli.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';
import { createLedger } from './ledger.ts';
import { createProducer, ORGANISATION } from './producer.ts';

export interface CrashLoopOptions {
  rounds: number;
  seed: number;
  producers?: number;
  /** The longest time under load before a kill, in milliseconds. */
  longest?: number;
  report?(text: string): void;
}

export interface CrashLoopResult {
  rounds: number;
  acknowledged: number;
  records: number;
}

const O = `/api/v1/organisations/${ORGANISATION}`;
/** Records of a round are asked for from a little before it: a clock that steps back must not hide them. */
const MARGIN_MS = 5_000;

/** @throws with the seed and the way to play it again */
export async function crashLoop(options: CrashLoopOptions): Promise<CrashLoopResult> {
  try {
    return await play(options);
  } catch (error) {
    const replay = `npm run crash-loop -- --rounds ${options.rounds} --seed ${options.seed}`;
    throw new Error(`seed ${options.seed}; again with: ${replay}\n${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

async function play({ rounds, seed, producers = 8, longest = 400, report }: CrashLoopOptions): Promise<CrashLoopResult> {
  const random = seededRandom(seed);
  const directory = tempDir('highwater-crash-');
  const ledger = createLedger();
  const load = Array.from({ length: producers }, (_, nth) => createProducer(`p${nth}`, seed + 1 + nth, ledger));
  let epoch: string | null = null;
  let daemon: Daemon = await startDaemon({ dataDir: directory.path });
  try {
    for (let round = 1; round <= rounds; round++) {
      const mark = ledger.mark();
      const started = Date.now();
      const running = Promise.all(load.map((producer) => producer.run(daemon)));
      // A mistake of the daemon shows at once, not after the kill.
      await Promise.race([wait(random.below(longest)), running]);
      await daemon.kill();
      await running;

      daemon = await startDaemon({ dataDir: directory.path });
      if (ledger.acknowledged > 0) epoch = await checkPosition(daemon, ledger.seq, epoch);
      // What had no answer is sent again, now to a daemon that stays up for it: then every request has one.
      for (const producer of load) await producer.settle(daemon);
      if (ledger.acknowledged === 0) continue;
      const records = await readRecords(daemon, round === rounds ? 0 : started - MARGIN_MS);
      const wrong = [...ledger.check(records, round === rounds ? 0 : mark), ...(await checkPresent(daemon, ledger.open()))];
      if (wrong.length > 0) throw new Error(`round ${round}: ${wrong.length} differences\n${wrong.slice(0, 10).join('\n')}`);
      report?.(`round ${round}/${rounds}: ${ledger.acknowledged} events acknowledged, each exactly once`);
    }
    await verify(directory.path);
    return { rounds, acknowledged: ledger.acknowledged, records: (await readRecords(daemon, 0)).length };
  } finally {
    await daemon.dispose();
    directory.remove();
  }
}

/** Everything kept beside the entries, derived from them again; the daemon runs on. */
async function verify(dataDir: string): Promise<void> {
  const cli = runCli(['verify', '--data-dir', dataDir]);
  const { code } = await cli.ended();
  if (code !== 0) throw new Error(`highwater verify ended with ${code}\n${[...cli.stdout, ...cli.stderr].slice(0, 10).join('\n')}`);
}

/** @returns the epoch */
async function checkPosition(daemon: Daemon, acknowledged: number, epoch: string | null): Promise<string> {
  const usage = (await daemon.get<UsageView>(`${O}/usage`)).body;
  if (usage.seq < acknowledged) throw new Error(`seq ${usage.seq} after the restart, ${acknowledged} was acknowledged`);
  if (epoch !== null && usage.epoch !== epoch) throw new Error('another epoch after the restart');
  return usage.epoch;
}

async function checkPresent(daemon: Daemon, open: { sessions: number; users: number }): Promise<string[]> {
  const { sessions, users } = (await daemon.get<UsageView>(`${O}/usage`)).body;
  if (sessions === open.sessions && users === open.users) return [];
  return [`${sessions} sessions of ${users} users are open, expected ${open.sessions} of ${open.users}`];
}

async function readRecords(daemon: Daemon, from: number): Promise<RecordView[]> {
  const items: RecordView[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({
      from: new Date(from).toISOString(),
      order: 'asc',
      limit: '1000',
      ...(cursor === null ? {} : { cursor }),
    });
    const page: Page<RecordView> = (await daemon.get<Page<RecordView>>(`${O}/records?${query}`)).body;
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}
