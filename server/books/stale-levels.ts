/**
 * Levels that are derived from the entries again, a piece at a time and in the order of time, while users are worked out again: each
 * row of five minutes once, however many users had something in it. Live numbers are right all the while; the rows are not, until
 * they have been passed.
 */
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { addLevels, beginStretch, extend, type Levels, type Stretch } from '../usage/levels.ts';
import { addMove, BUCKET_MS, bucketStart, type Change, crossed, HOUR_MS, hourStart, type Moves } from '../usage/open-bucket.ts';
import { type Batch, touch } from './batch.ts';
import { type Entry, levelChange } from './entry.ts';
import { bucketsIn, levelEnteringNew, rewatch, rewriteHistoryOf } from './history.ts';
import { correctHours } from './hours.ts';
import { type Organisation, typeState } from './organisation.ts';
import { jumpBetween, keepLevels, type LevelRecomputation } from './recomputation.ts';

export function deriveLevels(batch: Batch, organisation: Organisation, task: LevelRecomputation): void {
  for (const type of [...(batch.history.get(organisation.id)?.keys() ?? [])]) rewriteHistoryOf(batch, organisation, type);
  if (task.at < Number.POSITIVE_INFINITY) keepLevels(batch, organisation, nextStretch(batch, organisation, task));
  else keepLevels(batch, organisation, nextMarks(batch, organisation, task));
}

function nextStretch(batch: Batch, organisation: Organisation, task: LevelRecomputation): LevelRecomputation {
  const { changes, until } = readChanges(batch, organisation, task.at);
  for (const type of organisation.types.keys()) {
    deriveType(batch, organisation, type, changes.get(type) ?? new Map(), task.at, until);
  }
  return { ...task, at: until, marks: until === Number.POSITIVE_INFINITY ? [...organisation.types.keys()] : [] };
}

/** The marks of day and billing period of one type. */
function nextMarks(batch: Batch, organisation: Organisation, task: LevelRecomputation): LevelRecomputation | null {
  const [type, ...marks] = task.marks;
  if (type === undefined) return null;
  rewatch(batch, organisation, type, typeState(organisation, type).usage);
  touch(batch, organisation).add(type);
  return { ...task, marks };
}

/** By type and bucket, those of about so many entries; whole buckets, and all that is left where that is not more. */
function readChanges(batch: Batch, { id }: Organisation, from: Instant): { changes: Map<string, Map<Instant, Change[]>>; until: Instant } {
  const changes = new Map<string, Map<Instant, Change[]>>();
  let until = Number.POSITIVE_INFINITY;
  let seen = 0;
  for (const { key, value } of batch.draft.range<Entry>('entries', { start: [id, from], end: [id, Number.POSITIVE_INFINITY] })) {
    const at = key[1] as Instant;
    if (at >= until) break;
    for (const record of value.records) {
      const by = levelChange(value.kind, record);
      if (!by) continue;
      const ofType = getOrMake(changes, record.type, () => new Map<Instant, Change[]>());
      getOrMake(ofType, bucketStart(at), (): Change[] => []).push({ at, by });
    }
    if (++seen !== batch.books.effort.perPiece) continue;
    const begun = bucketStart(at);
    until = begun > from ? begun : begun + BUCKET_MS;
  }
  return { changes, until };
}

function deriveType(
  batch: Batch,
  organisation: Organisation,
  type: string,
  changes: ReadonlyMap<Instant, Change[]>,
  from: Instant,
  until: Instant,
): void {
  const { usage } = typeState(organisation, type);
  // Open buckets are right.
  const firstOpen = usage.open[0]?.start ?? Number.POSITIVE_INFINITY;
  const end = Math.min(until, firstOpen);
  if (end <= from) return;
  const changed = [...changes.keys()].filter((start) => start < end);
  const starts = bucketsIn(batch, organisation, type, hourStart(from), Math.min(firstOpen, hourStart(end - 1) + HOUR_MS), changed);
  const derived = starts.filter((start) => start >= from && start < end);
  let before: Stretch | null = null;
  for (const start of derived) {
    const enter = before ? levelAfter(organisation, type, before, start) : enterFirst(batch, organisation, type, start);
    const { row, most } = derive(start, enter, changes.get(start) ?? []);
    usage.crossed = Math.max(usage.crossed, most);
    batch.draft.put('buckets', [organisation.id, type, start], row);
    before = row;
  }
  if (derived.length === 0) return;
  correctHours(batch, organisation, type, starts, new Set(derived.map(hourStart)), firstOpen);
  touch(batch, organisation).add(type);
}

/** The first row that is kept says itself which level came before it. */
function enterFirst(batch: Batch, organisation: Organisation, type: string, start: Instant): Levels {
  const first = start === organisation.kept.buckets && batch.draft.get<Stretch>('buckets', [organisation.id, type, start]);
  return first ? first.enter : levelEnteringNew(batch, organisation, type, start);
}

function levelAfter({ recomputations }: Organisation, type: string, before: Stretch, start: Instant): Levels {
  const jump = jumpBetween(recomputations.pools.get(type), before.start, start);
  return addLevels(before.exit, jump.map((level) => -level) as Levels);
}

/** A row, and how many more at most were there on the way through an instant. */
function derive(start: Instant, enter: Levels, changes: readonly Change[]): { row: Stretch; most: number } {
  const row = beginStretch(start, enter);
  let moves: Moves = { came: 0, went: 0 };
  let most = 0;
  for (const { at, by } of changes) {
    if (row.until !== at) moves = { came: 0, went: 0 };
    extend(row, at, by);
    addMove(moves, by[0]);
    most = Math.max(most, crossed(moves));
  }
  return { row, most };
}
