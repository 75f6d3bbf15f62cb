import { systemClock } from '../../../server/clock.ts';
import { openPipeline } from '../../../server/pipeline.ts';
import type { Pipeline } from '../../../server/pipeline-types.ts';
import type { Store } from '../../../server/store/store.ts';
import { BUILT_IN_CATALOGUE } from '../../../shared/catalogue.ts';
import type { LicenceEvent } from '../../../shared/events.ts';
import { assignmentsOf, centresOf, FROM, hoursOf, TO } from './traffic.ts';

/** The line over a store, with a clock that stands wherever it is put. */
export async function openBenchPipeline(store: Store, start: number): Promise<{ pipeline: Pipeline; standAt(at: number): void }> {
  let now = start;
  const clock = { ...systemClock, now: () => now, every: () => () => {} };
  const log = { info: () => {}, error: (fields: object, message: string) => console.error(message, fields) };
  const onFatal = (error: unknown) => {
    throw error;
  };
  const pipeline = await openPipeline({ store, clock, catalogue: BUILT_IN_CATALOGUE, randomId: () => 'bench', log, onFatal });
  return {
    pipeline,
    standAt(at) {
      now = at;
    },
  };
}

/** Events of a request: an hour's at least, and of a small centre those of several hours. */
const REQUEST = 500;

/** Lets the books live through thirteen months, in order. @returns records per second */
export async function fill(store: Store, organisations: number, records: number, say: (text: string) => void): Promise<number> {
  const { pipeline, standAt } = await openBenchPipeline(store, FROM);
  const centres = centresOf(organisations, records);
  for (const centre of centres) {
    const { id, users } = centre;
    const entitlements = { 'Inbound Agent': { concurrent: Math.ceil(users * 0.45), contingency: Math.ceil(users * 0.05), unitPrice: 90 } };
    await pipeline.putOrganisation(id, { name: id, timeZone: 'Europe/London', billingPeriodStartDay: 1, entitlements }, null);
    await pipeline.putUsers(id, assignmentsOf(centre), null);
  }
  const started = performance.now();
  let said = started;
  let events: LicenceEvent[] = [];
  for (const hour of hoursOf(centres, records)) {
    events.push(...hour.events);
    const { end } = hour;
    if (events.length < REQUEST && end < TO) continue;
    standAt(end - 1);
    await pipeline.ingest(events);
    events = [];
    if (performance.now() - said < 20_000) continue;
    said = performance.now();
    say(`history: filled up to ${new Date(end).toISOString().slice(0, 10)}, ${pipeline.committed.seq()} records`);
  }
  const seconds = (performance.now() - started) / 1000;
  standAt(TO);
  await pipeline.ingest([]);
  const rate = pipeline.committed.seq() / seconds;
  await pipeline.close();
  return rate;
}
