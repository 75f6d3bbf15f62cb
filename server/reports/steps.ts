/** The in-use level over a stretch of time as steps, for charts. */
import type { Instant } from '../../shared/time.ts';
import { type Entry, positionOf } from '../books/entry.ts';
import { keptOf, type OrganisationCounters } from '../books/organisation.ts';
import type { LevelSteps } from '../pipeline-types.ts';
import { below, type Reader } from '../store/store.ts';
import type { Stretch } from '../usage/levels.ts';
import { bucketStart } from '../usage/open-bucket.ts';
import { inUseAt } from './in-use.ts';

/** Entries that are read for exact steps; a busier stretch is drawn from its five-minute buckets. */
const EXACT_ENTRIES = 20_000;

export function readSteps(disk: Reader, organisation: string, from: Instant, to: Instant, points: number): LevelSteps[] {
  const exact = exactSteps(disk, organisation, from, to) ?? bucketSteps(disk, organisation, from, to);
  return exact.map((steps) => thin(steps, from, to, points));
}

function exactSteps(disk: Reader, organisation: string, from: Instant, to: Instant): LevelSteps[] | null {
  const rows = [...disk.range<Entry>('entries', { start: [organisation, from], end: [organisation, to], limit: EXACT_ENTRIES })];
  if (rows.length === EXACT_ENTRIES) return null;
  const steps = new Map<string, LevelSteps>();
  for (const [licenceType, level] of inUseAt(disk, organisation, from)) steps.set(licenceType, { licenceType, at: [from], inUse: [level] });
  for (const row of rows) {
    const { at } = positionOf(row.key, 1);
    for (const record of row.value.records) {
      if (!record.turned) continue;
      const known = steps.get(record.type) ?? { licenceType: record.type, at: [from], inUse: [0] };
      steps.set(record.type, known);
      push(known, at, (known.inUse.at(-1) as number) + (record.acquired ? 1 : -1));
    }
  }
  return [...steps.values()];
}

function bucketSteps(disk: Reader, organisation: string, from: Instant, to: Instant): LevelSteps[] {
  return [...disk.range('types', below(organisation))].map(({ key }) => {
    const licenceType = key[1] as string;
    const steps: LevelSteps = { licenceType, at: [], inUse: [] };
    for (const value of levelRows(disk, organisation, licenceType, bucketStart(from), to)) {
      push(steps, Math.max(from, value.start), value.enter[0]);
      if (value.highAt[0] > from && value.high[0] > Math.max(value.enter[0], value.exit[0])) push(steps, value.highAt[0], value.high[0]);
      push(steps, Math.max(from, value.until), value.exit[0]);
    }
    return steps;
  });
}

/** The finest rows that are kept. */
function* levelRows(disk: Reader, organisation: string, licenceType: string, from: Instant, to: Instant): Iterable<Stretch> {
  const kept = keptOf(disk.get<OrganisationCounters>('states', [organisation]) ?? {});
  const tables = [
    ['days', Number.NEGATIVE_INFINITY, kept.hours],
    ['hours', kept.hours, kept.buckets],
    ['buckets', kept.buckets, Number.POSITIVE_INFINITY],
  ] as const;
  for (const [table, first, end] of tables) {
    const range = { start: [organisation, licenceType, Math.max(first, from)], end: [organisation, licenceType, Math.min(end, to)] };
    for (const { value } of disk.range<Stretch>(table, range)) yield value;
  }
}

/** Steps of one instant are one step. */
function push(steps: LevelSteps, at: Instant, level: number): void {
  if (steps.at.at(-1) === at) steps.inUse[steps.inUse.length - 1] = level;
  else {
    steps.at.push(at);
    steps.inUse.push(level);
  }
}

/** At most so many points: of each slot of time the highest and the last, so that no peak is smoothed away. */
function thin(steps: LevelSteps, from: Instant, to: Instant, points: number): LevelSteps {
  if (steps.at.length <= points) return steps;
  const slot = (to - from) / Math.floor(points / 2);
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
    for (const i of new Set([high, end])) push(kept, steps.at[i] as number, steps.inUse[i] as number);
  }
  return kept;
}
