/** Which sessions have been open for too long. What it costs is what comes and what is due, however many are open. */
import TinyQueue from 'tinyqueue';
import { type Instant, millisOf } from '../../shared/time.ts';
import type { Session } from '../licensing/sessions.ts';
import { noteStaleSession, removeStaleSession } from './anomalies.ts';
import type { Batch } from './batch.ts';
import { CLASS, type Entry, type EntryRecord, type Position } from './entry.ts';
import { type Organisation, settingsAt } from './organisation.ts';

export interface Aging {
  since: Instant;
  user: string;
  device: string;
  session: number;
}

export interface AgeWatch {
  /** Milliseconds; infinity: nobody said what too long is, and nothing is watched. */
  afterMs: number;
  /** Those that have not been open for too long yet, the oldest first; some may have gone since. */
  queue: TinyQueue<Aging>;
  /** Session to its start: those that are in the queue, and those that were open when they left it. */
  known: Map<number, Instant>;
}

/** What has gone stays among the others until its time has come; with so many more than are open it is taken out. */
const SPARE = 1_000;

/** When a session will have been open for too long; minus infinity: that is to be looked up. */
export function nextStale({ ages }: Pick<Organisation, 'ages'>): Instant {
  if (ages === null) return Number.NEGATIVE_INFINITY;
  const first = ages.queue.peek();
  return first ? first.since + ages.afterMs : Number.POSITIVE_INFINITY;
}

/** Takes in a session that was opened, or is known to have been open after all. */
export function watchAge(organisation: Organisation, user: string, { id, since, device }: Session): void {
  const { ages } = organisation;
  if (ages === null || ages.afterMs === Number.POSITIVE_INFINITY || ages.known.get(id) === since) return;
  ages.known.set(id, since);
  ages.queue.push({ since, user, device, session: id });
  if (ages.known.size > 2 * organisation.sessions + SPARE) organisation.ages = withoutClosed(organisation, ages);
}

/** Lists those that have been open for too long, each once, at the instant at which it became so. */
export function noteStaleSessions(batch: Batch, organisation: Organisation, now: Instant): void {
  if (now < nextStale(organisation)) return;
  organisation.ages ??= watchAll(organisation, now);
  const { queue, known, afterMs } = organisation.ages;
  for (let first = queue.peek(); first && first.since + afterMs <= now; first = queue.peek()) {
    queue.pop();
    const session = organisation.users.get(first.user)?.devices.get(first.device);
    const position = { at: first.since + afterMs, class: CLASS.event, receipt: first.session };
    if (session && isSame(first, session)) noteStaleSession(batch, organisation, position, first.user, session);
    // It may turn out to have been open after all.
    else known.delete(first.session);
  }
}

/** Takes those off the list that something late shows to have ended in time: they had been open up to then as far as anybody knew. */
export function withdrawEnded(batch: Batch, organisation: Organisation, position: Position, { kind, records }: Entry): void {
  // What is listed lies before the present.
  if (position.at > organisation.timersRunTo || kind === 'refresh') return;
  for (const record of records) if (!record.acquired) withdraw(batch, organisation, record, position.at);
}

/** Takes those off the list that were not opened after all. */
export function withdrawUnopened(batch: Batch, organisation: Organisation, before: Entry | null, after: Entry): void {
  if (before === null || before.kind === 'refresh') return;
  const still = new Set(after.records.filter(({ acquired }) => acquired).map(({ session }) => session));
  for (const record of before.records) {
    if (record.acquired && !still.has(record.session)) withdraw(batch, organisation, record, Number.NEGATIVE_INFINITY);
  }
}

/** Whatever was too long when it was listed. */
function withdraw(batch: Batch, organisation: Organisation, { session, since }: EntryRecord, until: Instant): void {
  for (const seconds of new Set(organisation.versions.map(({ value }) => value.staleAfterSeconds))) {
    if (seconds === undefined || since + millisOf(seconds) < until) continue;
    if (!removeStaleSession(batch, organisation, since + millisOf(seconds), session)) continue;
    // It may turn out to have been open after all.
    organisation.ages?.known.delete(session);
  }
}

function watchAll(organisation: Organisation, now: Instant): AgeWatch {
  const { staleAfterSeconds } = settingsAt(organisation, now);
  if (staleAfterSeconds === undefined) return { afterMs: Number.POSITIVE_INFINITY, ...watching([], new Map()) };
  const open = [...openSessions(organisation)];
  return { afterMs: millisOf(staleAfterSeconds), ...watching(open, new Map(open.map(({ session, since }) => [session, since]))) };
}

function withoutClosed(organisation: Organisation, { afterMs, queue, known }: AgeWatch): AgeWatch {
  const open = new Map<number, Instant>();
  for (const { session, since } of openSessions(organisation)) if (known.get(session) === since) open.set(session, since);
  return {
    afterMs,
    ...watching(
      queue.data.filter(({ session, since }) => open.get(session) === since),
      open,
    ),
  };
}

const watching = (waiting: Aging[], known: Map<number, Instant>): Pick<AgeWatch, 'queue' | 'known'> => ({
  queue: new TinyQueue(waiting, (a, b) => a.since - b.since || a.session - b.session),
  known,
});

function* openSessions({ users }: Organisation): Generator<Aging> {
  for (const [user, { devices }] of users) {
    for (const { id, since, device } of devices.values()) yield { since, user, device, session: id };
  }
}

const isSame = ({ session, since }: Aging, open: Session): boolean => open.id === session && open.since === since;
