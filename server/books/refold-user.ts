/** The books of one user from a position on, worked out again: with a late event, a late assignment, or a late logout of everybody. */
import { CONNECTION_LOST, SCHEDULED_LOG_OFF } from '../../shared/catalogue.ts';
import type { Instant } from '../../shared/time.ts';
import { admit, dismiss } from '../licensing/pools.ts';
import { type Devices, leaseEnd, release, type Session } from '../licensing/sessions.ts';
import { acquiresOf, applyEntry, settled } from './apply-entry.ts';
import { type Batch, touchSession } from './batch.ts';
import { derivedEntry } from './derived-entry.ts';
import { CLASS, comparePositions, type Entry, type EntryKind, isOwn, type Position, positionKey } from './entry.ts';
import { countSessions, nextLogOff, type Organisation, typeState, userState } from './organisation.ts';
import { type Rewriting, rewrite } from './rewriting.ts';
import { bringForward, type Tentative } from './same-instant.ts';
import { armLease, moveLicences } from './settle.ts';
import { entriesFrom, type Placed, pastBefore, type UserPast } from './user-timeline.ts';

/** One input of the user's line: an event of its own, or a logout of everybody. */
interface Step {
  position: Position;
  entry: Entry;
  everybody: boolean;
  /** Not in the books unless something comes of it. */
  tentative?: Tentative;
}

interface Played extends Placed {
  /** Nothing of the user's was open after it. */
  empty: boolean;
}

/**
 * Works the user's entries out again from `from` on, with `added` among them. Pools are those of today's use and right while the
 * types had room all the time; where they had not, the pools are replayed afterwards.
 * Returns the positions after which nothing was open.
 */
export function refoldUser(
  batch: Batch,
  rewriting: Rewriting,
  user: string,
  from: Position,
  added: readonly (Placed | Tentative)[] = [],
): Position[] {
  const { organisation } = rewriting;
  const before = entriesFrom(batch, organisation, user, from);
  const past = pastBefore(batch, organisation, user, from);
  goBack(batch, organisation, user, past);
  const after = playForward(batch, organisation, user, stepsFrom(batch, organisation, before, from, added), past.devices, from.at);
  record(rewriting, before, after);
  const state = userState(organisation, user);
  state.sinceSnapshot = Number.MAX_SAFE_INTEGER;
  for (const session of state.devices.values()) {
    touchSession(batch, organisation, user, session.device);
    armLease(batch, organisation, user, session);
  }
  countSessions(organisation, user, state);
  return after.filter(({ empty }) => empty).map(({ position }) => position);
}

/** Puts the user's sessions and stays back to what they were. */
function goBack(batch: Batch, organisation: Organisation, user: string, past: UserPast): void {
  const state = userState(organisation, user);
  for (const session of state.devices.values()) touchSession(batch, organisation, user, session.device);
  state.devices = past.devices;
  for (const type of past.stays.keys()) typeState(organisation, type);
  for (const [type, { pools }] of organisation.types) {
    dismiss(pools, user);
    const then = past.stays.get(type);
    if (then) admit(pools, user, then);
  }
}

function stepsFrom(
  batch: Batch,
  organisation: Organisation,
  before: Placed[],
  from: Position,
  added: readonly (Placed | Tentative)[],
): Step[] {
  const steps = before.filter(({ entry }) => isOwn(entry)).map((placed): Step => ({ ...placed, everybody: false }));
  for (const item of added) {
    const { position, entry } = item;
    steps.push({ position, entry, everybody: false, ...('reason' in item && { tentative: item }) });
  }
  const range = { start: [organisation.id, from.at], end: [organisation.id, Number.POSITIVE_INFINITY] };
  for (const { key, value } of batch.draft.range<Entry>('sweeps', range)) {
    const position: Position = { at: key[1] as number, class: CLASS.event, receipt: key[2] as number };
    if (comparePositions(position, from) >= 0) steps.push({ position, entry: value, everybody: true });
  }
  return steps.sort((a, b) => comparePositions(a.position, b.position));
}

function playForward(batch: Batch, organisation: Organisation, user: string, steps: Step[], devices: Devices, from: Instant): Played[] {
  const after: Played[] = [];
  const close = (session: Session, position: Position, kind: EntryKind, source: string, id: string | null): void => {
    const movements = release(devices, session.device);
    touchSession(batch, organisation, user, session.device);
    const records = moveLicences(organisation, user, position, movements);
    after.push({ position, entry: { ...derivedEntry(batch, kind, user, session.device, source), id, records }, empty: devices.size === 0 });
  };
  let passed = from;
  /** Lets the user's timers act up to an instant. */
  const pass = (until: Instant): void => {
    for (;;) {
      const lease = nextLease(batch, devices);
      const logOff = devices.size === 0 ? Number.POSITIVE_INFINITY : nextLogOff(organisation.calendar, organisation.versions, passed);
      const due = Math.min(lease?.end ?? Number.POSITIVE_INFINITY, logOff);
      if (due > until) break;
      if (lease && lease.end === due) {
        close(lease.session, { at: due, class: CLASS.leaseEnd, receipt: lease.session.id }, 'lease-end', CONNECTION_LOST, null);
        continue;
      }
      passed = due;
      for (const session of openBefore(devices, due)) {
        const position = { at: due, class: CLASS.scheduledLogOff, receipt: 0, sub: session.id };
        close(session, position, 'scheduled-log-off', SCHEDULED_LOG_OFF, null);
      }
    }
    passed = Math.max(passed, until);
  };
  for (const [index, { position, everybody }] of steps.entries()) {
    pass(Math.min(position.at, organisation.timersRunTo));
    if (!everybody) bringForward(steps, index, devices);
    const { entry, tentative } = steps[index] as Step;
    if (everybody) {
      for (const session of [...devices.values()].sort((a, b) => a.id - b.id)) {
        close(session, { ...position, sub: session.id }, 'logout-all', entry.source, entry.id);
      }
      continue;
    }
    const outcome = applyEntry(organisation, devices, position, entry, acquiresOf(batch, organisation, position, entry));
    if (tentative) {
      tentative.position = position;
      tentative.reason = outcome.reason;
    }
    if (tentative && outcome.reason !== null) continue;
    touchSession(batch, organisation, user, entry.device);
    const records = moveLicences(organisation, user, position, outcome.movements);
    after.push({ position, entry: settled(entry, outcome, records), empty: devices.size === 0 });
  }
  pass(organisation.timersRunTo);
  return after;
}

const openBefore = (devices: Devices, at: Instant): Session[] =>
  [...devices.values()].filter((session) => session.since < at).sort((a, b) => a.id - b.id);

function nextLease(batch: Batch, devices: Devices): { session: Session; end: Instant } | null {
  let next: { session: Session; end: Instant } | null = null;
  for (const session of devices.values()) {
    const end = leaseEnd(session, batch.books.downtimes);
    if (end !== null && (next === null || end < next.end || (end === next.end && session.id < next.session.id))) next = { session, end };
  }
  return next;
}

/** What the user's entries were and what they are now; a timer that did not act after all keeps an empty entry. */
function record(rewriting: Rewriting, before: Placed[], after: Placed[]): void {
  const old = new Map(before.map((placed) => [positionKey(placed.position).join(), placed]));
  for (const { position, entry } of after) {
    const known = old.get(positionKey(position).join())?.entry ?? null;
    old.delete(positionKey(position).join());
    rewrite(rewriting, position, known, known ? { ...entry, receivedAt: known.receivedAt } : entry);
  }
  for (const { position, entry } of old.values()) rewrite(rewriting, position, entry, { ...entry, records: [] });
}
