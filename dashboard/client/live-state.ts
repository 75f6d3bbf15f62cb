import type { DeltaFrame, LiveAlert, SnapshotFrame } from '../../shared/live-protocol.ts';
import type { LicenceRow, UsageView } from '../../shared/views.ts';

/** What the server last said about one organisation. Rows that did not change keep their identity. */
export interface LiveState {
  readonly organisation: string;
  readonly seq: number;
  readonly usage: UsageView;
  readonly alerts: readonly LiveAlert[];
}

export function fromSnapshot(frame: SnapshotFrame): LiveState {
  return { organisation: frame.organisation, seq: frame.seq, usage: frame.usage, alerts: frame.alerts };
}

/** The state after a delta, or `null` when the delta does not follow on it and a snapshot is needed. */
export function applyDelta(state: LiveState, frame: DeltaFrame): LiveState | null {
  if (frame.previous !== state.seq || frame.seq < frame.previous) return null;
  const { seq, licences, users, sessions, anomalies, completeness, lastEventAt, asOf } = frame;
  const usage = {
    ...state.usage,
    seq,
    users,
    sessions,
    anomalies,
    completeness,
    lastEventAt,
    asOf,
    licences: mergeRows(state.usage.licences, licences),
  };
  return { ...state, seq, usage, alerts: frame.alerts ? mergeAlerts(state.alerts, frame.alerts) : state.alerts };
}

/** Replaces rows by licence type in place; new types come last. */
function mergeRows(rows: LicenceRow[], changed: LicenceRow[]): LicenceRow[] {
  if (changed.length === 0) return rows;
  const merged = new Map(rows.map((row) => [row.licenceType, row]));
  for (const row of changed) merged.set(row.licenceType, row);
  return [...merged.values()];
}

/** Resolved alerts leave: a display shows what is, and the list must not grow for ever. */
function mergeAlerts(alerts: readonly LiveAlert[], changed: LiveAlert[]): LiveAlert[] {
  const merged = new Map(alerts.map((alert) => [alert.id, alert]));
  for (const alert of changed) {
    if (alert.state === 'resolved') merged.delete(alert.id);
    else merged.set(alert.id, alert);
  }
  return [...merged.values()];
}
