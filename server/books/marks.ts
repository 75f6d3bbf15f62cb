/**
 * Marks of in-use levels, so that a record's number is counted on from near. One is set every so many entries, also where these come late;
 * marks behind something late are off by it, and shifted at the end of the batch.
 */
import { getOrMake } from '../../shared/maps.ts';
import { compareKeys } from '../store/keys.ts';
import type { Batch } from './batch.ts';
import { CLASS, comparePositions, type Entry, entryKey, type Position, positionOf } from './entry.ts';
import type { Organisation } from './organisation.ts';

/** Entries between two marks. */
const EVERY = 256;
/** Of entries that come late, which may lie anywhere: between two of these may be as many that were there. */
const LATE_EVERY = 128;

type Levels = [type: string, inUse: number][];

/** From a position on, a type was in use by so many more. */
export interface Shift {
  position: Position;
  type: string;
  by: number;
  /** New marks from the n-th on are of levels with it. */
  inMarksFrom: number;
}

export interface NewMarks {
  newest: { position: Position; levels: Levels }[];
  late: Position[];
}

const marksOf = (batch: Batch, id: string): NewMarks => getOrMake(batch.marks, id, () => ({ newest: [], late: [] }));

/** Behind everything that is known: marks that are still to come have it, and none that is there lacks it. */
function isNewest({ books }: Batch, { newestAt }: Organisation, { at, class: order, receipt }: Position): boolean {
  return at > newestAt || (at === newestAt && order === CLASS.event && receipt === books.receipt);
}

/** `counted`: the level of now has it already. */
export function noteShift(
  batch: Batch,
  organisation: Organisation,
  shift: Pick<Shift, 'position' | 'type' | 'by'>,
  counted: boolean,
): void {
  if (shift.by === 0 || (counted && isNewest(batch, organisation, shift.position))) return;
  const inMarksFrom = counted ? marksOf(batch, organisation.id).newest.length : Number.POSITIVE_INFINITY;
  getOrMake(batch.shifts, organisation.id, (): Shift[] => []).push({ ...shift, inMarksFrom });
}

/** What could not be counted at once is in the level of now. */
export function shiftsCounted(batch: Batch, { id }: Organisation, type: string): void {
  for (const shift of batch.shifts.get(id) ?? []) {
    if (shift.type === type) shift.inMarksFrom = Math.min(shift.inMarksFrom, marksOf(batch, id).newest.length);
  }
}

/** A new entry, as long as it is not yet part of `newestAt`. */
export function markEntry(batch: Batch, organisation: Organisation, position: Position): void {
  const { newestAt, types } = organisation;
  if (position.at < newestAt || (position.at === newestAt && position.class !== CLASS.event)) markLateEntry(batch, organisation, position);
  else if (++organisation.sinceMark >= EVERY) {
    organisation.sinceMark = 0;
    const levels = [...types].map(([type, { usage }]): Levels[number] => [type, usage.level[0]]);
    marksOf(batch, organisation.id).newest.push({ position, levels });
  }
}

export function markLateEntry(batch: Batch, organisation: Organisation, position: Position): void {
  if (++organisation.sinceLateMark < LATE_EVERY) return;
  organisation.sinceLateMark = 0;
  marksOf(batch, organisation.id).late.push(position);
}

/** At the end of a batch. */
export function writeMarks(batch: Batch): void {
  for (const [id, shifts] of batch.shifts) shiftMarks(batch, id, shifts);
  for (const [id, { newest, late }] of batch.marks) {
    const shifts = batch.shifts.get(id) ?? [];
    for (const [index, { position, levels }] of newest.entries()) {
      const missing = shifts.filter((shift) => shift.inMarksFrom > index);
      batch.draft.put('marks', entryKey(id, position), shifted(position, levels, missing));
    }
    countMarks(batch, id, late.toSorted(comparePositions));
  }
}

/** Those that were there: until shifts make up for one another, all from the first on. */
function shiftMarks(batch: Batch, id: string, shifts: readonly Shift[]): void {
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  const sums = new Map<string, number>();
  for (const { position, type, by } of shifts) {
    earliest = Math.min(earliest, position.at);
    latest = Math.max(latest, position.at);
    sums.set(type, (sums.get(type) ?? 0) + by);
  }
  const end = [...sums.values()].every((sum) => sum === 0) ? latest + 1 : Number.POSITIVE_INFINITY;
  for (const { key, value } of [...batch.draft.range<Levels>('marks', { start: [id, earliest], end: [id, end] })]) {
    batch.draft.put('marks', key, shifted(positionOf(key, 1), value, shifts));
  }
}

function shifted(mark: Position, marked: Levels, shifts: readonly Shift[]): Levels {
  const levels = new Map(marked);
  for (const { position, type, by } of shifts) {
    if (comparePositions(position, mark) <= 0) levels.set(type, (levels.get(type) ?? 0) + by);
  }
  return [...levels];
}

/** New marks in the past, each counted on from the one before it. */
function countMarks({ draft }: Batch, id: string, positions: readonly Position[]): void {
  let levels = new Map<string, number>();
  let reached: readonly (string | number)[] | null = null;
  for (const position of positions) {
    const key = entryKey(id, position);
    // The first key behind it: what it closed stands behind a logout of everybody, and is not counted yet.
    const end = [...key, Number.NEGATIVE_INFINITY];
    const [last] = draft.range<Levels>('marks', { start: [id], end, reverse: true, limit: 1 });
    if (last && (reached === null || compareKeys(last.key, reached) > 0)) {
      levels = new Map(last.value);
      reached = last.key;
    }
    for (const row of draft.range<Entry>('entries', { start: reached ?? [id], end })) {
      if (reached !== null && compareKeys(row.key, reached) <= 0) continue;
      for (const { type, turned, acquired } of row.value.records) {
        if (turned) levels.set(type, (levels.get(type) ?? 0) + (acquired ? 1 : -1));
      }
      reached = row.key;
    }
    draft.put('marks', key, [...levels]);
  }
}
