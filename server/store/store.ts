/**
 * The store as the pipeline sees it: sorted tables, and one way to write, a whole batch at once.
 * Two implementations, LMDB and memory, are held to the same suite in test/contract.
 */

/** Keys sort element by element: numbers by size and before strings, strings by code point; a key before its extensions. */
export type Key = readonly (string | number)[];

export const TABLES = [
  /** Single values: format, epoch, firstStartAt, seq, receipt, lastCommitAt, and how far a migration has come. */
  'meta',
  /** [organisation] -> every version of its settings. */
  'organisations',
  /** [organisation, user] -> every version of the user's assignment. */
  'users',
  /** [organisation] -> counters and positions of its live state. */
  'states',
  /** [organisation, licence type] -> levels and peaks now. */
  'types',
  /** [organisation, user, device] -> the open session. */
  'sessions',
  /** [organisation, at, class, receipt, sub?] -> what happened, with the records that came of it. */
  'entries',
  /** [organisation, day of UTC] -> licence types, sources and pools that its entries name. */
  'dayContents',
  /** [organisation, start] -> what reports read of the entries of a stretch of time, all together. */
  'packs',
  /** [organisation, user, at, class, receipt, sub?] -> where a user's entries are, now and then with the user's state after it; and the state before the first that is kept. */
  'userEntries',
  /** [organisation, at, class, receipt] -> in use of every type after that entry. */
  'marks',
  /** [organisation, licence type, start] -> levels of five minutes in which something changed. */
  'buckets',
  /** [organisation, licence type, start] -> levels of an hour of UTC in which something changed; only hours before that of the first open bucket. */
  'hours',
  /** [organisation, licence type, start] -> levels of a local day in which something changed; only days of which five-minute rows are kept no more. */
  'days',
  /** [organisation, highest number of its records] -> a link of the chain over the records. */
  'chain',
  /** [organisation, billing period] -> its bill, of which the entries are kept no more. */
  'bills',
  /** [organisation, at, receipt, kind] -> who and what. */
  'anomalies',
  /** [organisation, at, receipt] -> a logout of everybody. */
  'sweeps',
  /** [organisation, at, receipt] -> what an administrator changed, and who. */
  'changes',
  /** [organisation, licence type?] -> how far a recomputation of its pools, or of all users, has come. */
  'recomputations',
  /** [organisation, event id] -> the first answer. */
  'ids',
  /** [instant of a batch, receipt] -> the event ids it remembers. */
  'idBatches',
  /** [organisation, content of an imported row, which of several with the same content] -> how it was judged. */
  'imported',
  /** [organisation, rule] -> the alert rule. */
  'alertRules',
  /** [organisation, rule, licence type] -> where its alert stands, or how it ended last. */
  'alerts',
  /** [organisation, seq] -> one step of an alert's course. */
  'alertHistory',
  /** [organisation, silence] -> whose webhooks it keeps back, and until when. */
  'silences',
  /** [organisation, mute time] -> whose webhooks are not wanted at which times of the week. */
  'muteTimes',
  /** [organisation, alert, webhook, number] -> `pending` or `failed`: messages about it that did not arrive. */
  'alertDeliveries',
  /** [organisation, billing period, number] -> hashes of a statement, when it was closed and why. */
  'statements',
  /** [organisation, billing period, number] -> the statement itself: canonical JSON, deflated. */
  'statementBodies',
  /** [organisation, start of a billing period] -> how far its bill was read, so that a start need not read it from the beginning. */
  'billCheckpoints',
  /** [organisation] -> up to where its billing periods are closed, and what changed before that since. */
  'closings',
  /** [organisation, source, date, licence type] -> what a vendor says was used on that day. */
  'vendorFigures',
  /** [organisation] -> whether its feed is silent, and which billing period runs, as far as was told. */
  'feeds',
  /** [organisation, licence type] -> when a new mark was last told, and one that waits to be. */
  'peakNotices',
  /** [organisation, webhook] -> steps of alerts that are to go out to it together. */
  'alertGroups',
  /** [organisation, webhook] -> the receiver, with its secret. */
  'webhooks',
  /** [organisation, webhook] -> the receiver was deleted, and something of it is still there: the messages to it. */
  'removedReceivers',
  /** [organisation, webhook] -> the receiver said that it is gone, and messages up to that number still wait: they are to be given up. */
  'goneReceivers',
  /** [organisation, webhook, number] -> a message with its attempts. */
  'deliveries',
  /** [organisation, webhook, webhook-id] -> number of the delivery. */
  'deliveryIds',
  /** [organisation, webhook, number] -> webhook-id of a delivery that is still to be made. */
  'outbox',
  /** [organisation, webhook, instant of the attempt, number] -> what was sent and what came back. */
  'exchanges',
  /** [organisation, webhook] -> counts of its deliveries, and how the newest attempts went. */
  'receiverStats',
  /** [organisation, id] -> a report that is kept under a name, and up to when its due times are done with. */
  'savedReports',
  /** [organisation, saved report, number] -> one time that it was made. */
  'reportRuns',
  /** [organisation, saved report, number] -> it is still to be made. */
  'pendingRuns',
  /** [start of the silence] -> its end: when nothing was recorded because the daemon was down. */
  'downtimes',
] as const;
export type TableName = (typeof TABLES)[number];

/** Whose rows are levels of five minutes or an hour, and lie on disk in a way of their own (level-rows.ts). */
export const holdsLevels = (table: TableName): boolean => table === 'buckets' || table === 'hours';

export interface Row<V> {
  key: Key;
  value: V;
}

/** Keys with `start <= key < end`, the largest first if `reverse`. */
export interface Range {
  start?: Key;
  end?: Key;
  reverse?: boolean;
  limit?: number;
}

export interface Reader {
  get<V>(table: TableName, key: Key): V | undefined;
  range<V>(table: TableName, range: Range): Iterable<Row<V>>;
}

/** `undefined` removes. */
export interface Write {
  table: TableName;
  key: Key;
  value: unknown;
}

export interface Store extends Reader {
  /** Whether the disk has more left than is to stay free: retention and repairs need some of it. */
  hasRoom(): boolean;
  /** All of it or nothing; resolves when it is on disk. @throws StoreShutError, or any other failure of the store */
  commit(writes: readonly Write[]): Promise<void>;
  close(): Promise<void>;
}

/** The store cannot be written just now. It is unharmed, can be read, and takes writes again once they are possible. */
export abstract class StoreShutError extends Error {}
/** The disk, or the file's allowance, is full. */
export class StoreFullError extends StoreShutError {}
/** The system has made the file system read-only, mostly because of errors of the disk below it. */
export class StoreReadOnlyError extends StoreShutError {}

/** Sorts after every name: one code point longer than a name may be, of the highest there is. Not longer than that: LMDB's keys have 1,978 bytes. */
export const AFTER_NAMES = '\u{10FFFF}'.repeat(129);

/** All keys that begin with these elements; what follows is a name. */
export const below = (...prefix: (string | number)[]): { start: Key; end: Key } => ({ start: prefix, end: [...prefix, AFTER_NAMES] });
