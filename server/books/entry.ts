/** What is written down of everything that happened: one entry an event or timer, with the records that came of it. */
import type { EventType, IgnoredReason, Pool, RecordFlag } from '../../shared/events.ts';
import { POOLS } from '../../shared/events.ts';
import { IMPORTED_KINDS, type ImportedKind } from '../../shared/import.ts';
import type { Instant } from '../../shared/time.ts';
import type { Session } from '../licensing/sessions.ts';
import { compareKeys } from '../store/keys.ts';
import type { Key } from '../store/store.ts';
import type { Levels } from '../usage/levels.ts';

/** At one instant: lease ends, then scheduled log-off, then refresh, then settings, then events. */
export const CLASS = { leaseEnd: 0, scheduledLogOff: 1, refresh: 2, settings: 3, event: 4 } as const;

/** Where something stands in the books. `receipt` tells apart what happened at one instant; `sub` the parts of one event. */
export interface Position {
  at: Instant;
  class: number;
  receipt: number;
  sub?: number | string;
}

/** Added to an instant, so that years 0 to 9999 are positive numbers of one length. */
const [BEFORE_ALL, INSTANT_DIGITS, ID_DIGITS] = [1e14, 10, 8];

/** The place of a session's end among the ends of one instant: they come in the order in which the sessions were opened (`byOpening`). */
export const endOf = ({ since, id }: Pick<Session, 'since' | 'id'>): string =>
  (since + BEFORE_ALL).toString(36).padStart(INSTANT_DIGITS, '0') + id.toString(36).padStart(ID_DIGITS, '0');

export const positionKey = ({ at, class: order, receipt, sub }: Position): (string | number)[] =>
  sub === undefined ? [at, order, receipt] : [at, order, receipt, sub];

export const positionText = (position: Position): string => positionKey(position).join();

export function positionOf(key: Key, from: number): Position {
  const [at, order, receipt, sub] = key.slice(from) as [number, number, number, (number | string)?];
  return { at, class: order, receipt, ...(sub !== undefined && { sub }) };
}

/** As their keys compare, without making them. */
export function comparePositions(a: Position, b: Position): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.class !== b.class) return a.class - b.class;
  if (a.receipt !== b.receipt) return a.receipt - b.receipt;
  if (typeof a.sub === 'number' && typeof b.sub === 'number') return a.sub - b.sub;
  return compareKeys(a.sub === undefined ? [] : [a.sub], b.sub === undefined ? [] : [b.sub]);
}

// Written out, not spread: this runs for every event.
export const entryKey = (organisation: string, { at, class: order, receipt, sub }: Position): (string | number)[] =>
  sub === undefined ? [organisation, at, order, receipt] : [organisation, at, order, receipt, sub];
export const userEntryKey = (organisation: string, user: string, { at, class: order, receipt, sub }: Position): (string | number)[] =>
  sub === undefined ? [organisation, user, at, order, receipt] : [organisation, user, at, order, receipt, sub];

export type EntryKind = EventType | ImportedKind | 'lease-end' | 'scheduled-log-off' | 'refresh';

/** Where an entry of a kind stands among those of its instant. */
export const classOf = (kind: EntryKind): number =>
  kind === 'lease-end'
    ? CLASS.leaseEnd
    : kind === 'scheduled-log-off'
      ? CLASS.scheduledLogOff
      : kind === 'refresh'
        ? CLASS.refresh
        : CLASS.event;

/** One licence of one session taken or given back. User, source and instant are those of its entry, and so is the device unless it says one. */
export interface EntryRecord {
  seq: number;
  acquired: boolean;
  type: string;
  session: number;
  /** Index into POOLS: an entry is stored many times, the words once. */
  pool: number;
  /** The user went from none to one or from one to none: the in-use number changed. */
  turned: boolean;
  /** Start of the holding. */
  since: Instant;
  /** Start and receipt of the user's stay, of a Released that ends one begun by another session. */
  stay: [at: Instant, receipt: number] | null;
  /** Of a superseded one whose entry has turned out to be on another device. */
  device?: string;
}

/** Every key is always there: entries of one shape take less room on disk. */
export interface Entry {
  kind: EntryKind;
  user: string;
  device: string;
  source: string;
  receivedAt: Instant;
  reason: IgnoredReason | null;
  id: string | null;
  licences: string[] | null;
  leaseMs: number | null;
  /** Of a release by the system only: the device that its file names. `device` is the one on which it was found. */
  named?: string;
  flags: RecordFlag[] | null;
  records: EntryRecord[];
  /** Records that were in force before something late came to be known. */
  superseded: EntryRecord[] | null;
}

const OWN = new Set<EntryKind>(['login', 'logout', 'heartbeat', ...IMPORTED_KINDS]);

/** What came in about one user, event or imported record: it acts by itself, in the order of the books. */
export const isOwn = ({ kind }: Entry): boolean => OWN.has(kind);

/** What came in stays in the books whatever comes of it; what timers did may turn out not to have happened. */
export const isEvent = (entry: Entry): boolean => isOwn(entry) || entry.user === '';

export const poolIndex = (pool: Pool): number => POOLS.indexOf(pool);
export const poolName = (index: number): Pool => POOLS[index] as Pool;

/** How a record moved the levels; null where it moved none. A refresh moves pools only. */
export function levelChange(kind: EntryKind, record: Pick<EntryRecord, 'acquired' | 'pool' | 'turned'>): Levels | null {
  const by = record.acquired ? 1 : -1;
  const pools: Levels = [0, 0, 0, 0];
  pools[record.pool + 1] = by;
  if (kind === 'refresh') return pools;
  if (!record.turned) return null;
  pools[0] = by;
  return pools;
}
