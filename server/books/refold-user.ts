/** The books of one user from a position on, worked out again: with a late event, a late assignment, or a late logout of everybody. */
import type { Instant } from '../../shared/time.ts';
import { admit, dismiss, type Stay } from '../licensing/pools.ts';
import type { Devices } from '../licensing/sessions.ts';
import { type Batch, touchSession } from './batch.ts';
import { CLASS, comparePositions, type Entry, isOwn, type Position, positionText } from './entry.ts';
import { countSessions, type Organisation, typeState, userState } from './organisation.ts';
import { type Played, playUser, type Step } from './play-user.ts';
import { type Rewriting, rewrite } from './rewriting.ts';
import type { Tentative } from './same-instant.ts';
import { armSession } from './settle.ts';
import { copyPast, entriesFrom, follow, isSame, type Placed, pastBefore, type UserPast } from './user-timeline.ts';

/**
 * Works the user's entries out again from `from` on, with `added` among them. Pools are those that were found before, for new stays
 * those of today's use: right while the types had room all the time; where they had not, the pools are replayed afterwards.
 * `untilSame`: nothing but what came in at `from` and with `added` is new, so that it ends where the user is again as it was.
 */
export function refoldUser(
  batch: Batch,
  rewriting: Rewriting,
  user: string,
  from: Position,
  added: readonly (Placed | Tentative)[] = [],
  untilSame = false,
): void {
  const { organisation } = rewriting;
  const past = pastBefore(batch, organisation, user, from);
  const was = untilSame ? copyPast(past) : null;
  const lastAdded = added.reduce((last, { position }) => Math.max(last, position.at), Number.NEGATIVE_INFINITY);
  const known = new Map<string, Placed>();
  const today = putBack(organisation, user, past);
  const line = playUser(batch, organisation, user, past, from.at, known);
  let sameAt: Instant | null = null;
  for (const { at, before, steps } of instantsFrom(batch, organisation, user, from, added)) {
    for (const placed of before) known.set(positionText(placed.position), placed);
    line.play(at, steps);
    if (!was) continue;
    for (const placed of before) follow(organisation, was, placed);
    if (at < lastAdded || !isSame(past.devices, staysOf(organisation, user), was)) continue;
    sameAt = at;
    break;
  }
  if (sameAt === null) {
    line.pass(organisation.timersRunTo);
    showUser(batch, organisation, user, today.devices);
  } else {
    rewriting.sameAfter.set(user, sameAt);
    putBack(organisation, user, today);
  }
  countSessions(organisation, user, userState(organisation, user));
  record(rewriting, known, line.played);
}

/** Puts the user's sessions and stays back to what they were at some time, and returns what they have been up to now. */
function putBack(organisation: Organisation, user: string, past: Pick<UserPast, 'devices' | 'stays'>): Pick<UserPast, 'devices' | 'stays'> {
  const state = userState(organisation, user);
  const today = { devices: state.devices, stays: staysOf(organisation, user) };
  state.devices = past.devices;
  for (const type of past.stays.keys()) typeState(organisation, type);
  for (const [type, { pools }] of organisation.types) {
    dismiss(pools, user);
    const then = past.stays.get(type);
    if (then) admit(pools, user, then);
  }
  return today;
}

function staysOf({ types }: Organisation, user: string): Map<string, Stay> {
  const stays = new Map<string, Stay>();
  for (const [type, { pools }] of types) {
    const stay = pools.stays.get(user);
    if (stay) stays.set(type, stay);
  }
  return stays;
}

/** The user's sessions are others now, or may be. */
function showUser(batch: Batch, organisation: Organisation, user: string, before: Devices): void {
  const state = userState(organisation, user);
  state.sinceSnapshot = Number.MAX_SAFE_INTEGER;
  for (const device of before.keys()) touchSession(batch, organisation, user, device);
  for (const session of state.devices.values()) {
    touchSession(batch, organisation, user, session.device);
    armSession(batch, organisation, user, session);
  }
}

/** What is there of one instant: the user's entries, and what is to be played. */
interface InstantOfUser {
  at: Instant;
  before: Placed[];
  steps: Step[];
}

function* instantsFrom(
  batch: Batch,
  organisation: Organisation,
  user: string,
  from: Position,
  added: readonly (Placed | Tentative)[],
): Generator<InstantOfUser, void> {
  const comingIn = inputsFrom(batch, organisation, from, added);
  const entries = entriesFrom(batch, organisation, user, from);
  try {
    let next = entries.next().value;
    for (;;) {
      const at = Math.min(next?.position.at ?? Number.POSITIVE_INFINITY, comingIn[0]?.position.at ?? Number.POSITIVE_INFINITY);
      if (at === Number.POSITIVE_INFINITY) return;
      const before: Placed[] = [];
      for (; next?.position.at === at; next = entries.next().value) before.push(next);
      const count = comingIn.findIndex(({ position }) => position.at > at);
      const steps = comingIn.splice(0, count < 0 ? comingIn.length : count);
      for (const placed of before) {
        if (isOwn(placed.entry) || placed.entry.kind === 'refresh') steps.push({ ...placed, everybody: false });
      }
      yield { at, before, steps: steps.sort((a, b) => comparePositions(a.position, b.position)) };
    }
  } finally {
    // Left before their end, they would hold a reader of the store for good, of which there are 126.
    entries.return(undefined);
  }
}

/** What is new, and logouts of everybody, in order. */
function inputsFrom(batch: Batch, organisation: Organisation, from: Position, added: readonly (Placed | Tentative)[]): Step[] {
  const steps = added.map((item): Step => {
    const { position, entry } = item;
    return { position, entry, everybody: false, ...('reason' in item && { tentative: item }) };
  });
  const range = { start: [organisation.id, from.at], end: [organisation.id, Number.POSITIVE_INFINITY] };
  for (const { key, value } of batch.draft.range<Entry>('sweeps', range)) {
    const position: Position = { at: key[1] as number, class: CLASS.event, receipt: key[2] as number };
    if (comparePositions(position, from) >= 0) steps.push({ position, entry: value, everybody: true });
  }
  return steps.sort((a, b) => comparePositions(a.position, b.position));
}

/** What the user's entries were and what they are now; a timer that did not act after all keeps an empty entry. */
function record(rewriting: Rewriting, before: ReadonlyMap<string, Placed>, after: readonly Played[]): void {
  const left = new Map(before);
  for (const { position, entry, state } of after) {
    const known = before.get(positionText(position))?.entry ?? null;
    left.delete(positionText(position));
    rewrite(rewriting, position, known, known ? { ...entry, receivedAt: known.receivedAt } : entry);
    if (state) rewriting.states.push({ user: entry.user, position, state });
  }
  for (const { position, entry } of left.values()) rewrite(rewriting, position, entry, { ...entry, records: [] });
}
