/** The past worked out again in pieces: how long it takes, and how long anybody else waits meanwhile. The line with LMDB, without HTTP. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../server/clock.ts';
import { openPipeline } from '../../server/pipeline.ts';
import type { Pipeline } from '../../server/pipeline-types.ts';
import { openLmdbStore } from '../../server/store/lmdb.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import type { LicenceEvent } from '../../shared/events.ts';
import type { OrganisationSettings } from '../../shared/organisation.ts';
import { formatInstant } from '../../shared/time.ts';
import { tempDir } from '../support/temp-dir.ts';
import { table } from './stats.ts';

const DAY_MS = 86_400_000;
const SETTINGS: OrganisationSettings = {
  name: 'bench',
  timeZone: 'Europe/London',
  billingPeriodStartDay: 1,
  entitlements: { 'Inbound Agent': { concurrent: 400, contingency: 100 } },
};

interface Case {
  name: string;
  users: number;
  events: number;
  days: number;
  disturb: (pipeline: Pipeline, start: number) => Promise<unknown>;
}

const event = (type: LicenceEvent['type'], user: string, at: number): LicenceEvent => ({
  type,
  organisation: 'bench',
  user,
  device: type === 'logout-all' ? '' : 'desktop',
  logonSource: type === 'logout-all' ? 'Scheduled Log Off' : 'Agent Desktop',
  at,
  receivedAt: Date.now(),
  ...(type === 'login' && { licences: ['Inbound Agent', 'Agent E-mail'] }),
});

const CASES: Case[] = [
  {
    name: 'a login 19 days late, still open',
    users: 1_000,
    events: 100_000,
    days: 19,
    disturb: (pipeline, start) => pipeline.ingest([event('login', 'late', start + 1)]),
  },
  {
    name: 'other sizes of the pools from 20 days ago on',
    users: 1_000,
    events: 100_000,
    days: 19,
    disturb: (pipeline, start) =>
      pipeline.putOrganisation(
        'bench',
        {
          ...SETTINGS,
          entitlements: { 'Inbound Agent': { concurrent: 300, contingency: 100 } },
          effectiveFrom: formatInstant(start - DAY_MS),
        },
        null,
      ),
  },
  {
    name: 'a log-off every night from 20 days ago on',
    users: 1_000,
    events: 100_000,
    days: 19,
    disturb: (pipeline, start) =>
      pipeline.putOrganisation('bench', { ...SETTINGS, scheduledLogOff: '23:30', effectiveFrom: formatInstant(start - DAY_MS) }, null),
  },
  {
    name: 'a logout of all 10,000 users, with the next 2,500 logins already there',
    users: 10_000,
    events: 10_000,
    days: 0.125,
    disturb: (pipeline, start) => pipeline.ingest([event('logout-all', '', start + 0.75 * 0.125 * DAY_MS)]),
  },
  {
    name: 'the same with 7,500 of them, in pieces',
    users: 10_000,
    events: 10_000,
    days: 0.125,
    disturb: (pipeline, start) => pipeline.ingest([event('logout-all', '', start + 0.25 * 0.125 * DAY_MS)]),
  },
];

/** `share`: of the users and events of a full run. */
export async function benchPieces(share: number, say: (text: string) => void): Promise<string> {
  const rows: string[][] = [];
  for (const item of CASES) {
    rows.push(await measure({ ...item, users: item.users * share, events: item.events * share }));
    say(`pieces: ${rows.at(-1)?.join(', ')}`);
  }
  return table(
    ['what', 'answered', 'done', 'longest turn', 'another producer meanwhile: p50, p99', 'before it', 'RssAnon before, at most'],
    rows,
  );
}

async function measure({ name, users, events, days, disturb }: Case): Promise<string[]> {
  const directory = tempDir('highwater-pieces-');
  const store = openLmdbStore(directory.path);
  const onFatal = (error: unknown) => {
    throw error;
  };
  const log = { info: () => {}, error: console.error };
  const pipeline = await openPipeline({ store, clock: systemClock, catalogue: BUILT_IN_CATALOGUE, randomId: () => 'bench', log, onFatal });
  const start = Date.now() - days * DAY_MS - 3_600_000;
  await pipeline.putOrganisation('bench', { ...SETTINGS }, null);
  await live(pipeline, users, events, start, days * DAY_MS);
  const before = await watch(pipeline, () => pause(3_000));
  const rss = anonymous();
  let answered = 0;
  const during = await watch(pipeline, async () => {
    const asked = performance.now();
    await disturb(pipeline, start);
    answered = performance.now() - asked;
    while (pipeline.committed.usage('bench')?.recomputingFrom != null) await pause(50);
  });
  await pipeline.close();
  await store.close();
  directory.remove();
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const pair = ({ p50, p99 }: Watched): string => `${p50.toFixed(0)}, ${p99.toFixed(0)} ms`;
  return [
    name,
    seconds(answered),
    seconds(during.took),
    `${during.turn.toFixed(0)} ms`,
    pair(during),
    pair(before),
    `${rss}, ${during.rss} MB`,
  ];
}

/** Users come and go, evenly over the time. */
async function live(pipeline: Pipeline, users: number, events: number, start: number, span: number): Promise<void> {
  const signedIn = new Set<number>();
  let state = 129;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  let batch: LicenceEvent[] = [];
  for (let nth = 0; nth < events; nth++) {
    const user = events === users ? nth : Math.floor(random() * users);
    const type = signedIn.has(user) ? 'logout' : 'login';
    if (type === 'login') signedIn.add(user);
    else signedIn.delete(user);
    batch.push(event(type, `agent.${user}`, Math.floor(start + (span * nth) / events)));
    if (batch.length < 1_000 && nth < events - 1) continue;
    await pipeline.ingest(batch);
    batch = [];
  }
}

interface Watched {
  took: number;
  turn: number;
  p50: number;
  p99: number;
  rss: number;
}

/** Another organisation's producer, one event at a time, while something goes on; and how long the loop was not free. */
async function watch(pipeline: Pipeline, during: () => Promise<unknown>): Promise<Watched> {
  const waits: number[] = [];
  let [over, turn, last, rss] = [false, 0, performance.now(), 0];
  const ticking = setInterval(() => {
    turn = Math.max(turn, performance.now() - last);
    last = performance.now();
    if (waits.length % 10 === 0) rss = Math.max(rss, anonymous());
  }, 1);
  const produce = async (): Promise<void> => {
    for (let nth = 0; !over; nth++) {
      const asked = performance.now();
      await pipeline.ingest([{ ...event(nth % 2 === 0 ? 'login' : 'logout', 'other', Date.now()), organisation: 'other' }]);
      waits.push(performance.now() - asked);
      await pause(5);
    }
  };
  const started = performance.now();
  const producer = produce();
  await during();
  const took = performance.now() - started;
  over = true;
  await producer;
  clearInterval(ticking);
  waits.sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.floor((waits.length - 1) * share)] ?? 0;
  return { took, turn, p50: at(0.5), p99: at(0.99), rss };
}

const anonymous = (): number => Math.round(Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024);
