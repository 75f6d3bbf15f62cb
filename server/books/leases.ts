/** Leases end at their own instant, whoever's they are; a session is closed as a whole. */
import type { Instant } from '../../shared/time.ts';
import { leaseEnd, release, type Session } from '../licensing/sessions.ts';
import type { Batch } from './batch.ts';
import { type Cause, derivedEntry, LEASE_END } from './derived-entry.ts';
import { CLASS, endOf, type Position } from './entry.ts';
import { type Organisation, userState } from './organisation.ts';
import { settle, writeEntry } from './settle.ts';

/** Takes the next timer of a lease: the session ends, or is looked at again when its lease may end now. */
export function endNextLease(batch: Batch, organisation: Organisation): void {
  const timer = organisation.leases.pop();
  if (!timer) return;
  organisation.armed.delete(timer.session);
  const session = organisation.users.get(timer.user)?.devices.get(timer.device);
  if (session?.id !== timer.session) return;
  const end = leaseEnd(session, batch.books.downtimes);
  if (end === null) return;
  if (end <= timer.at) {
    endLease(batch, organisation, timer.user, session, end);
    return;
  }
  organisation.armed.set(session.id, end);
  organisation.leases.push({ ...timer, at: end });
}

/** Ends the leases that ran out by an instant, whoever's they are, before anything that happened at that instant is looked at. */
export function endLeasesBy(batch: Batch, organisation: Organisation, at: Instant): void {
  const until = Math.min(at, batch.now);
  while ((organisation.leases.peek()?.at ?? Number.POSITIVE_INFINITY) <= until) endNextLease(batch, organisation);
}

function endLease(batch: Batch, organisation: Organisation, user: string, session: Session, at: Instant): void {
  const position = { at, class: CLASS.leaseEnd, receipt: 0, sub: endOf(session) };
  closeSession(batch, organisation, user, session, position, LEASE_END);
}

/** Closes one session, and returns the numbers of the records. */
export function closeSession(
  batch: Batch,
  organisation: Organisation,
  user: string,
  session: Session,
  position: Position,
  cause: Cause,
): number[] {
  const { device } = session;
  const { devices } = userState(organisation, user);
  const records = settle(batch, organisation, user, position, release(devices, device));
  writeEntry(batch, organisation, position, { ...derivedEntry(batch, user, device, cause), records });
  return records.map((record) => record.seq);
}
