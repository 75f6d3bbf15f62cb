/** What an organisation notices of another that sends in bulk: how long its single events take, by itself and beside it. */
import { startDaemon } from '../support/daemon.ts';
import type { LoadOrder, LoadResult } from './load.ts';
import { runPart } from './processes.ts';
import { ratio, showSpread, spread, table } from './stats.ts';

const CALM = { organisation: 'calm', producers: 4, batch: 1, users: 50 };
const BULK = { organisation: 'bulk', producers: 4, batch: 1000, users: 5000 };

export async function benchNeighbours(runs: number, seconds: number, say: (text: string) => void): Promise<string> {
  const alone: LoadResult[] = [];
  const beside: LoadResult[] = [];
  for (let run = 0; run < runs; run++) {
    const daemon = await startDaemon();
    try {
      const load = (part: string, shape: typeof CALM): Promise<LoadResult> => {
        const order: LoadOrder = { ...shape, seconds, run: `${part}${run}`, url: daemon.url };
        return runPart<LoadResult>('load.ts', order);
      };
      alone.push(await load('alone', CALM));
      const [calm, bulk] = await Promise.all([load('beside', CALM), load('bulk', BULK)]);
      beside.push(calm);
      say(`neighbours ${run + 1}/${runs}: p99 ${calm.p99.toFixed(1)} ms beside ${Math.round(bulk.eventsPerSecond)} events/s`);
    } finally {
      await daemon.dispose();
    }
  }
  const row = (name: string, of: 'p50' | 'p99'): string[] => {
    const [by, its] = [spread(beside.map((result) => result[of])), spread(alone.map((result) => result[of]))];
    return [name, showSpread(by), showSpread(its), ratio(by, its)];
  };
  return table(
    ['an event, acknowledged after', 'beside a neighbour in bulk, ms', 'by itself, ms', 'of by itself'],
    [row('p50', 'p50'), row('p99', 'p99')],
  );
}
