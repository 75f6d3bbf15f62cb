/**
 * Levels of the past beyond what is kept by five minutes: days for good, and hours for some years. They are not corrected in place:
 * where something late reaches behind, days and hours are derived from the entries again, one day a batch.
 */
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import type { Span } from '../licensing/calendar.ts';
import { append } from '../usage/combine.ts';
import {
  addLevels,
  beginStretch,
  copyStretch,
  extend,
  figures,
  type Levels,
  NO_LEVELS,
  type Stretch,
  sameLevels,
} from '../usage/levels.ts';
import { bucketStart, HOUR_MS, hourStart, OpenBucket } from '../usage/open-bucket.ts';
import { countIn } from '../usage/type-usage.ts';
import { type Batch, touch } from './batch.ts';
import { type Entry, levelChange } from './entry.ts';
import { closeHours } from './hours.ts';
import { type Organisation, typeState } from './organisation.ts';

/** A day as it is kept: its end is not known from its start. */
export interface StoredDay extends Stretch {
  end: Instant;
}

/** How a correction reaches into what is kept by five minutes. What lies before is derived again later. */
export function whatIsKept(
  batch: Batch,
  organisation: Organisation,
  type: string,
  changes: ReadonlyMap<Instant, Levels>,
  stretch: { from: Instant; until: Instant; raised: Levels },
): { from: Instant; until: Instant; raised: Levels; byBucket: ReadonlyMap<Instant, Levels> } {
  const { buckets } = organisation.kept;
  if (stretch.from >= buckets) return { ...stretch, byBucket: changes };
  deriveAgain(organisation, stretch.from);
  let raised = stretch.raised;
  const byBucket = new Map<Instant, Levels>();
  for (const [start, by] of changes) {
    if (start >= buckets) byBucket.set(start, by);
    else raised = addLevels(raised, by);
  }
  if (stretch.until > buckets) openAnchor(organisation, type, anchor(batch, organisation, type, buckets, NO_LEVELS));
  return { from: buckets, until: stretch.until, raised, byBucket };
}

/** Has days and hours derived again from an instant on, where they are what is kept. */
export function deriveAgain(organisation: Organisation, from: Instant): void {
  const { kept, calendar } = organisation;
  if (from >= kept.buckets) return;
  kept.stale = Math.min(kept.stale, calendar.day(from).start);
  if (kept.stale < kept.closed) {
    // What has no entries any more stays as it is.
    const { start, end } = calendar.day(kept.closed);
    kept.stale = start === kept.closed ? start : end;
  }
  organisation.nextKeep = Number.NEGATIVE_INFINITY;
}

/** The first of what is kept by five minutes says which level came before it. */
function anchor({ draft }: Batch, { id }: Organisation, type: string, start: Instant, level: Levels): Stretch {
  const known = draft.get<Stretch>('buckets', [id, type, start]);
  if (known) return known;
  const made = beginStretch(start, level);
  draft.put('buckets', [id, type, start], made);
  return made;
}

/** In memory too, where there is nothing newer: else it would seem that nothing is in the store. */
function openAnchor(organisation: Organisation, type: string, row: Stretch): void {
  const { usage } = typeState(organisation, type);
  if (usage.open.length === 0) usage.open.push(new OpenBucket(copyStretch(row)));
}

/**
 * Puts the oldest day that is kept by five minutes, and lies before `limit`, together to a day. False: there is none.
 * @param limit begins a local day
 */
export function rollDay(batch: Batch, organisation: Organisation, limit: Instant): boolean {
  const { kept, types, calendar } = organisation;
  const { first, moved } = oldestBuckets(batch, organisation, limit);
  if (first >= limit) return false;
  // Days on which nothing moved are passed over together.
  const day = moved < limit ? calendar.day(moved) : { start: limit, end: limit };
  // Clocks that are no whole five minutes off are history, and so are their days: they stay as they are.
  if (day.end <= kept.buckets || day.end > limit || bucketStart(day.end) !== day.end) return false;
  if (isChanging(batch, organisation, day.end)) return true;
  for (const type of types.keys()) rollType(batch, organisation, type, day);
  kept.buckets = day.end;
  touch(batch, organisation);
  return true;
}

/** Starts of the first row, and of the first in which a level moved, up to an instant. */
function oldestBuckets({ draft }: Batch, { id, types }: Organisation, limit: Instant): { first: Instant; moved: Instant } {
  let [first, moved] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const type of types.keys()) {
    for (const { key, value } of draft.range<Stretch>('buckets', {
      start: [id, type, Number.NEGATIVE_INFINITY],
      end: [id, type, Math.min(limit, moved)],
    })) {
      first = Math.min(first, key[2] as Instant);
      if (isStill(value)) continue;
      moved = key[2] as Instant;
      break;
    }
  }
  return { first, moved };
}

/** Something of this very batch is not in the store yet. */
const isChanging = ({ history, buckets }: Batch, { id }: Organisation, until: Instant): boolean =>
  (history.get(id)?.size ?? 0) > 0 || [...(buckets.get(id)?.values() ?? [])].some((first) => first < until);

function rollType(batch: Batch, organisation: Organisation, type: string, { start, end }: Span): void {
  const { id } = organisation;
  const { draft } = batch;
  const range = { start: [id, type, Number.NEGATIVE_INFINITY], end: [id, type, end] };
  const rows = [...draft.range<Stretch>('buckets', range)].map(({ value }) => value);
  const [first] = rows;
  if (!first) return;
  closeOld(batch, organisation, type, end);
  // Of a day that another time zone's days cut in two, the first part is kept already.
  const day = copyStretch(draft.get<StoredDay>('days', [id, type, start]) ?? beginStretch(start, first.enter));
  for (const row of rows) {
    if (row.start >= start) append(day, row);
    draft.remove('buckets', [id, type, row.start]);
  }
  if (!isStill(day)) draft.put('days', [id, type, start], { ...day, end });
  openAnchor(organisation, type, anchor(batch, organisation, type, end, day.exit));
}

/** Buckets are open until others come; of a type that nobody uses any more they grow old. */
function closeOld(batch: Batch, organisation: Organisation, type: string, until: Instant): void {
  const { usage } = typeState(organisation, type);
  const old = usage.open.filter(({ start }) => start < until);
  if (old.length === 0) return;
  for (const { whole } of old) for (const watch of [usage.day, usage.period]) countIn(watch, whole);
  const starts = old.map(({ start }) => start);
  closeHours(batch, organisation, type, starts, until);
  usage.open = usage.open.filter(({ start }) => start >= until);
  touch(batch, organisation).add(type);
}

/** A day through which the level stood still needs no row: it is that of the day before. */
function isStill(day: Stretch): boolean {
  const { low, high, exit } = figures(day, day.until);
  return [low, high, exit].every((levels) => sameLevels(levels, day.enter));
}

/** Derives the first stale day from the entries, and passes over what is empty behind it. False: nothing is stale. */
export function deriveDay(batch: Batch, organisation: Organisation): boolean {
  const { kept, calendar, types } = organisation;
  if (kept.stale >= kept.buckets) {
    kept.stale = Number.POSITIVE_INFINITY;
    return false;
  }
  const { start, end: dayEnd } = calendar.day(kept.stale);
  const end = Math.min(dayEnd, kept.buckets);
  const nextEntry = nextEntryAt(batch, organisation, end);
  // Under another time zone five minutes begin within a day: what is empty up to them is done, though that day began before.
  const next = nextEntry < kept.buckets ? calendar.day(nextEntry).start : kept.buckets;
  const changes = readDay(batch, organisation, start, end);
  for (const type of types.keys()) {
    const enter = levelBeforeDay(batch, organisation, type, start);
    const ofType = changes.get(type) ?? [];
    clear(batch, organisation, type, start, Math.max(next, end));
    writeHours(batch, organisation, type, { start, end }, ofType, enter);
    writeDay(batch, organisation, type, { start, end }, ofType, enter);
  }
  kept.stale = next >= kept.buckets ? Number.POSITIVE_INFINITY : next;
  touch(batch, organisation);
  return true;
}

function nextEntryAt({ draft }: Batch, { id, kept }: Organisation, from: Instant): Instant {
  for (const { key } of draft.range('entries', { start: [id, from], end: [id, kept.buckets], limit: 1 })) return key[1] as Instant;
  return kept.buckets;
}

/** Under another time zone days began at other instants; an hour that a day's edge cuts in two belongs to no day, and tells nothing. */
function clear({ draft }: Batch, { id, kept }: Organisation, type: string, start: Instant, end: Instant): void {
  const hours = { start: [id, type, Math.max(hourStart(start), kept.hours)], end: [id, type, end] };
  for (const { key } of [...draft.range('hours', hours)]) draft.remove('hours', key);
  for (const { key } of [...draft.range('days', { start: [id, type, start], end: [id, type, end] })]) draft.remove('days', key);
}

type Changes = { at: Instant; by: Levels }[];

function readDay({ draft }: Batch, { id }: Organisation, from: Instant, until: Instant): Map<string, Changes> {
  const changes = new Map<string, Changes>();
  for (const { key, value } of draft.range<Entry>('entries', { start: [id, from], end: [id, until] })) {
    for (const record of value.records) {
      const by = levelChange(value.kind, record);
      if (by) getOrMake(changes, record.type, (): Changes => []).push({ at: key[1] as Instant, by });
    }
  }
  return changes;
}

function levelBeforeDay({ draft }: Batch, { id }: Organisation, type: string, start: Instant): Levels {
  const range = { start: [id, type, Number.NEGATIVE_INFINITY], end: [id, type, start], reverse: true, limit: 1 };
  for (const { value } of draft.range<StoredDay>('days', range)) return value.exit;
  return NO_LEVELS;
}

function writeDay({ draft }: Batch, { id }: Organisation, type: string, { start, end }: Span, changes: Changes, enter: Levels): void {
  if (changes.length === 0) return;
  const day = beginStretch(start, enter);
  for (const { at, by } of changes) extend(day, at, by);
  draft.put('days', [id, type, start], { ...day, end });
}

function writeHours({ draft }: Batch, { id, kept }: Organisation, type: string, day: Span, changes: Changes, enter: Levels): void {
  let level = enter;
  let hour: Stretch | null = null;
  const put = (): void => {
    const whole = hour && hour.start >= Math.max(day.start, kept.hours) && hour.start + HOUR_MS <= day.end;
    if (hour && whole) draft.put('hours', [id, type, hour.start], hour);
  };
  for (const { at, by } of changes) {
    if (hour?.start !== hourStart(at)) {
      put();
      hour = beginStretch(hourStart(at), level);
    }
    extend(hour, at, by);
    level = addLevels(level, by);
  }
  put();
}

/** Rows removed in one go. */
const ROWS = 1_000;

/** Removes hours before an instant, a few at a time. False: there are none. */
export function dropHours(batch: Batch, organisation: Organisation, limit: Instant): boolean {
  const { id, kept, types } = organisation;
  const until = Math.min(limit, kept.buckets);
  let left = ROWS;
  for (const type of types.keys()) {
    const range = { start: [id, type, Number.NEGATIVE_INFINITY], end: [id, type, until], limit: left };
    for (const { key } of [...batch.draft.range('hours', range)]) {
      batch.draft.remove('hours', key);
      left--;
    }
    if (left <= 0) break;
  }
  if (left === ROWS) return false;
  kept.hours = until;
  touch(batch, organisation);
  return true;
}
