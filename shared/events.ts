import type { Instant } from './time.ts';

export const EVENT_TYPES = ['login', 'logout', 'heartbeat', 'logout-all'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What happened to a user's devices, as it left the parser: every default filled in, every name checked. */
export interface LicenceEvent {
  type: EventType;
  organisation: string;
  /** Empty for `logout-all`, which is about the whole organisation. */
  user: string;
  /** The named device, or the logon source's family. Empty for `logout-all`. */
  device: string;
  logonSource: string;
  at: Instant;
  receivedAt: Instant;
  /** Exactly these licences; absent: by the user's assignment and the interface table. */
  licences?: string[];
  /** Idempotency key, unique per organisation. */
  id?: string;
  leaseMs?: number;
}

export type EventStatus = 'recorded' | 'duplicate' | 'ignored';
export type IgnoredReason = 'no_open_session' | 'nothing_to_acquire';
/** `older_than_kept`: it lies before what `retention.recordsMonths` keeps. */
export type AnswerReason = IgnoredReason | 'older_than_kept';

/** What one event of a request came to. `records` are sequence numbers. */
export interface EventResult {
  index: number;
  status: EventStatus;
  reason?: AnswerReason;
  records: number[];
  /** A late `logout-all` behind which much lies: its records get their numbers while the past is worked out again, and are read by its event id. */
  recomputing?: true;
}

/** The answer to `POST /api/v1/events`. `seq` is the highest of the data directory after the request. */
export interface IngestAnswer {
  epoch: string;
  seq: number;
  results: EventResult[];
}

export const ANOMALY_KINDS = [
  'no_open_session',
  'unknown_logon_source',
  'unknown_licence_type',
  'nothing_to_acquire',
  'stale_session',
  'late_event',
] as const;
export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

export const USAGE_TYPES = ['Acquired', 'Released'] as const;
export type UsageType = (typeof USAGE_TYPES)[number];

export const POOLS = ['concurrent', 'contingency', 'over-limit'] as const;
export type Pool = (typeof POOLS)[number];

/** Marks on a record that a reader should know of. */
export type RecordFlag = 'unknown-logon-source' | 'unknown-licence-type' | 'clock-ahead' | 'late' | 'superseded';
