/** Durable acknowledged events per second. */
import { join } from 'node:path';
import { startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';
import { openGroupCommit } from './group-commit.ts';
import type { LoadOrder, LoadResult } from './load.ts';
import { runPart, startBareServer } from './processes.ts';
import { ratio, show, showSpread, spread, table } from './stats.ts';
import { ASSIGNMENT, requests, type Traffic, userName } from './traffic.ts';

const SHAPES = [
  { name: 'batches of 1,000, 4 producers', batch: 1000, producers: 4, users: 5000 },
  { name: 'batches of 100, 16 producers', batch: 100, producers: 16, users: 1000 },
  { name: 'single events, 64 producers', batch: 1, producers: 64, users: 50 },
];

interface Rates {
  ours: LoadResult[];
  http: LoadResult[];
  file: number[];
}

export async function benchIngest(runs: number, seconds: number, say: (text: string) => void): Promise<string> {
  const rates: Rates[] = SHAPES.map(() => ({ ours: [], http: [], file: [] }));
  for (let run = 0; run < runs; run++) {
    const directory = tempDir('highwater-bench-');
    const bare = await startBareServer(join(directory.path, 'journal'));
    const daemon = await startDaemon();
    try {
      for (const [index, { name, ...shape }] of SHAPES.entries()) {
        const rate = rates[index];
        if (!rate) continue;
        const traffic: Traffic = { ...shape, organisation: `bench-${index}` };
        await daemon.put(`/api/v1/organisations/${traffic.organisation}`, {
          name,
          timeZone: 'Europe/London',
          billingPeriodStartDay: 1,
          entitlements: {},
        });
        for (let producer = 0; producer < traffic.producers; producer++) {
          const users = Array.from({ length: traffic.users }, (_, nth) => ({ user: userName(producer, nth), ...ASSIGNMENT }));
          for (let first = 0; first < users.length; first += 1000) {
            await daemon.put(`/api/v1/organisations/${traffic.organisation}/users`, users.slice(first, first + 1000));
          }
        }
        const order: LoadOrder = { ...traffic, seconds, run: `r${run}`, url: daemon.url };
        rate.file.push(await fileRate(join(directory.path, `raw-${index}`), traffic, seconds));
        rate.ours.push(await runPart<LoadResult>('load.ts', order));
        rate.http.push(await runPart<LoadResult>('load.ts', { ...order, url: bare.url }));
        say(`ingest ${run + 1}/${runs}, ${name}: ${show(rate.ours.at(-1)?.eventsPerSecond ?? 0)} events/s`);
      }
    } finally {
      await daemon.dispose();
      await bare.stop();
      directory.remove();
    }
  }
  return table(
    ['', 'Highwater, events/s', 'p50 ms', 'p99 ms', 'file + fdatasync over HTTP', 'file + fdatasync alone', 'of HTTP', 'of file'],
    SHAPES.map(({ name }, index) => {
      const { ours, http, file } = rates[index] ?? { ours: [], http: [], file: [] };
      const [mine, overHttp, raw] = [spread(ours.map((r) => r.eventsPerSecond)), spread(http.map((r) => r.eventsPerSecond)), spread(file)];
      const latency = (of: 'p50' | 'p99') => show(spread(ours.map((result) => result[of])).median);
      return [
        name,
        showSpread(mine),
        latency('p50'),
        latency('p99'),
        showSpread(overHttp),
        showSpread(raw),
        ratio(mine, overHttp),
        ratio(mine, raw),
      ];
    }),
  );
}

/** The same bytes from the same number of producers into a file, in this process. */
async function fileRate(path: string, traffic: Traffic, seconds: number): Promise<number> {
  const journal = await openGroupCommit(path);
  const started = performance.now();
  const until = started + (seconds * 1000) / 2;
  let sent = 0;
  const produce = async (producer: number) => {
    const next = requests(traffic, producer, 'raw');
    while (performance.now() < until) {
      await journal.append(next());
      sent++;
    }
  };
  await Promise.all(Array.from({ length: traffic.producers }, (_, producer) => produce(producer)));
  const rate = (sent * traffic.batch * 1000) / (performance.now() - started);
  await journal.close();
  return rate;
}
