/**
 * The live view, `/api/v1/live`, subprotocol `highwater.v1`: JSON text frames, each with a `type`.
 * State is sent, not a log: after a `snapshot` only the rows that changed, at most every 100 ms, each frame naming the `seq` of the one before it.
 */
import type { LicenceRow, UsageView } from './views.ts';

export const LIVE_PATH = '/api/v1/live';
export const LIVE_SUBPROTOCOL = 'highwater.v1';
export const LIVE_PROTOCOL = 1;
/** Milliseconds between two `beat` frames. */
export const BEAT_INTERVAL_MS = 5_000;
/** Milliseconds without a frame after which a display must call its numbers old. */
export const STALE_AFTER_MS = 10_000;
/** Least milliseconds between two `delta` frames of an organisation. */
export const DELTA_INTERVAL_MS = 100;

/** Nothing can be recorded at present: committed numbers are true, but reality may have moved on. */
export interface NotRecording {
  since: string;
  reasons: readonly string[];
}

/** First frame of every connection. A display whose own build differs from `buildId` reloads itself once. */
export interface HelloFrame {
  type: 'hello';
  protocol: typeof LIVE_PROTOCOL;
  epoch: string;
  seq: number;
  buildId: string;
  now: string;
  /** Absent while everything is recorded. */
  notRecording?: NotRecording;
}

/** An active alert as a display shows it; no user names. */
export interface LiveAlert {
  id: string;
  rule: string;
  licenceType: string;
  state: 'pending' | 'firing' | 'resolved' | 'unknown';
  severity: 'info' | 'warning' | 'critical';
  value: number;
  threshold: number;
  startsAt: string;
  endsAt: string | null;
}

export interface SnapshotFrame {
  type: 'snapshot';
  organisation: string;
  seq: number;
  usage: UsageView;
  alerts: LiveAlert[];
}

/** `previous` is the `seq` of the frame before it for that organisation; a display that holds another asks for a snapshot. */
export interface DeltaFrame {
  type: 'delta';
  organisation: string;
  seq: number;
  previous: number;
  licences: LicenceRow[];
  users: number;
  sessions: number;
  anomalies: number;
  completeness: UsageView['completeness'];
  lastEventAt: UsageView['lastEventAt'];
  alerts?: LiveAlert[];
  asOf: string;
}

/** Sent every five seconds, so that silence means trouble. */
export interface BeatFrame {
  type: 'beat';
  now: string;
  seq: number;
  asOf: string;
  notRecording?: NotRecording;
}

export interface ErrorFrame {
  type: 'error';
  code: string;
  message: string;
}

export type ServerFrame = HelloFrame | SnapshotFrame | DeltaFrame | BeatFrame | ErrorFrame;

export interface SubscribeFrame {
  type: 'subscribe';
  organisation: string;
}

/** Without an organisation: from all of them. */
export interface UnsubscribeFrame {
  type: 'unsubscribe';
  organisation?: string;
}

export type ClientFrame = SubscribeFrame | UnsubscribeFrame;
