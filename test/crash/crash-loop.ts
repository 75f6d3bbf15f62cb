/** Load, kill -9 at a seeded moment, restart, and compare what is on disk with what was acknowledged; again and again. */
import { setTimeout as wait } from 'node:timers/promises';
import { seededRandom } from '../../server/simulate/random.ts';
import type { Page, RecordView, UsageView } from '../../shared/views.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';
import { createBackupLoad, verify } from './backup-load.ts';
import { type Centre, createCentre } from './centre.ts';
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
  /** Events late, with leases or for everybody, rows of files and versions of settings: the books are those of a plain walk. */
  late: number;
  imported: number;
  settings: number;
  backups: number;
}

const O = `/api/v1/organisations/${ORGANISATION}`;
/** Records of a round are asked for from a little before it: a clock that steps back must not hide them. */
const MARGIN_MS = 5_000;
/** Of a round in which a backup is asked for. */
const BACKUP_CHANCE = 0.3;
/** Rounds between two looks at everything, `verify` among them. */
const LOOK_EVERY = 5;
/** On a machine that does other work at the same time. */
const START_WITHIN_MS = 120_000;

/** @throws with the seed and the way to play it again */
export async function crashLoop(options: CrashLoopOptions): Promise<CrashLoopResult> {
  try {
    return await play(options);
  } catch (error) {
    const replay = `npm run crash-loop -- --rounds ${options.rounds} --seed ${options.seed}`;
    throw new Error(`seed ${options.seed}; again with: ${replay}\n${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

async function play({ rounds, seed, producers = 8, longest = 1_500, report }: CrashLoopOptions): Promise<CrashLoopResult> {
  const random = seededRandom(seed);
  const directory = tempDir('highwater-crash-');
  const ledger = createLedger();
  const load = Array.from({ length: producers }, (_, nth) => createProducer(`p${nth}`, seed + 1 + nth, ledger));
  const backups = createBackupLoad();
  const done = { late: 0, imported: 0, settings: 0 };
  let epoch: string | null = null;
  const start = () => startDaemon({ dataDir: directory.path, env: { HIGHWATER_BACKUP_KEEP: '2' }, startWithin: START_WITHIN_MS });
  let daemon: Daemon = await start();
  let centre: Centre = createCentre('centre-1', seed);
  try {
    for (let round = 1; round <= rounds; round++) {
      const isLast = round === rounds;
      const mark = ledger.mark();
      const started = Date.now();
      centre.play(daemon);
      const backup = random.chance(BACKUP_CHANCE) ? backups.ask(daemon, ledger.seq) : null;
      const running = Promise.all([...load.map((producer) => producer.run(daemon)), backup]);
      const enough = Promise.all([wait(random.below(longest)), random.chance(0.5) && backup]);
      // A mistake of the daemon shows at once, not after the kill.
      await Promise.race([enough, running]);
      await daemon.kill();
      centre.play(null);
      await running;

      daemon = await start();
      if (ledger.acknowledged > 0) epoch = await checkPosition(daemon, ledger.seq, epoch);
      // What had no answer is sent again, now to a daemon that stays up for it: then every request has one.
      for (const producer of load) await producer.settle(daemon);
      if (ledger.acknowledged > 0) {
        const records = await readRecords(daemon, isLast ? 0 : started - MARGIN_MS);
        const wrong = [...ledger.check(records, isLast ? 0 : mark), ...(await checkPresent(daemon, ledger.open()))];
        if (wrong.length > 0) throw new Error(`round ${round}: ${wrong.length} differences\n${wrong.slice(0, 10).join('\n')}`);
      }
      if (isLast || round % LOOK_EVERY === 0) {
        await centre.check(daemon);
        await verify(directory.path);
        await backups.check(daemon);
        centre.end();
        done.late += centre.acknowledged;
        done.imported += centre.imported;
        done.settings += centre.settings;
        centre = createCentre(`centre-${round + 1}`, seed + round);
      }
      report?.(`round ${round}/${rounds}: ${ledger.acknowledged} events acknowledged, each exactly once; ${JSON.stringify(done)}`);
    }
    const records = (await readRecords(daemon, 0)).length;
    return { rounds, acknowledged: ledger.acknowledged, records, ...done, backups: backups.made };
  } finally {
    centre.end();
    await daemon.dispose();
    directory.remove();
  }
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
