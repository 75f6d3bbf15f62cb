import type { Pool, RecordFlag, UsageType } from './events.ts';

/** A highest value and the instant (RFC 3339) at which it was first reached; the instant is null where the value is 0. */
export interface Peak {
  value: number;
  at: string | null;
}

/** One licence type of one organisation, now. `total` and `available` are null where no entitlement is set. */
export interface LicenceRow {
  licenceType: string;
  /** Distinct users holding the type: the number that is priced. */
  inUse: number;
  /** Open holdings: one user on two devices has two. */
  holdings: number;
  concurrent: { total: number | null; used: number; available: number | null };
  contingency: { total: number | null; used: number; available: number | null; maxUsed: number; maxUsedAt: string | null };
  overLimit: number;
  peak: { day: Peak; billingPeriod: Peak };
}

/** `stale`: no event for longer than the organisation's `feedSilentAfterSeconds`. */
export type Completeness = 'live' | 'stale';

/** `GET /api/v1/organisations/{organisation}/usage`, and the `usage` of a live snapshot. */
export interface UsageView {
  organisation: string;
  epoch: string;
  seq: number;
  asOf: string;
  completeness: Completeness;
  /** Arrival of the newest event, heartbeats too; null: there was none. */
  lastEventAt: string | null;
  /** Users with an open session. */
  users: number;
  sessions: number;
  /** Logouts and heartbeats without an open session. */
  anomalies: number;
  /** From here on the past is still being worked out again, with something that came late; null: nothing is. */
  recomputingFrom: string | null;
  licences: LicenceRow[];
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface SessionView {
  session: string;
  user: string;
  device: string;
  logonSource: string;
  since: string;
  lastHeardAt: string;
  licences: { licenceType: string; pool: Pool; since: string }[];
}

/** Who is counted for a licence type, on which devices, and what would free it. */
export interface HolderView {
  user: string;
  userName: string | null;
  pool: Pool;
  since: string;
  devices: { device: string; session: string; logonSource: string; since: string; lastHeardAt: string; leaseEndsAt: string | null }[];
  /** In words: what has to happen before the licence is free. */
  freedBy: string;
}

export interface RecordView {
  seq: number;
  organisation: string;
  usageType: UsageType;
  loggedAt: string;
  receivedAt: string;
  licenceType: string;
  user: string;
  userName: string | null;
  group: string | null;
  userType: string | null;
  logonSource: string;
  device: string;
  session: string;
  pool: Pool;
  /** In use of the type after this record. */
  inUse: number;
  /** Seconds the holding was held, on `Released`; null on `Acquired`. */
  heldSeconds: number | null;
  eventId: string | null;
  flags: RecordFlag[];
}

export interface AnomalyView {
  at: string;
  kind: string;
  user: string | null;
  device: string | null;
  logonSource: string | null;
  eventId: string | null;
}

/** What an administrator changed: `before` and `after` are settings of the organisation or an assignment of a user; null: none. */
export interface ChangeView {
  at: string;
  /** Name of the token; null where none was needed. */
  by: string | null;
  kind: 'organisation' | 'user';
  user: string | null;
  before: unknown;
  after: unknown;
}

/** Highest, lowest and time-weighted average of a level over a bucket. */
export interface LevelView {
  lowest: number;
  average: number;
  highest: number;
  highestAt: string | null;
  atEnd: number;
}

export interface HistoryRow {
  start: string;
  end: string;
  licenceType: string;
  inUse: LevelView;
  concurrent: LevelView;
  contingency: LevelView;
  overLimit: LevelView;
  provisional: boolean;
  complete: boolean;
}

/** storm's `Organisation Licence Usage`: a licence type at the end of five minutes of the local clock. */
export interface OrganisationUsageRow {
  organisationId: string;
  licenceType: string;
  startDateTime: string;
  /** The counts are those just before it. */
  endDateTime: string;
  totalConcurrentCount: number;
  totalContingencyCount: number;
  /** Users whom neither pool had room for; storm has no such count. */
  totalOverLimitCount: number;
  provisional: boolean;
  complete: boolean;
}

/** `GET O/chain`: a link of the chain over the records. Nulls: there is none. */
export interface ChainView {
  epoch: string;
  /** Highest number that it stands for. */
  seq: number | null;
  hash: string | null;
  /** Records in it, and their instants. */
  count: number;
  oldestAt: string | null;
  newestAt: string | null;
}
