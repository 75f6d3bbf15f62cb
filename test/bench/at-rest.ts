/** What lies on disk, and how long a start takes over it. */
import { readdirSync, statSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';
import { post } from './load.ts';
import { ratio, show, showSpread, spread, table } from './stats.ts';
import { ASSIGNMENT, requests, userName } from './traffic.ts';

const SESSIONS = 100_000;
const BATCH = 1_000;
const RECORDS_AN_EVENT = 2;

/** Of the store's files; the ballast that is kept for a full disk holds nothing. */
function bytesIn(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name, stat: statSync(join(directory, name)) }))
    .filter(({ name, stat }) => stat.isFile() && /\.mdb$/.test(name))
    .reduce((sum, { stat }) => sum + stat.size, 0);
}

/** Sends `events` events about `users` people: they log in one after the other, then out. */
async function feed(daemon: Daemon, organisation: string, users: number, events: number): Promise<void> {
  await daemon.put(`/api/v1/organisations/${organisation}`, {
    name: organisation,
    timeZone: 'Europe/London',
    billingPeriodStartDay: 1,
    entitlements: {},
  });
  for (let first = 0; first < users; first += BATCH) {
    const body = Array.from({ length: Math.min(BATCH, users - first) }, (_, nth) => ({ user: userName(0, first + nth), ...ASSIGNMENT }));
    await daemon.put(`/api/v1/organisations/${organisation}/users`, body);
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const next = requests({ organisation, producers: 1, batch: BATCH, users }, 0, 'rest');
  for (let sent = 0; sent < events; sent += BATCH) await post(new URL('/api/v1/events', daemon.url), agent, next());
  agent.destroy();
}

async function startedIn(dataDir: string): Promise<{ milliseconds: number; daemon: Daemon }> {
  const before = performance.now();
  const daemon = await startDaemon({ dataDir });
  return { milliseconds: performance.now() - before, daemon };
}

export async function benchAtRest(runs: number, say: (text: string) => void): Promise<string> {
  const [empty, churned, full] = [tempDir('highwater-bench-'), tempDir('highwater-bench-'), tempDir('highwater-bench-')];
  const starts: { empty: number[]; churned: number[]; full: number[] } = { empty: [], churned: [], full: [] };
  try {
    for (const [directory, users, events] of [
      [empty, 0, 0],
      [churned, 1_000, SESSIONS],
      [full, SESSIONS, SESSIONS],
    ] as const) {
      const daemon = await startDaemon({ dataDir: directory.path });
      if (events > 0) await feed(daemon, 'at-rest', users, events);
      await daemon.stop();
      await daemon.dispose();
      say(`at rest: ${show(events)} events about ${show(users)} people, ${(bytesIn(directory.path) / 1e6).toFixed(1)} MB`);
    }
    const aRecord = (bytesIn(churned.path) - bytesIn(empty.path)) / (SESSIONS * RECORDS_AN_EVENT);
    const aSession = (bytesIn(full.path) - bytesIn(churned.path)) / SESSIONS;
    for (let run = 0; run < runs; run++) {
      for (const [name, directory] of [
        ['empty', empty],
        ['churned', churned],
        ['full', full],
      ] as const) {
        const { milliseconds, daemon } = await startedIn(directory.path);
        starts[name].push(milliseconds);
        await daemon.stop();
        await daemon.dispose();
      }
      say(`start-up ${run + 1}/${runs}: ${show(starts.full.at(-1) ?? 0)} ms with ${show(SESSIONS)} sessions`);
    }
    const floor = spread(starts.empty);
    const row = (name: string, values: number[]) => [name, showSpread(spread(values)), ratio(spread(values), floor)];
    return [
      table(
        ['start to "listening"', 'ms', 'of empty'],
        [
          row('empty data directory', starts.empty),
          row(`${show(SESSIONS * RECORDS_AN_EVENT)} records, 1,000 users, none signed in`, starts.churned),
          row(`${show(SESSIONS)} open sessions (${show(SESSIONS * RECORDS_AN_EVENT)} records)`, starts.full),
        ],
      ),
      '',
      table(
        ['on disk', 'bytes'],
        [
          ['a record, with its share of the event and its id', aRecord.toFixed(0)],
          ['an open session and its user, beyond the records', aSession.toFixed(0)],
        ],
      ),
    ].join('\n');
  } finally {
    for (const directory of [empty, churned, full]) directory.remove();
  }
}
