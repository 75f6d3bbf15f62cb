import { systemClock } from '../../../server/clock.ts';
import { openPipeline } from '../../../server/pipeline.ts';
import type { Pipeline } from '../../../server/pipeline-types.ts';
import { AFTER_NAMES, type Store } from '../../../server/store/store.ts';
import { BUILT_IN_CATALOGUE } from '../../../shared/catalogue.ts';
import type { LicenceEvent } from '../../../shared/events.ts';
import { getOrMake } from '../../../shared/maps.ts';
import { createProgress } from './progress.ts';
import { assignmentsOf, type Centre, centresOf, DAY, FROM, hoursOf, TO } from './traffic.ts';

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

/**
 * Lets the books live through thirteen months, in order; where some of it was lived through already, the rest.
 * @returns records per second; null: there was nothing left
 */
export async function fill(store: Store, organisations: number, records: number, say: (text: string) => void): Promise<number | null> {
  const lived = livedUpTo(store);
  if (lived >= TO) return null;
  const { pipeline, standAt } = await openBenchPipeline(store, Math.max(FROM, lived));
  const centres = centresOf(organisations, records);
  if (lived < FROM) await found(pipeline, centres);
  const progress = createProgress('history: records', records, pipeline.committed.seq(), say);
  let day: LicenceEvent[] = [];
  for (const { end, events } of hoursOf(centres, records)) {
    if (end <= lived) continue;
    day.push(...events);
    if (end % DAY !== 0) continue;
    standAt(end - 1);
    await pipeline.ingest(organisationByOrganisation(day));
    day = [];
    progress.to(pipeline.committed.seq());
  }
  const rate = progress.rate();
  standAt(TO);
  await pipeline.ingest([]);
  await pipeline.close();
  return rate;
}

/** The same books come of it, and what is written once a request and organisation is written once. */
function organisationByOrganisation(events: readonly LicenceEvent[]): LicenceEvent[] {
  const byOrganisation = new Map<string, LicenceEvent[]>();
  for (const event of events) getOrMake(byOrganisation, event.organisation, () => []).push(event);
  return [...byOrganisation.values()].flat();
}

/** A day is one request, which is recorded whole or not at all. */
function livedUpTo(store: Store): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (const { key } of store.range('organisations', {})) {
    const range = { start: key, end: [...key, AFTER_NAMES], reverse: true, limit: 1 };
    for (const last of store.range('entries', range)) newest = Math.max(newest, last.key[1] as number);
  }
  return Math.floor(newest / DAY) * DAY + DAY;
}

async function found(pipeline: Pipeline, centres: readonly Centre[]): Promise<void> {
  const put = async (centre: Centre): Promise<void> => {
    const { id, users } = centre;
    const entitlements = { 'Inbound Agent': { concurrent: Math.ceil(users * 0.45), contingency: Math.ceil(users * 0.05), unitPrice: 90 } };
    await pipeline.putOrganisation(id, { name: id, timeZone: 'Europe/London', billingPeriodStartDay: 1, entitlements }, null);
    await pipeline.putUsers(id, assignmentsOf(centre), null);
  };
  await Promise.all(centres.map(put));
}
