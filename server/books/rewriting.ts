/**
 * Correcting the books after something late: entries as they were and as they should have been. A record that does not change
 * keeps its number; one that changes gets a new one, and the old stays, superseded.
 */
import { getOrMake } from '../../shared/maps.ts';
import { addLevels, type Levels } from '../usage/levels.ts';
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

/** Writes the corrections down, in the order of the books. */
export function writeRewriting(batch: Batch, { organisation, entries }: Rewriting): void {
  const changes = [...entries.values()].sort((a, b) => comparePositions(a.position, b.position));
  for (const { position, before, after } of changes) {
    const changed = numberRecords(batch, before, after);
    countDifference(batch, organisation, position, before, after);
    correctAnomaly(batch, organisation, position, before, after);
    if (after.records.length === 0 && after.superseded === null && !isEvent(after)) removeEntry(batch, organisation, position, after);
    else writeCorrected(batch, organisation, position, after, before === null || changed);
  }
  for (const { position } of changes) organisation.newestAt = Math.max(organisation.newestAt, position.at);
  touch(batch, organisation);
}

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

/** What the correction does to the levels, in sum. */
function countDifference(batch: Batch, organisation: Organisation, position: Position, before: Entry | null, after: Entry): void {
  const sums = new Map<string, Levels>();
  const add = (entry: Entry, sign: 1 | -1): void => {
    for (const record of entry.records) {
      // A further device moves no level, and yet one more holding is shown.
      touch(batch, organisation).add(record.type);
      const by = levelChange(entry.kind, record);
      if (!by) continue;
      const signed = by.map((level) => level * sign) as Levels;
      sums.set(
        record.type,
        addLevels(
          getOrMake(sums, record.type, () => [0, 0, 0, 0] as Levels),
          signed,
        ),
      );
    }
  };
  if (before) add(before, -1);
  add(after, 1);
  for (const [type, by] of sums) {
    if (by.some((level) => level !== 0)) countChange(batch, organisation, position, type, by);
    else touch(batch, organisation).add(type);
  }
}

function writeCorrected(batch: Batch, organisation: Organisation, position: Position, after: Entry, changed: boolean): void {
  batch.draft.put('entries', entryKey(organisation.id, position), after);
  if (after.user === '') return;
  const key = userEntryKey(organisation.id, after.user, position);
  const known = batch.draft.get<StoredUser | 0>('userEntries', key);
  if (known === undefined) batch.draft.put('userEntries', key, 0);
  if (changed) dropSnapshots(batch, organisation, after.user, position);
}

/** The user's state was carried along from here on as it was thought to be. */
function dropSnapshots(batch: Batch, organisation: Organisation, user: string, from: Position): void {
  const range = { start: userEntryKey(organisation.id, user, from), end: [organisation.id, user, Number.POSITIVE_INFINITY] };
  for (const { key, value } of [...batch.draft.range<StoredUser | 0>('userEntries', range)]) {
    if (value !== 0) batch.draft.put('userEntries', key, 0);
  }
}

function removeEntry(batch: Batch, organisation: Organisation, position: Position, entry: Entry): void {
  batch.draft.remove('entries', entryKey(organisation.id, position));
  batch.draft.remove('userEntries', userEntryKey(organisation.id, entry.user, position));
  dropSnapshots(batch, organisation, entry.user, position);
}
