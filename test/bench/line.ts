/** The line with LMDB, without HTTP. */
import { systemClock } from '../../server/clock.ts';
import { openPipeline } from '../../server/pipeline.ts';
import { openLmdbStore } from '../../server/store/lmdb.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import type { LicenceEvent } from '../../shared/events.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Acknowledged events per second of these requests, on a new store, eight of them in flight. */
export async function lineRate(requests: LicenceEvent[][]): Promise<number> {
  const directory = tempDir('highwater-line-');
  const store = openLmdbStore(directory.path);
  const log = { info: () => {}, error: () => {} };
  const onFatal = (error: unknown) => {
    throw error;
  };
  const pipeline = await openPipeline({ store, clock: systemClock, catalogue: BUILT_IN_CATALOGUE, randomId: () => 'bench', log, onFatal });
  const waiting = [...requests];
  const started = performance.now();
  const producers = Array.from({ length: 8 }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await pipeline.ingest(next);
  });
  await Promise.all(producers);
  const seconds = (performance.now() - started) / 1000;
  await pipeline.close();
  await store.close();
  directory.remove();
  return requests.flat().length / seconds;
}
