/** The in-use level over a stretch of time as steps, for charts. */
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { type Entry, positionOf } from '../books/entry.ts';
import { keptOf, type OrganisationCounters } from '../books/organisation.ts';
import type { LevelSteps } from '../pipeline-types.ts';
import { below, type Reader } from '../store/store.ts';
import { BUCKET_MS, bucketStart } from '../usage/open-bucket.ts';
import { createCutBuckets } from './cut-buckets.ts';
import { inUseAt } from './in-use.ts';
import { createLevelReader, type LevelSource } from './level-reader.ts';
import { createEffort, pagedRows, type Work } from './work.ts';

/** Entries that are read for exact steps; a busier stretch is drawn from its five-minute buckets. */
const EXACT_ENTRIES = 20_000;
/** Of what is drawn from buckets, in one go: so many hours of a type at most. */
const LONGEST_SLOT_MS = 30 * 86_400_000;

export function* readSteps(disk: Reader, organisation: string, from: Instant, to: Instant, points: number): Work<LevelSteps[]> {
  const counters = disk.get<OrganisationCounters>('states', [organisation]);
  const kept = keptOf(counters ?? {});
  // Nothing changes after the newest event: how far ahead is asked for does not matter.
  const until = Math.max(from, Math.min(to, (counters?.newestAt ?? to) + 1));
  // Beyond what is kept nobody knows who was there when the first of the entries came.
  const exact = from < kept.entries ? null : yield* exactSteps(disk, organisation, from, until);
  const steps =
    exact ?? (yield* bucketSteps({ disk, organisation, kept, cuts: createCutBuckets(disk, organisation) }, from, until, points));
  return steps.map((each) => thin(each, from, until, points));
}

function* exactSteps(disk: Reader, organisation: string, from: Instant, to: Instant): Work<LevelSteps[] | null> {
  const steps = new Map<string, LevelSteps>();
  for (const [licenceType, level] of inUseAt(disk, organisation, from)) steps.set(licenceType, { licenceType, at: [from], inUse: [level] });
  const effort = createEffort();
  let entries = 0;
  for (const { key, value } of pagedRows<Entry>(disk, 'entries', [organisation, from], [organisation, to])) {
    if (++entries > EXACT_ENTRIES) return null;
    const { at } = positionOf(key, 1);
    for (const record of value.records) {
      if (!record.turned) continue;
      const known = getOrMake(steps, record.type, () => ({ licenceType: record.type, at: [from], inUse: [0] }));
      push(known, at, (known.inUse.at(-1) as number) + (record.acquired ? 1 : -1));
    }
    effort.spend(1 + value.records.length);
    if (effort.tired()) yield;
  }
  return [...steps.values()];
}

/** Of each slot of time where it began, its highest and its last level. */
function* bucketSteps(source: LevelSource, from: Instant, to: Instant, points: number): Work<LevelSteps[]> {
  const { disk, organisation } = source;
  const most = Math.ceil((to - from) / (Math.max(2, points) / 2) / BUCKET_MS) * BUCKET_MS;
  const slot = Math.min(LONGEST_SLOT_MS, Math.max(BUCKET_MS, most));
  const effort = createEffort();
  const found: LevelSteps[] = [];
  for (const { key } of disk.range('types', below(organisation))) {
    const licenceType = key[1] as string;
    const reader = createLevelReader(source, licenceType, from, effort);
    const steps: LevelSteps = { licenceType, at: [], inUse: [] };
    for (let start = from; start <= to && !(start > from && reader.idleUntil(to)); ) {
      const end = Math.min(bucketStart(start) + slot, to);
      const { enter, high, highAt, until, exit } = reader.next(end);
      push(steps, start, enter[0]);
      if (high[0] > Math.max(enter[0], exit[0])) push(steps, highAt[0], high[0]);
      if (until < to) push(steps, until, exit[0]);
      if (end === to) break;
      start = end;
      effort.spend(1);
      if (effort.tired()) yield;
    }
    found.push(steps);
  }
  return found;
}

/** Steps of one instant are one step. Where only whole days are known, one may reach beyond its slot: what it says stands. */
function push(steps: LevelSteps, at: Instant, level: number): void {
  const last = steps.at.at(-1) ?? Number.NEGATIVE_INFINITY;
  if (last > at) return;
  if (last === at) steps.inUse[steps.inUse.length - 1] = level;
  else if (steps.inUse.at(-1) !== level) {
    steps.at.push(at);
    steps.inUse.push(level);
  }
}

/** At most so many points: the first, and of each slot of time the highest and the last, so that no peak is smoothed away. */
function thin(steps: LevelSteps, from: Instant, to: Instant, points: number): LevelSteps {
  if (steps.at.length <= points) return steps;
  const slot = (to - from) / Math.max(1, Math.floor((points - 1) / 2));
  const kept: LevelSteps = { licenceType: steps.licenceType, at: [], inUse: [] };
  let end = -1;
  for (let first = 0; first < steps.at.length; first = end + 1) {
    const limit = (steps.at[first] as number) + slot;
    let high = first;
    end = first;
    for (let i = first; i < steps.at.length && (steps.at[i] as number) < limit; i++) {
      if ((steps.inUse[i] as number) > (steps.inUse[high] as number)) high = i;
      end = i;
    }
    for (const i of new Set(first === 0 ? [0, high, end] : [high, end])) push(kept, steps.at[i] as number, steps.inUse[i] as number);
  }
  return kept;
}
