/**
 * Correcting the books after something late: entries as they were and as they should have been. A record that does not change
 * keeps its number; one that changes gets a new one, and the old stays, superseded.
 */
import type { Instant } from '../../shared/time.ts';
import { addLevels, type Levels, NO_LEVELS, sameLevels } from '../usage/levels.ts';
import { correctAnomaly } from './anomalies.ts';
import { type Batch, touch } from './batch.ts';
import { comparePositions, type Entry, entryKey, isEvent, levelChange, type Position, positionText, userEntryKey } from './entry.ts';
import { markLateEntry } from './marks.ts';
import { keepNumbers, numberLater } from './numbers.ts';
import type { Organisation } from './organisation.ts';
import { countChange } from './settle.ts';
import { withdrawEnded, withdrawUnopened } from './stale-sessions.ts';
import type { StoredUser } from './stored.ts';

export interface Rewritten {
  position: Position;
  before: Entry | null;
  after: Entry;
}

export interface Rewriting {
  organisation: Organisation;
  entries: Map<string, Rewritten>;
  /** Users to the instant after which everything of theirs is as it was. */
  sameAfter: Map<string, Instant>;
  /** Entries that are to carry their user's state, unless they do already. */
  states: { user: string; position: Position; state: StoredUser }[];
}

export const beginRewriting = (organisation: Organisation): Rewriting => ({
  organisation,
  entries: new Map(),
  sameAfter: new Map(),
  states: [],
});

export function rewrite({ entries }: Rewriting, position: Position, before: Entry | null, after: Entry): void {
  const known = entries.get(positionText(position));
  if (known) known.after = after;
  else entries.set(positionText(position), { position, before, after });
}

/** The entry as it stands after the corrections so far. */
export const rewritten = ({ entries }: Rewriting, position: Position): Rewritten | undefined => entries.get(positionText(position));

/** Writes the corrections down, in the order of the books, and counts what they do to the levels. */
export function writeRewriting(batch: Batch, rewriting: Rewriting): void {
  const { organisation } = rewriting;
  const changedFrom = new Map<string, Position>();
  for (const item of inOrder(rewriting)) {
    const { position, before, after } = item;
    const changed = keepNumbers(batch, before, after);
    countDifference(batch, organisation, item);
    correctAnomaly(batch, organisation, position, before, after);
    withdrawUnopened(batch, organisation, before, after);
    withdrawEnded(batch, organisation, position, after);
    writeOne(batch, organisation, item);
    if ((before === null || changed || isGone(after)) && !changedFrom.has(after.user)) changedFrom.set(after.user, position);
  }
  for (const [user, from] of changedFrom) {
    // An entry at the very instant may carry what was before the change.
    dropSnapshots(batch, organisation, user, from, (rewriting.sameAfter.get(user) ?? Number.POSITIVE_INFINITY) + 1);
  }
  for (const { user, position, state } of rewriting.states) {
    const key = userEntryKey(organisation.id, user, position);
    if (batch.draft.get<StoredUser | 0>('userEntries', key) === 0) batch.draft.put('userEntries', key, state);
  }
  touch(batch, organisation);
}

/** Writes down corrections that touch nothing but pools. The caller sees to the levels and to what users' entries carry along. */
export function writePoolRewriting(batch: Batch, rewriting: Rewriting): void {
  for (const item of inOrder(rewriting)) {
    keepNumbers(batch, item.before, item.after);
    writeOne(batch, rewriting.organisation, item);
  }
}

const inOrder = ({ entries }: Rewriting): Rewritten[] => [...entries.values()].sort((a, b) => comparePositions(a.position, b.position));

/** What timers did, and turned out not to have happened, leaves nothing behind but what was superseded. */
const isGone = (after: Entry): boolean => after.records.length === 0 && after.superseded === null && !isEvent(after);

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
export function countDifference(batch: Batch, organisation: Organisation, item: Rewritten): void {
  for (const [type, by] of levelDifferences(item)) {
    touch(batch, organisation).add(type);
    if (!sameLevels(by, NO_LEVELS)) countChange(batch, organisation, item.position, type, by);
  }
}

function writeOne(batch: Batch, organisation: Organisation, { position, before, after }: Rewritten): void {
  const { draft } = batch;
  if (before === null) markLateEntry(batch, organisation, position);
  organisation.newestAt = Math.max(organisation.newestAt, position.at);
  numberLater(batch, organisation.id, position, after);
  const { id } = organisation;
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
export function dropSnapshots({ draft }: Batch, { id }: Organisation, user: string, from: Position, until: Position | Instant): void {
  if (user === '') return;
  const end = typeof until === 'number' ? [id, user, until] : userEntryKey(id, user, until);
  const range = { start: userEntryKey(id, user, from), end };
  for (const { key, value } of [...draft.range<StoredUser | 0>('userEntries', range)]) {
    if (value !== 0) draft.put('userEntries', key, 0);
  }
}
