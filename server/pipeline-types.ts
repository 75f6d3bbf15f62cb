/** What the edge (HTTP, WebSocket, command line) sees of the pipeline: a way in, and the committed state. */

import type { AlertRule, TriedRule } from '../shared/alerts.ts';
import type { PeakQuery, PeakView } from '../shared/bill.ts';
import type { AnomalyKind, AnswerReason, EventStatus, IngestAnswer, LicenceEvent, UsageType } from '../shared/events.ts';
import type { ForecastView } from '../shared/forecast.ts';
import type { HistoryQuery } from '../shared/history.ts';
import type { ImportedKind } from '../shared/import.ts';
import type { OrganisationSettings, OrganisationView, UserAssignment, UserView } from '../shared/organisation.ts';
import type { ReportQuery, ReportView } from '../shared/reports.ts';
import type { BillingPeriodRow, BillNow, StatementRow } from '../shared/statements.ts';
import type { Instant } from '../shared/time.ts';
import type { Comparison, FigureRange, GivenFigure, VendorFigure } from '../shared/vendor-figures.ts';
import type {
  AnomalyView,
  ChainView,
  ChangeView,
  HistoryRow,
  HolderView,
  OrganisationUsageRow,
  Page,
  RecordView,
  SessionView,
  UsageView,
} from '../shared/views.ts';
import type { WhatIf, WhatIfQuery } from '../shared/what-if.ts';
import type { AlertActions } from './alerting/actions.ts';
import type { Failure } from './alerting/failures.ts';
import type { Figures } from './billing/statement.ts';
import type { KeptCheckpoint } from './books/bill-checkpoints.ts';
import type { Closing, DraftedStatement } from './books/statements.ts';
import type { FigureFate } from './books/vendor-figures.ts';
import type { BillingPeriod } from './licensing/calendar.ts';
import type { KeptStatement } from './reports/statements.ts';
import type { InProgress } from './reports/work.ts';
import type { SavedReportActions } from './saved-reports/actions.ts';
import type { Delivery } from './webhooks/outbox.ts';

/** The store cannot take anything at the moment: nothing was recorded, the caller may try again. */
export class NotRecordingError extends Error {
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds = 5, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A report with more rows than are kept at once. */
export class ReportTooLargeError extends Error {
  readonly most: number;
  constructor(most: number, what: 'rows' | 'hours' = 'rows') {
    super(`The report has more than ${most} ${what}`);
    this.most = most;
  }
}

/** A cursor that this daemon did not hand out. */
export class BadCursorError extends Error {}

export type Health = { state: 'ready' } | { state: 'starting' | 'degraded' | 'stopping'; reasons: string[] };

/** Events that went through alike, for the counters. */
export interface CountedEvents {
  type: LicenceEvent['type'];
  outcome: EventStatus | AnswerReason;
  count: number;
}

/** One committed batch, told after it is on disk. */
export interface Commit {
  /** Highest sequence number after it. */
  seq: number;
  at: Instant;
  /** Organisation to the licence types whose row changed; an empty set when only users, sessions or anomalies did. */
  changed: ReadonlyMap<string, ReadonlySet<string>>;
  events: readonly CountedEvents[];
  /** Messages for webhooks that it brought, or that are to be tried again. */
  queued: Delivery[];
  /** Alerts that could not be evaluated. */
  failures: readonly Failure[];
  /** Time from the start of the transaction to its return, in seconds. */
  seconds: number;
}

export interface PageQuery {
  limit: number;
  cursor?: string;
}

export interface SessionQuery extends PageQuery {
  user?: string;
  licenceType?: string;
  logonSource?: string;
  device?: string;
  /** Only sessions open for longer than the organisation's `staleAfterSeconds`. */
  stale?: boolean;
}

export interface RecordQuery extends PageQuery {
  from?: Instant;
  /** Exclusive. */
  to?: Instant;
  user?: string;
  licenceType?: string;
  usageType?: UsageType;
  logonSource?: string;
  device?: string;
  session?: string;
  eventId?: string;
  pool?: string;
  order: 'asc' | 'desc';
  superseded?: boolean;
}

export interface OrganisationUsageQuery extends PageQuery {
  from: Instant;
  /** Exclusive. */
  to: Instant;
  licenceType?: string;
}

export interface FigureQuery extends PageQuery, FigureRange {}

export interface ChangeQuery extends PageQuery {
  from?: Instant;
  /** Exclusive. */
  to?: Instant;
  user?: string;
}

export interface AlertHistoryQuery extends PageQuery {
  from?: Instant;
  /** Exclusive. */
  to?: Instant;
  rule?: string;
  licenceType?: string;
}

export interface AnomalyQuery extends PageQuery {
  from?: Instant;
  /** Exclusive. */
  to?: Instant;
  kind?: AnomalyKind;
}

/** Reads of committed state. They never wait, and never see what is not yet on disk. */
export interface Committed {
  readonly epoch: string;
  seq(): number;
  organisations(): OrganisationView[];
  organisation(organisation: string): OrganisationView | undefined;
  users(organisation: string, query: PageQuery): Page<UserView>;
  user(organisation: string, user: string): UserView | undefined;
  /** `undefined` for an organisation that does not exist; so do the other readers. */
  usage(organisation: string): UsageView | undefined;
  /** Where little matches, others are let in between. */
  sessions(organisation: string, query: SessionQuery): Promise<Page<SessionView>> | undefined;
  holders(organisation: string, licenceType: string): AsyncGenerator<HolderView[], void, void> | undefined;
  records(organisation: string, query: RecordQuery): Page<RecordView> | undefined;
  /** The same page in lists, others let in between two; returns the cursor of the next page. @throws BadCursorError at once */
  recordPieces(organisation: string, query: RecordQuery): AsyncGenerator<RecordView[], string | null, void> | undefined;
  anomalies(organisation: string, query: AnomalyQuery): Promise<Page<AnomalyView>> | undefined;
  /** The newest link of the chain over the records, or that which stands for a number. */
  chain(organisation: string, seq?: number): ChainView;
  changes(organisation: string, query: ChangeQuery): Promise<Page<ChangeView>> | undefined;
  /** In-use level of every type over a range, for the chart: steps, first point at `from`. At most `points` steps a type. */
  steps(organisation: string, from: Instant, to: Instant, points: number): Promise<LevelSteps[]> | undefined;
  /** Instant of the newest event of an organisation, or null. */
  lastEventAt(organisation: string): Instant | null;
  /** From here on something of the past is still being worked out again; null: nothing is. */
  recomputing(organisation: string): Instant | null;
  reports(organisation: string): Reports | undefined;
  vendorFigures(organisation: string, query: FigureQuery): Page<VendorFigure> | undefined;
  closing(organisation: string): Closing | undefined;
  /** Of one period, or of all. */
  statements(organisation: string, period?: string): StatementRow[] | undefined;
  /** The newest of a period, or the one with the number. */
  statement(organisation: string, period: string, number?: number): KeptStatement | undefined;
}

/** How far the bill of a billing period was read. */
export interface ReadOn {
  start: Instant;
  checkpoint: KeptCheckpoint;
  /** Nothing was committed before it since. */
  stillTrue: () => boolean;
}

/** Long reads of one organisation's books. They let others in between, and hold no reader of the store meanwhile. */
export interface Reports {
  /** Whole buckets by start and then by type, in lists; an empty one is a rest. */
  history(query: HistoryQuery): AsyncGenerator<HistoryRow[], void, void>;
  /** storm's rows of five minutes that are over, by end and then by type. @throws BadCursorError */
  organisationUsage(query: OrganisationUsageQuery): AsyncGenerator<OrganisationUsageRow[], void, void>;
  /** Newest first. */
  billingPeriods(): BillingPeriodRow[];
  /** Those that are over and end after an instant, from that of the oldest entry on; the oldest first. */
  endedPeriods(after: Instant): BillingPeriod[];
  /** `2026-11`; absent: the running one. Null for a period that has not begun. */
  bill(period?: string): Promise<BillNow | null>;
  /** Sources of vendor figures that know something of a period's days. Null for one that has not begun; so does the next. */
  figureSources(period?: string): string[] | null;
  /** `records-gone`: of what it would be compared with only the bill is kept. */
  compare(period: string | undefined, source: string | null): Promise<Comparison | 'records-gone' | null>;
  /** Reads the bill of the period of an instant, and says how far it was read where that is worth keeping. */
  readOn(at: Instant, signal?: AbortSignal): Promise<ReadOn | null>;
  /** What a statement of a period is made of. Null for one that has not begun. */
  figures(period: string, signal?: AbortSignal): Promise<Figures | null>;
  /** Null for a stretch that has not begun. */
  peak(query: PeakQuery): Promise<PeakView | null>;
  /** Null for a stretch that has not begun. */
  whatIf(query: WhatIfQuery): InProgress<WhatIf> | null;
  /** What an alert rule would have done from one instant up to another. */
  tryRule(rule: AlertRule, from: Instant, to: Instant): Promise<TriedRule>;
  /** What is likely to come, of every licence type that has a row, or of one. */
  forecast(licenceType?: string): Promise<ForecastView>;
  /** The query was parsed against the data sources. @throws ReportTooLargeError */
  answer(query: ReportQuery): InProgress<ReportView>;
}

/** A row of another system's records, checked and complete. */
export interface ImportRow {
  kind: ImportedKind;
  at: Instant;
  user: string;
  device: string;
  /** The file names the device; else it is the family of the source. */
  deviceNamed: boolean;
  logonSource: string;
  licenceType: string;
  /** Digest of what it says, and which of several rows of its file that say the same. */
  content: string;
  occurrence: number;
}

/** `no_open_session`: released without a holding; `nothing_to_acquire`: acquired while held. Neither is recorded. */
export type RowFate = 'recorded' | 'duplicate' | AnswerReason;

export interface LevelSteps {
  licenceType: string;
  /** Ascending, milliseconds. */
  at: Instant[];
  /** In use from `at[i]` on. */
  inUse: number[];
}

export interface Pipeline {
  readonly committed: Committed;
  readonly alerts: AlertActions;
  readonly savedReports: SavedReportActions;
  health(): Health;
  /** When the line came to the end of a turn last, or looked and found nothing to do; on `Clock.running`. */
  turnedAt(): number;
  /** One request: all or nothing, answered when durable. @throws NotRecordingError */
  ingest(events: LicenceEvent[]): Promise<IngestAnswer>;
  /**
   * Rows in order of time, each judged on everything before it in the books; one transaction. @throws NotRecordingError
   * Those of one instant belong into one call.
   */
  importRows(organisation: string, rows: ImportRow[]): Promise<RowFate[]>;
  /** What `importRows` would answer, without changing anything. All rows of a user belong into one call, in order of time. */
  tryRows(organisation: string, rows: ImportRow[]): RowFate[];
  /** `by`: whose token it was; null where none was needed. */
  putOrganisation(organisation: string, settings: OrganisationSettings, by: string | null): Promise<void>;
  putEntitlements(organisation: string, entitlements: OrganisationSettings['entitlements'], by: string | null): Promise<void>;
  /** The organisation exists: the caller looked. */
  putUsers(organisation: string, users: readonly UserAssignment[], by: string | null): Promise<void>;
  /** Whether there was such a user. Open sessions stay. */
  deleteUser(organisation: string, user: string, by: string | null): Promise<boolean>;
  /** What became of each. One transaction. */
  putFigures(organisation: string, source: string, figures: readonly GivenFigure[]): Promise<FigureFate[]>;
  /** What `putFigures` would answer, without changing anything. */
  tryFigures(organisation: string, source: string, figures: readonly GivenFigure[]): FigureFate[];
  /** Removes some of them, and returns how many; none: they are all gone. */
  deleteFigures(organisation: string, range: FigureRange): Promise<number>;
  keepBillCheckpoint(organisation: string, read: ReadOn): Promise<void>;
  /** Whether it was written: not if something of the past changed since it was worked out. */
  writeStatement(statement: DraftedStatement): Promise<boolean>;
  /** All periods that end up to an instant have their statement. */
  settleClosing(organisation: string, closedTo: Instant | null, changes: number): Promise<void>;
  /** Called after each commit, in order; returns the way to stop it. */
  onCommit(listener: (commit: Commit) => void): () => void;
  /** Stops taking, finishes what is under way. */
  close(): Promise<void>;
}
