/**
 * Correcting the books after something late: entries as they were and as they should have been. A record that does not change
 * keeps its number; one that changes gets a new one, and the old stays, superseded.
 */
import { addLevels, type Levels, NO_LEVELS, sameLevels } from '../usage/levels.ts';
import { correctAnomaly } from './anomalies.ts';
import { type Batch, nextSeq, touch } from './batch.ts';
import {
  comparePositions,
  type Entry,
  type EntryRecord,
  entryKey,
  isEvent,
  levelChange,
  type Position,
  positionKey,
  userEntryKey,
} from './entry.ts';
import type { Organisation } from './organisation.ts';
import { countChange } from './settle.ts';
import type { StoredUser } from './stored.ts';

export interface Rewritten {
  position: Position;
  before: Entry | null;
  after: Entry;
}

export interface Rewriting {
  organisation: Organisation;
  entries: Map<string, Rewritten>;
}

export const beginRewriting = (organisation: Organisation): Rewriting => ({ organisation, entries: new Map() });

const textOf = (position: Position): string => positionKey(position).join();

export function rewrite({ entries }: Rewriting, position: Position, before: Entry | null, after: Entry): void {
  const known = entries.get(textOf(position));
  if (known) known.after = after;
  else entries.set(textOf(position), { position, before, after });
}

/** The entry as it stands after the corrections so far. */
export const rewritten = ({ entries }: Rewriting, position: Position): Rewritten | undefined => entries.get(textOf(position));

/** Writes the corrections down, in the order of the books, and counts what they do to the levels. */
export function writeRewriting(batch: Batch, rewriting: Rewriting): void {
  const { organisation } = rewriting;
  for (const item of inOrder(rewriting)) {
    const { position, before, after } = item;
    const changed = numberRecords(batch, before, after);
    countDifference(batch, organisation, item);
    correctAnomaly(batch, organisation, position, before, after);
    writeOne(batch, organisation, item);
    if (before === null || changed || isGone(after)) dropSnapshots(batch, organisation, after.user, position);
  }
  for (const { position } of rewriting.entries.values()) organisation.newestAt = Math.max(organisation.newestAt, position.at);
  touch(batch, organisation);
}

/** Writes down corrections that touch nothing but pools. The caller sees to the levels and to what users' entries carry along. */
export function writePoolRewriting(batch: Batch, rewriting: Rewriting): void {
  for (const item of inOrder(rewriting)) {
    numberRecords(batch, item.before, item.after);
    writeOne(batch, rewriting.organisation, item);
  }
}

const inOrder = ({ entries }: Rewriting): Rewritten[] => [...entries.values()].sort((a, b) => comparePositions(a.position, b.position));

/** What timers did, and turned out not to have happened, leaves nothing behind but what was superseded. */
const isGone = (after: Entry): boolean => after.records.length === 0 && after.superseded === null && !isEvent(after);

/** Gives numbers to the records: the old one where nothing changed. Whether anything did. */
function numberRecords(batch: Batch, before: Entry | null, after: Entry): boolean {
  const left = [...(before?.records ?? [])];
  const earlier = before?.superseded ?? [];
  let changed = false;
  for (const record of after.records) {
    const same = left.findIndex((old) => sameRecord(old, record));
    const [old] = same < 0 ? [] : left.splice(same, 1);
    record.seq = old?.seq ?? nextSeq(batch);
    if (!old) changed = true;
  }
  after.superseded = earlier.length + left.length > 0 ? [...earlier, ...left] : null;
  return changed || left.length > 0;
}

const sameRecord = (a: EntryRecord, b: EntryRecord): boolean =>
  a.acquired === b.acquired && a.type === b.type && a.session === b.session && a.pool === b.pool && a.since === b.since;

/** What the correction does to the levels, in sum, by licence type. A type that only has other records is there with nothing. */
export function levelDifferences({ before, after }: Rewritten): Map<string, Levels> {
  const sums = new Map<string, Levels>();
  const add = (entry: Entry, sign: 1 | -1): void => {
    for (const record of entry.records) {
      const by = levelChange(entry.kind, record) ?? NO_LEVELS;
      const sum = sums.get(record.type) ?? NO_LEVELS;
      sums.set(record.type, addLevels(sum, by.map((level) => level * sign) as Levels));
    }
  };
  if (before) add(before, -1);
  add(after, 1);
  return sums;
}

/** A further device moves no level, and yet one more holding is shown. */
function countDifference(batch: Batch, organisation: Organisation, item: Rewritten): void {
  for (const [type, by] of levelDifferences(item)) {
    touch(batch, organisation).add(type);
    if (!sameLevels(by, NO_LEVELS)) countChange(batch, organisation, item.position, type, by);
  }
}

function writeOne({ draft }: Batch, { id }: Organisation, { position, after }: Rewritten): void {
  const userKey = userEntryKey(id, after.user, position);
  if (isGone(after)) {
    draft.remove('entries', entryKey(id, position));
    draft.remove('userEntries', userKey);
    return;
  }
  draft.put('entries', entryKey(id, position), after);
  if (after.user !== '' && draft.get<StoredUser | 0>('userEntries', userKey) === undefined) draft.put('userEntries', userKey, 0);
}

/** The user's state was carried along from here on as it was thought to be. */
export function dropSnapshots(
  { draft }: Batch,
  { id }: Organisation,
  user: string,
  from: Position,
  until = Number.POSITIVE_INFINITY,
): void {
  if (user === '') return;
  const range = { start: userEntryKey(id, user, from), end: [id, user, until] };
  for (const { key, value } of [...draft.range<StoredUser | 0>('userEntries', range)]) {
    if (value !== 0) draft.put('userEntries', key, 0);
  }
}
