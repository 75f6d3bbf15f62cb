/** One user's line as it is played again: what comes in acts, and so do the user's timers on the way. */
import type { Instant } from '../../shared/time.ts';
import { moveTo } from '../licensing/pools.ts';
import { byOpening, type Devices, leaseEnd, release, type Session } from '../licensing/sessions.ts';
import { acquiresOf, applyEntry, settled } from './apply-entry.ts';
import type { Batch } from './batch.ts';
import { type Cause, derivedEntry, LEASE_END, LOG_OFF } from './derived-entry.ts';
import { CLASS, type Entry, type EntryRecord, endOf, type Position, poolIndex, poolName, positionText } from './entry.ts';
import { nextLogOff, type Organisation, typeState } from './organisation.ts';
import { bringForward, type Tentative } from './same-instant.ts';
import { moveLicences, SNAPSHOT_EVERY } from './settle.ts';
import { type StoredUser, storeUser } from './stored.ts';
import type { Placed, UserPast } from './user-timeline.ts';

/** One input of the user's line: an event of its own, a refresh, or a logout of everybody. */
export interface Step {
  position: Position;
  entry: Entry;
  everybody: boolean;
  /** Not in the books unless something comes of it. */
  tentative?: Tentative;
}

/** `state`: the user's, where the entry is to carry it. */
export interface Played extends Placed {
  state: StoredUser | null;
}

export interface UserLine {
  readonly played: readonly Played[];
  /** Lets the user's timers act up to an instant. */
  pass(until: Instant): void;
  /** Everything that comes in at one instant, in order. */
  play(at: Instant, steps: Step[]): void;
}

/** Changes `past` and the organisation's pools. `known`: the entries that were there, by position; their pools are kept for now. */
export function playUser(
  batch: Batch,
  organisation: Organisation,
  user: string,
  past: UserPast,
  from: Instant,
  known: ReadonlyMap<string, Placed>,
): UserLine {
  const { devices } = past;
  let { sinceSnapshot } = past;
  let passed = from;
  const played: Played[] = [];

  const add = (position: Position, entry: Entry): void => {
    const carries = devices.size === 0 || ++sinceSnapshot >= SNAPSHOT_EVERY;
    if (carries) sinceSnapshot = 0;
    played.push({ position, entry, state: carries ? storeUser(organisation, user, devices) : null });
  };

  const close = (session: Session, position: Position, cause: Cause): void => {
    const records = moveLicences(organisation, user, position, release(devices, session.device));
    add(position, { ...derivedEntry(batch, user, session.device, cause), records });
  };

  const pass = (until: Instant): void => {
    for (;;) {
      const lease = nextLease(batch, devices);
      const logOff = devices.size === 0 ? Number.POSITIVE_INFINITY : nextLogOff(organisation.calendar, organisation.versions, passed);
      const due = Math.min(lease?.end ?? Number.POSITIVE_INFINITY, logOff);
      if (due > until) break;
      if (lease && lease.end === due) {
        const position = { at: due, class: CLASS.leaseEnd, receipt: 0, sub: endOf(lease.session) };
        close(lease.session, position, LEASE_END);
        continue;
      }
      passed = due;
      for (const session of openBefore(devices, due)) {
        const position = { at: due, class: CLASS.scheduledLogOff, receipt: 0, sub: endOf(session) };
        close(session, position, LOG_OFF);
      }
    }
    passed = Math.max(passed, until);
  };

  const playOne = ({ position, entry, tentative }: Step): void => {
    const outcome = applyEntry(organisation, devices, position, entry, acquiresOf(batch, organisation, position, entry));
    if (tentative) {
      tentative.position = position;
      tentative.reason = outcome.reason;
      if (outcome.reason !== null) return;
    }
    const before = known.get(positionText(position))?.entry.records;
    const records = moveLicences(organisation, user, position, outcome.movements, before);
    add(position, settled(entry, outcome, records));
  };

  return {
    played,
    pass,
    play(at, steps) {
      pass(Math.min(at, organisation.timersRunTo));
      for (const [index, { position, entry, everybody }] of steps.entries()) {
        if (everybody) {
          for (const session of [...devices.values()].sort(byOpening)) {
            close(session, { ...position, sub: endOf(session) }, entry);
          }
        } else if (entry.kind === 'refresh') {
          if (refreshAgain(organisation, user, position, entry.records)) add(position, entry);
        } else {
          bringForward(steps, index, devices);
          playOne(steps[index] as Step);
        }
      }
    },
  };
}

/** A refresh that the user went through stays as it was for now: pools are replayed wherever somebody was outside the concurrent one. */
function refreshAgain(
  organisation: Organisation,
  user: string,
  { at, receipt }: Position,
  [released, acquired]: readonly EntryRecord[],
): boolean {
  if (!released || !acquired) return false;
  const { pools } = typeState(organisation, released.type);
  const stay = pools.stays.get(user);
  if (!stay || stay.receipt !== receipt || stay.at >= at || poolIndex(stay.pool) !== released.pool) return false;
  moveTo(pools, user, poolName(acquired.pool));
  return true;
}

const openBefore = (devices: Devices, at: Instant): Session[] =>
  [...devices.values()].filter((session) => session.since < at).sort(byOpening);

function nextLease(batch: Batch, devices: Devices): { session: Session; end: Instant } | null {
  let next: { session: Session; end: Instant } | null = null;
  for (const session of devices.values()) {
    const end = leaseEnd(session, batch.books.downtimes);
    if (end !== null && (next === null || end < next.end || (end === next.end && byOpening(session, next.session) < 0)))
      next = { session, end };
  }
  return next;
}
