import type { AnomalyKind, LicenceEvent } from '../../shared/events.ts';
import type { Instant } from '../../shared/time.ts';
import type { Session } from '../licensing/sessions.ts';
import { type Batch, touch } from './batch.ts';
import type { Entry, Position } from './entry.ts';
import type { Organisation } from './organisation.ts';

export interface StoredAnomaly {
  user: string | null;
  device: string | null;
  logonSource: string | null;
  eventId: string | null;
}

/** Older than what was already applied by more than the usual jitter between sources, in milliseconds: worth listing. */
const NOTABLY_LATE_MS = 10_000;

/** Lists what was odd about an event as it came in; nothing is dropped silently. */
export function noteAnomalies(
  batch: Batch,
  organisation: Organisation,
  position: Position,
  event: LicenceEvent,
  entry: Entry,
  newestAt: number,
): void {
  const { grants } = batch.books;
  if (entry.reason !== null) noteAnomaly(batch, organisation, position, entry.reason, entry);
  if (!grants.knowsSource(event.logonSource)) noteAnomaly(batch, organisation, position, 'unknown_logon_source', entry);
  if (event.licences?.some((type) => !grants.knowsType(type))) noteAnomaly(batch, organisation, position, 'unknown_licence_type', entry);
  if (newestAt - event.at > NOTABLY_LATE_MS) noteAnomaly(batch, organisation, position, 'late_event', entry);
}

/** A late event may explain what looked odd, or the other way round. */
export function correctAnomaly(batch: Batch, organisation: Organisation, position: Position, before: Entry | null, after: Entry): void {
  if (before === null || before.reason === after.reason) return;
  if (before.reason !== null) {
    batch.draft.remove('anomalies', [organisation.id, position.at, position.receipt, before.reason]);
    if (before.reason === 'no_open_session') organisation.anomalies--;
  }
  if (after.reason !== null) noteAnomaly(batch, organisation, position, after.reason, after);
  touch(batch, organisation);
}

export function noteAnomaly(batch: Batch, organisation: Organisation, position: Position, kind: AnomalyKind, entry: Entry): void {
  const { user, device, source, id } = entry;
  const anomaly: StoredAnomaly = { user: user || null, device: device || null, logonSource: source, eventId: id };
  batch.draft.put('anomalies', [organisation.id, position.at, position.receipt, kind], anomaly);
  if (kind === 'no_open_session') organisation.anomalies++;
  touch(batch, organisation);
}

/** Once a session, however often it is looked at. */
export function noteStaleSession(
  batch: Batch,
  organisation: Organisation,
  { at, receipt }: Position,
  user: string,
  session: Session,
): void {
  const key = [organisation.id, at, receipt, 'stale_session'];
  if (batch.draft.get('anomalies', key)) return;
  const anomaly: StoredAnomaly = { user, device: session.device, logonSource: session.source, eventId: null };
  batch.draft.put('anomalies', key, anomaly);
}

/** @returns whether it was listed */
export function removeStaleSession({ draft }: Batch, { id }: Organisation, at: Instant, session: number): boolean {
  const key = [id, at, session, 'stale_session'];
  if (!draft.get('anomalies', key)) return false;
  draft.remove('anomalies', key);
  return true;
}
