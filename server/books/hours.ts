/** Hours of a licence type, put together from five-minute buckets once none of these is open any more: long histories are read from them. */
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { append } from '../usage/combine.ts';
import { beginStretch, type Stretch } from '../usage/levels.ts';
import { HOUR_MS, hourStart } from '../usage/open-bucket.ts';
import type { Batch } from './batch.ts';
import type { Organisation } from './organisation.ts';

/** Writes the hours that are over now that these buckets were closed. */
export function closeHours(batch: Batch, organisation: Organisation, type: string, closed: readonly Instant[], firstOpen: Instant): void {
  for (const hour of new Set(closed.map(hourStart))) {
    if (hour >= hourStart(firstOpen)) continue;
    const range = { start: [organisation.id, type, hour], end: [organisation.id, type, hour + HOUR_MS] };
    const starts = [...batch.draft.range('buckets', range)].map(({ key }) => key[2] as Instant);
    writeHour(batch, organisation, type, starts);
  }
}

/** Writes hours anew whose buckets were corrected. `starts`: of all buckets of these hours, and others, in order. */
export function correctHours(
  batch: Batch,
  organisation: Organisation,
  type: string,
  starts: readonly Instant[],
  corrected: ReadonlySet<Instant>,
  firstOpen: Instant,
): void {
  const byHour = new Map<Instant, Instant[]>();
  for (const start of starts) {
    const hour = hourStart(start);
    if (corrected.has(hour) && hour < hourStart(firstOpen)) getOrMake(byHour, hour, () => []).push(start);
  }
  for (const inHour of byHour.values()) writeHour(batch, organisation, type, inHour);
}

function writeHour(batch: Batch, organisation: Organisation, type: string, starts: readonly Instant[]): void {
  const buckets = starts.map((start) => batch.draft.get<Stretch>('buckets', [organisation.id, type, start]) as Stretch);
  const [first] = buckets;
  if (!first) return;
  const hour = beginStretch(hourStart(first.start), first.enter);
  for (const bucket of buckets) append(hour, bucket);
  batch.draft.put('hours', [organisation.id, type, hour.start], hour);
}
