import type { AnomalyKind, IgnoredReason, LicenceEvent } from '../../shared/events.ts';
import { type Batch, touch } from './batch.ts';
import type { Position } from './entry.ts';
import type { Organisation } from './organisation.ts';

export interface StoredAnomaly {
  user: string | null;
  device: string | null;
  logonSource: string | null;
  eventId: string | null;
}

/** Lists what was odd about an event; nothing is dropped silently. */
export function noteAnomalies(
  batch: Batch,
  organisation: Organisation,
  position: Position,
  event: LicenceEvent,
  reason: IgnoredReason | null,
): void {
  const { grants } = batch.books;
  const kinds: AnomalyKind[] = [];
  if (reason !== null) kinds.push(reason);
  if (!grants.knowsSource(event.logonSource)) kinds.push('unknown_logon_source');
  if (event.licences?.some((type) => !grants.knowsType(type))) kinds.push('unknown_licence_type');
  for (const kind of kinds) noteAnomaly(batch, organisation, position, kind, event);
}

export function noteAnomaly(batch: Batch, organisation: Organisation, position: Position, kind: AnomalyKind, event: LicenceEvent): void {
  const anomaly: StoredAnomaly = {
    user: event.user || null,
    device: event.device || null,
    logonSource: event.logonSource,
    eventId: event.id ?? null,
  };
  batch.draft.put('anomalies', [organisation.id, position.at, position.receipt, kind], anomaly);
  if (kind === 'no_open_session') {
    organisation.anomalies++;
    touch(batch, organisation);
  }
}
