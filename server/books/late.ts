/**
 * What is older than something already applied. The order of arrival never changes the books: the user's entries are worked out
 * again from there on, and the pools of a type if it was full at some time since.
 */
import type { Instant } from '../../shared/time.ts';
import { AFTER_NAMES } from '../store/store.ts';
import { adjustWalks } from './adjust-walks.ts';
import { acquiresOf } from './apply-entry.ts';
import type { Batch } from './batch.ts';
import { contestPools, isContested, willBeReplayed } from './contested.ts';
import { comparePositions, type Entry, endOf, type Position } from './entry.ts';
import { rewriteHistory } from './history.ts';
import { closeSession, endLeasesBy } from './leases.ts';
import { numberAll, numberRecords } from './numbers.ts';
import { nextLogOff, type Organisation, userState } from './organisation.ts';
import { isMuch, isRecomputing, recomputeEverybody } from './recomputation.ts';
import { refoldUser } from './refold-user.ts';
import { replayContested } from './replay-pools.ts';
import { beginRewriting, type Rewriting, rewritten, writeRewriting } from './rewriting.ts';
import type { Tentative } from './same-instant.ts';
import { hasEntriesFrom } from './user-timeline.ts';

/**
 * Whether an event has to be worked in rather than added. Other users' later events do not matter to it, as long as nothing
 * happened to everybody since and its licence types had room all the time.
 */
export function isLate(batch: Batch, organisation: Organisation, position: Position, entry: Entry): boolean {
  if (position.at >= organisation.newestAt && position.at >= organisation.timersRunTo) return false;
  if (position.at < organisation.lastSweepAt) return true;
  if (
    position.at < organisation.timersRunTo &&
    nextLogOff(organisation.calendar, organisation.versions, position.at) <= organisation.timersRunTo
  ) {
    return true;
  }
  if (position.at < organisation.newestAt && hasEntriesFrom(batch, organisation, entry.user, position)) return true;
  const refreshed = organisation.calendar.billingPeriod(position.at).end <= organisation.timersRunTo;
  const behind = position.at < organisation.newestAt || refreshed;
  if (!behind && !batch.contested.has(organisation.id)) return false;
  return typesTouched(batch, organisation, position, entry).some(
    (type) => willBeReplayed(batch, organisation, type) || (behind && isContested(batch, organisation, type, position.at)),
  );
}

function typesTouched(batch: Batch, organisation: Organisation, position: Position, entry: Entry): string[] {
  const session = organisation.users.get(entry.user)?.devices.get(entry.device);
  const held = session?.holdings.map((holding) => holding.type) ?? [];
  return [...held, ...acquiresOf(batch, organisation, position, entry)];
}

/** A replay takes it that timers have acted: leases that an event of this batch began, and that are over, end first. */
function beginLate(batch: Batch, organisation: Organisation): Rewriting {
  endLeasesBy(batch, organisation, organisation.timersRunTo);
  return beginRewriting(organisation);
}

/** Once everything else of the batch is in the books: what it may have changed for others, and the marks as alerts are to see them. */
export function finishLate(batch: Batch): void {
  replayContested(batch);
  numberAll(batch);
  rewriteHistory(batch);
}

/** Works a late event in, and returns its entry. */
export function recordLate(batch: Batch, organisation: Organisation, position: Position, entry: Entry): Entry {
  const rewriting = beginLate(batch, organisation);
  refoldUser(batch, rewriting, entry.user, position, [{ position, entry }], true);
  writeLate(batch, rewriting, position);
  const { after } = rewritten(rewriting, position) as { after: Entry };
  numberRecords(batch, after);
  return after;
}

/** Works many tentative entries in at once, in order for each user. */
export function recordLateMany(batch: Batch, organisation: Organisation, byUser: ReadonlyMap<string, Tentative[]>): void {
  if (byUser.size === 0) return;
  const rewriting = beginLate(batch, organisation);
  let from: Position | null = null;
  for (const [user, items] of byUser) {
    const { position } = items[0] as Tentative;
    refoldUser(batch, rewriting, user, position, items, true);
    if (from === null || comparePositions(position, from) < 0) from = position;
  }
  if (from === null) return;
  writeLate(batch, rewriting, from);
}

/**
 * A logout of everybody, known late: whoever was there, or came since, is worked out again. Returns the numbers of its records; null
 * where so much has happened since that it is done in pieces.
 */
export function sweepLate(batch: Batch, organisation: Organisation, position: Position): number[] | null {
  organisation.lastSweepAt = Math.max(organisation.lastSweepAt, position.at);
  if (isMuch(batch, organisation, position.at)) {
    recomputeEverybody(batch, organisation, position.at);
    return null;
  }
  const rewriting = beginLate(batch, organisation);
  const still =
    position.at === organisation.newestAt || isRecomputing(organisation.recomputations) ? [] : usersAsThen(batch, organisation, position);
  for (const user of usersSince(batch, organisation, position.at, new Set(still))) refoldUser(batch, rewriting, user, position, [], true);
  writeLate(batch, rewriting, position);
  const workedIn = [...rewriting.entries.values()]
    .filter((item) => item.position.at === position.at && item.position.receipt === position.receipt)
    .map(({ position: { sub }, after }): Ending => ({ place: sub as string, number: () => numberRecords(batch, after) }));
  return [...workedIn, ...closeLate(batch, organisation, position, still)]
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .flatMap(({ number }) => number());
}

/** The end of a session, and its place among them; its records get their numbers in turn. */
interface Ending {
  place: string;
  number: () => number[];
}

/** Those who are logged in, and of whom nothing has been heard since: they are as they were. */
function usersAsThen(batch: Batch, organisation: Organisation, position: Position): string[] {
  return [...organisation.users.keys()].filter((user) => !hasEntriesFrom(batch, organisation, user, position));
}

/** All that they have is to be closed as if it had come in time. Others may have found their places free. */
function closeLate(batch: Batch, organisation: Organisation, position: Position, users: readonly string[]): Ending[] {
  const sessions = users.flatMap((user) => [...userState(organisation, user).devices.values()].map((session) => ({ user, session })));
  const types = new Set(sessions.flatMap(({ session }) => session.holdings.map(({ type }) => type)));
  for (const type of types) {
    if (isContested(batch, organisation, type, position.at, users.length)) contestPools(batch, organisation, type, position.at);
  }
  const cause = batch.draft.get<Entry>('sweeps', [organisation.id, position.at, position.receipt]) as Entry;
  return sessions.map(({ user, session }) => ({
    place: endOf(session),
    number: () => closeSession(batch, organisation, user, session, { ...position, sub: endOf(session) }, cause),
  }));
}

/** Works out a number of users again from a position on. */
export function refoldUsers(
  batch: Batch,
  organisation: Organisation,
  from: Position,
  users: Iterable<string>,
  types: Iterable<string> = [],
): Rewriting {
  const rewriting = beginLate(batch, organisation);
  for (const user of users) refoldUser(batch, rewriting, user, from);
  writeLate(batch, rewriting, from, types);
  return rewriting;
}

/** Everyone who is logged in, or of whom anything is known since an instant; without those that are named. */
export function usersSince(batch: Batch, organisation: Organisation, from: Instant, but: ReadonlySet<string> = new Set()): Set<string> {
  const users = new Set([...organisation.users.keys()].filter((user) => !but.has(user)));
  const range = { start: [organisation.id, from], end: [organisation.id, AFTER_NAMES] };
  for (const { value } of batch.draft.range<Entry>('entries', range)) {
    if (value.user !== '' && !but.has(value.user)) users.add(value.user);
  }
  return users;
}

/** Writes it down. The pools of types that changed and had not always room, and of those whose sizes are others now, follow. */
function writeLate(batch: Batch, rewriting: Rewriting, from: Position, resized: Iterable<string> = []): void {
  const types = contested(batch, rewriting, from, resized);
  writeRewriting(batch, rewriting);
  adjustWalks(batch, rewriting);
  for (const type of types) contestPools(batch, rewriting.organisation, type, from.at);
}

function contested(batch: Batch, rewriting: Rewriting, from: Position, resized: Iterable<string>): Set<string> {
  const { organisation, entries } = rewriting;
  const overflowed = new Map<string, boolean>([...resized].map((type) => [type, true]));
  const users = new Set<string>();
  for (const { before, after } of entries.values()) {
    users.add(after.user);
    for (const { type, pool } of [...(before?.records ?? []), ...after.records]) {
      overflowed.set(type, overflowed.get(type) === true || pool !== 0);
    }
  }
  const types = [...overflowed].filter(([type, must]) => must || isContested(batch, organisation, type, from.at, users.size));
  // What is under way may have to go further back, whether or not there was room.
  const underWay = [...overflowed.keys()].filter((type) => organisation.recomputations.pools.has(type));
  return new Set([...types.map(([type]) => type), ...underWay]);
}
