/** Whether something late could have put anybody into another pool: only then the pools of a type are gone through again. */
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import type { Stretch } from '../usage/levels.ts';
import { bucketStart } from '../usage/open-bucket.ts';
import { highestOf, highestSince } from '../usage/type-usage.ts';
import type { Batch } from './batch.ts';
import { type Organisation, typeState } from './organisation.ts';
import { withRaises } from './raises.ts';

/** Has the pools of a type gone through again from an instant on, once everything else of the batch is in the books. */
export function contestPools(batch: Batch, { id }: Organisation, type: string, from: Instant): void {
  const types = getOrMake(batch.contested, id, () => new Map<string, Instant>());
  types.set(type, Math.min(from, types.get(type) ?? from));
}

/** Something that came before in the batch sees to it. */
export const willBeReplayed = (batch: Batch, { id }: Organisation, type: string): boolean => batch.contested.get(id)?.has(type) === true;

/** Whether so many holders more or less since an instant could have put anybody into another pool. */
export function isContested(batch: Batch, organisation: Organisation, type: string, from: Instant, holders = 1): boolean {
  if (willBeReplayed(batch, organisation, type)) return true;
  const smallest = smallestSince(organisation, type, from);
  if (smallest === Number.POSITIVE_INFINITY) return false;
  const state = typeState(organisation, type);
  if (state.pools.outside.size > 0 || organisation.recomputations.levels !== null) return true;
  const highest = highestSince(state.usage, from) ?? highestInHistory(batch, organisation, type, from);
  return highest + state.usage.crossed + waiting(batch, organisation, type) + holders > smallest;
}

/** What this batch has added to the past and not yet brought into the history. */
function waiting(batch: Batch, organisation: Organisation, type: string): number {
  const changes = batch.history.get(organisation.id)?.get(type) ?? [];
  return changes.filter(({ by }) => by[0] > 0).length;
}

function smallestSince({ versions }: Organisation, type: string, from: Instant): number {
  const inForceAt = versions.findLastIndex((version) => version.from <= from);
  const sizes = versions.slice(Math.max(0, inForceAt)).map((version) => version.value.entitlements.get(type)?.concurrent);
  return Math.min(Number.POSITIVE_INFINITY, ...sizes.filter((size) => size !== undefined));
}

function highestInHistory(batch: Batch, organisation: Organisation, type: string, from: Instant): number {
  const { kept } = organisation;
  if (kept.stale < kept.buckets && from < kept.buckets) return Number.POSITIVE_INFINITY;
  const { usage } = typeState(organisation, type);
  let highest = highestSince(usage, usage.open[0]?.start ?? from) ?? 0;
  const days = { start: [organisation.id, type, organisation.calendar.day(from).start], end: [organisation.id, type, kept.buckets] };
  if (from < kept.buckets) for (const { value } of batch.draft.range<Stretch>('days', days)) highest = Math.max(highest, highestOf(value));
  const start = [organisation.id, type, bucketStart(from)];
  for (const { value } of withRaises(batch.draft).range<Stretch>('buckets', {
    start,
    end: [organisation.id, type, Number.POSITIVE_INFINITY],
  })) {
    highest = Math.max(highest, highestOf(value));
  }
  return highest;
}
