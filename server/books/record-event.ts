/** What one event comes to: the first stage of the line, and its entry in the books. */
import type { EventResult, LicenceEvent, RecordFlag } from '../../shared/events.ts';
import type { Assignment } from '../../shared/organisation.ts';
import { hear, logIn, logOut, type Outcome } from '../licensing/sessions.ts';
import { inForce, type Version } from '../licensing/versions.ts';
import { noteAnomalies } from './anomalies.ts';
import { type Batch, nextReceipt, organisationOf, touch, touchSession } from './batch.ts';
import { CLASS, type Entry, type Position } from './entry.ts';
import { firstAnswer, rememberAnswer } from './idempotency.ts';
import { type Organisation, settingsAt, userState } from './organisation.ts';
import { armLease, settle, writeEntry } from './settle.ts';
import { endDueLeases, sweepSessions } from './timers.ts';

type Result = Omit<EventResult, 'index'>;

export function recordEvent(batch: Batch, event: LicenceEvent): Result {
  const organisation = organisationOf(batch, event.organisation);
  const known = firstAnswer(batch.draft, event);
  if (known) return { status: 'duplicate', ...(known.reason && { reason: known.reason }), records: known.records };
  const position: Position = { at: event.at, class: CLASS.event, receipt: nextReceipt(batch) };
  const result =
    event.type === 'logout-all' ? recordLogOutAll(batch, organisation, position, event) : recordOne(batch, organisation, position, event);
  organisation.lastEventAt = Math.max(organisation.lastEventAt ?? event.receivedAt, event.receivedAt);
  touch(batch, organisation);
  rememberAnswer(batch.draft, event, result);
  return result;
}

function recordOne(batch: Batch, organisation: Organisation, position: Position, event: LicenceEvent): Result {
  endDueLeases(batch, organisation, event.user, Math.min(event.at, organisation.timersRunTo));
  const outcome = apply(batch, organisation, position, event);
  const records = settle(batch, organisation, event.user, position, outcome.movements);
  const flags = flagsOf(batch, event);
  writeEntry(batch, organisation, position, { ...entryOf(event), reason: outcome.reason, flags: flags.length > 0 ? flags : null, records });
  noteAnomalies(batch, organisation, position, event, outcome.reason);
  const seqs = records.map((record) => record.seq);
  // A login that acquires nothing and yet closed the session before it did change something.
  if (outcome.reason !== null && seqs.length === 0) return { status: 'ignored', reason: outcome.reason, records: [] };
  return { status: 'recorded', records: seqs };
}

function apply(batch: Batch, organisation: Organisation, position: Position, event: LicenceEvent): Outcome {
  const { user, device, at } = event;
  const { devices } = userState(organisation, user);
  const settings = settingsAt(organisation, at);
  switch (event.type) {
    case 'login': {
      const defaultLease = settings.defaultLeaseSeconds === undefined ? null : settings.defaultLeaseSeconds * 1000;
      const acquires = event.licences ?? batch.books.grants.acquiredBy(assignmentAt(batch, organisation, user, at), event.logonSource);
      const leaseMs = event.leaseMs ?? defaultLease;
      const outcome = logIn(devices, { session: position.receipt, device, source: event.logonSource, at, leaseMs, acquires });
      rearm(batch, organisation, user, device);
      return outcome;
    }
    case 'heartbeat': {
      const outcome = hear(devices, device, at, event.leaseMs);
      rearm(batch, organisation, user, device);
      return outcome;
    }
    default:
      return logOut(devices, device);
  }
}

function rearm(batch: Batch, organisation: Organisation, user: string, device: string): void {
  const session = userState(organisation, user).devices.get(device);
  if (!session) return;
  touchSession(batch, organisation, user, device);
  armLease(batch, organisation, user, session);
}

function assignmentAt(batch: Batch, organisation: Organisation, user: string, at: number): Assignment | undefined {
  const versions = batch.draft.get<Version<Assignment | null>[]>('users', [organisation.id, user]);
  return (versions && inForce(versions, at)) ?? undefined;
}

/** Closes every session of the organisation that was open before it. */
function recordLogOutAll(batch: Batch, organisation: Organisation, position: Position, event: LicenceEvent): Result {
  const entry = entryOf(event);
  writeEntry(batch, organisation, position, { ...entry, flags: null });
  const records = sweepSessions(batch, organisation, position, 'logout-all', entry.source, entry.id);
  return { status: 'recorded', records };
}

function entryOf(event: LicenceEvent): Entry {
  return {
    kind: event.type,
    user: event.user,
    device: event.device,
    source: event.logonSource,
    receivedAt: event.receivedAt,
    reason: null,
    id: event.id ?? null,
    licences: event.licences ?? null,
    leaseMs: event.leaseMs ?? null,
    flags: null,
    records: [],
    superseded: null,
  };
}

function flagsOf(batch: Batch, event: LicenceEvent): RecordFlag[] {
  const { grants } = batch.books;
  const flags: RecordFlag[] = [];
  if (!grants.knowsSource(event.logonSource)) flags.push('unknown-logon-source');
  if (event.licences?.some((type) => !grants.knowsType(type))) flags.push('unknown-licence-type');
  if (event.at > event.receivedAt) flags.push('clock-ahead');
  return flags;
}
