/** What one event comes to: the first stage of the line, and its entry in the books. */
import type { EventResult, LicenceEvent, RecordFlag } from '../../shared/events.ts';
import { noteAnomalies } from './anomalies.ts';
import { acquiresOf, applyEntry } from './apply-entry.ts';
import { type Batch, countEvent, nextReceipt, organisationOf, touch, touchSession } from './batch.ts';
import { CLASS, type Entry, type Position } from './entry.ts';
import { firstAnswer, rememberAnswer } from './idempotency.ts';
import { isLate, recordLate, sweepLate } from './late.ts';
import { endLeasesBy } from './leases.ts';
import { type Organisation, silentAt, userState } from './organisation.ts';
import { armSession, settle, writeEntry } from './settle.ts';
import { sweepSessions } from './timers.ts';

type Result = Omit<EventResult, 'index'>;

export function recordEvents(batch: Batch, events: LicenceEvent[]): EventResult[] {
  return events.map((event, index) => {
    const result = recordEvent(batch, event);
    countEvent(batch, event.type, result.reason ?? result.status);
    return { index, ...result };
  });
}

function recordEvent(batch: Batch, event: LicenceEvent): Result {
  const organisation = organisationOf(batch, event.organisation);
  const known = firstAnswer(batch.draft, event);
  if (known) {
    const { reason, records, recomputing } = known;
    return { status: 'duplicate', ...(reason && { reason }), records, ...(recomputing && { recomputing }) };
  }
  const position: Position = { at: event.at, class: CLASS.event, receipt: nextReceipt(batch) };
  const result = recordAt(batch, organisation, position, event);
  if (event.at > batch.now) {
    organisation.ahead.push({ user: event.user, from: batch.now, at: event.at });
    organisation.ahead.sort((a, b) => a.at - b.at);
  }
  organisation.lastEventAt = Math.max(organisation.lastEventAt ?? event.receivedAt, event.receivedAt);
  organisation.nextSilent = silentAt(organisation);
  touch(batch, organisation);
  rememberAnswer(batch, event, result);
  return result;
}

function recordAt(batch: Batch, organisation: Organisation, position: Position, event: LicenceEvent): Result {
  if (event.at < organisation.kept.closed) return { status: 'ignored', reason: 'older_than_kept', records: [] };
  return event.type === 'logout-all'
    ? recordLogOutAll(batch, organisation, position, event)
    : recordOne(batch, organisation, position, event);
}

function recordOne(batch: Batch, organisation: Organisation, position: Position, event: LicenceEvent): Result {
  endLeasesBy(batch, organisation, position.at);
  const { newestAt } = organisation;
  const entry = entryOf(batch, event);
  const written = isLate(batch, organisation, position, entry)
    ? recordLate(batch, organisation, position, entry)
    : recordInOrder(batch, organisation, position, entry);
  noteAnomalies(batch, organisation, position, event, written, newestAt);
  const records = written.records.map((record) => record.seq);
  // A login that acquires nothing and yet closed the session before it did change something.
  if (written.reason !== null && records.length === 0) return { status: 'ignored', reason: written.reason, records };
  return { status: 'recorded', records };
}

function recordInOrder(batch: Batch, organisation: Organisation, position: Position, entry: Entry): Entry {
  const { user, device } = entry;
  const state = userState(organisation, user);
  const outcome = applyEntry(organisation, state.devices, position, entry, acquiresOf(batch, organisation, position, entry));
  const records = settle(batch, organisation, user, position, outcome.movements);
  const session = state.devices.get(device);
  touchSession(batch, organisation, user, device);
  if (session) armSession(batch, organisation, user, session);
  // Nobody else has it yet: it is filled in, not copied.
  entry.reason = outcome.reason;
  entry.records = records;
  writeEntry(batch, organisation, position, entry);
  return entry;
}

/** Closes every session of the organisation that was open before it. */
function recordLogOutAll(batch: Batch, organisation: Organisation, position: Position, event: LicenceEvent): Result {
  const entry = entryOf(batch, event);
  const late = position.at < organisation.newestAt || position.at < organisation.lastSweepAt;
  writeEntry(batch, organisation, position, { ...entry, flags: null });
  batch.draft.put('sweeps', [organisation.id, position.at, position.receipt], entry);
  const records = late ? sweepLate(batch, organisation, position) : sweepSessions(batch, organisation, position, entry);
  if (records === null) return { status: 'recorded', records: [], recomputing: true };
  // It stays in the books: somebody who was there may become known later.
  return records.length > 0 ? { status: 'recorded', records } : { status: 'ignored', reason: 'no_open_session', records };
}

function entryOf(batch: Batch, event: LicenceEvent): Entry {
  const flags = flagsOf(batch, event);
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
    flags: flags.length > 0 ? flags : null,
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
