import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import type { Grants } from '../licensing/assignment.ts';
import type { Downtime } from '../licensing/sessions.ts';
import type { CountedEvents } from '../pipeline-types.ts';
import type { Reader } from '../store/store.ts';
import type { Change } from '../usage/open-bucket.ts';
import { createDraft, type Draft } from './draft.ts';
import type { NewMarks, Shift } from './marks.ts';
import type { Unnumbered } from './numbers.ts';
import { createOrganisation, NOTHING_PACKED, type Organisation } from './organisation.ts';
import type { PackingPace } from './packs.ts';

/** Everything the daemon knows, in memory. Ahead of the disk only while a batch is under way. */
export interface Books {
  organisations: Map<string, Organisation>;
  grants: Grants;
  downtimes: Downtime[];
  /** Highest sequence number given to a record or alert transition. */
  seq: number;
  /** Highest number given to anything received. */
  receipt: number;
  effort: Effort;
  pace: PackingPace;
}

/** How much is gone through again in one batch. */
export interface Effort {
  /** Up to so many entries with the event that makes it necessary; more follow in pieces. */
  atOnce: number;
  /** Entries in a piece. */
  perPiece: number;
}

/** One batch on its way through the line: the books, what it writes, and what it changed. */
export interface Batch {
  now: Instant;
  books: Books;
  draft: Draft;
  /** Organisations that were looked up: what they have to do next may be something else now. */
  met: Set<string>;
  /** Highest number given before this batch: a record with a higher one is not written yet, though its event may have been answered. */
  seqBefore: number;
  /** Organisation to the licence types whose levels or entitlements changed. */
  changed: Map<string, Set<string>>;
  /** Organisation to user to devices whose session changed, each once. */
  sessions: Map<string, Map<string, string[]>>;
  /** Organisation to licence type to the start of the first open bucket that changed. */
  buckets: Map<string, Map<string, Instant>>;
  /** Changes of levels older than memory reaches: the history in the store is rewritten at the end of the batch. */
  history: Map<string, Map<string, Change[]>>;
  /** Changes of in-use levels behind the newest entry: marks after them are shifted at the end of the batch. */
  shifts: Map<string, Shift[]>;
  /** New marks by organisation. */
  marks: Map<string, NewMarks>;
  /** Organisation to licence types whose pools are gone through again at the end of the batch, and from when on. */
  contested: Map<string, Map<string, Instant>>;
  /** Organisation to entries, by position, with records that get their numbers at the end of the batch, when none of it changes any more. */
  unnumbered: Map<string, Map<string, Unnumbered>>;
  /** Numbers of records that the batch replaced: one may turn out not to have changed after all. */
  replaced: Set<number>;
  /** Event ids that this batch remembers: organisation and id. */
  ids: [organisation: string, id: string][];
  /** A handful, however many events there are. */
  events: CountedEvents[];
}

export function createBatch(books: Books, disk: Reader, now: Instant): Batch {
  return {
    now,
    books,
    draft: createDraft(disk),
    met: new Set(),
    seqBefore: books.seq,
    changed: new Map(),
    sessions: new Map(),
    buckets: new Map(),
    history: new Map(),
    shifts: new Map(),
    marks: new Map(),
    contested: new Map(),
    unnumbered: new Map(),
    replaced: new Set(),
    ids: [],
    events: [],
  };
}

const newMap = <V>(): Map<string, V> => new Map();
const newSet = (): Set<string> => new Set();

export const nextSeq = (batch: Batch): number => ++batch.books.seq;
export const nextReceipt = (batch: Batch): number => ++batch.books.receipt;

/**
 * The organisation, made with time zone UTC and no entitlements if an event is the first to name it. Timers that were due have acted
 * at the beginning of the batch, so that it stands at the batch's instant.
 */
export function organisationOf(batch: Batch, id: string): Organisation {
  const { organisations } = batch.books;
  batch.met.add(id);
  const known = organisations.get(id);
  if (known) {
    known.timersRunTo = Math.max(known.timersRunTo, batch.now);
    return known;
  }
  const made = createOrganisation(id, [], {
    anomalies: 0,
    lastEventAt: null,
    timersRunTo: batch.now,
    newestAt: Number.NEGATIVE_INFINITY,
    lastSweepAt: Number.NEGATIVE_INFINITY,
    sinceMark: 0,
    ahead: [],
    packed: { ...NOTHING_PACKED, waiting: 0 },
  });
  organisations.set(id, made);
  return made;
}

export function countEvent({ events }: Batch, type: CountedEvents['type'], outcome: CountedEvents['outcome']): void {
  const alike = events.find((counted) => counted.type === type && counted.outcome === outcome);
  if (alike) alike.count++;
  else events.push({ type, outcome, count: 1 });
}

/** Something about the organisation has to be written and shown. */
export function touch(batch: Batch, organisation: Organisation): Set<string> {
  return getOrMake(batch.changed, organisation.id, newSet);
}

export function touchSession(batch: Batch, organisation: Organisation, user: string, device: string): void {
  const users = getOrMake(batch.sessions, organisation.id, newMap<string[]>);
  const devices = users.get(user);
  if (!devices) users.set(user, [device]);
  else if (!devices.includes(device)) devices.push(device);
}

export function touchBucket(batch: Batch, organisation: Organisation, type: string, start: Instant): void {
  const types = getOrMake(batch.buckets, organisation.id, newMap<Instant>);
  const first = types.get(type);
  if (first === undefined || start < first) types.set(type, start);
}
