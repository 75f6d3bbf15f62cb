/** Who is logged in, and who holds a licence type: read from the open sessions on disk. */
import { getOrMake } from '../../shared/maps.ts';
import type { Assignment } from '../../shared/organisation.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../../shared/time.ts';
import type { HolderView, Page, SessionView } from '../../shared/views.ts';
import { poolName } from '../books/entry.ts';
import type { StoredSession } from '../books/stored.ts';
import { type Downtime, leaseEnd } from '../licensing/sessions.ts';
import { inForce, type Version } from '../licensing/versions.ts';
import type { SessionQuery } from '../pipeline-types.ts';
import { AFTER_NAMES, below, type Key, type Reader } from '../store/store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { sortInPieces } from './sort-in-pieces.ts';
import { createEffort, pagedRows, type Work } from './work.ts';

/** A page; where little matches all may have to be looked through, with rests. @throws BadCursorError */
export function* readSessions(
  disk: Reader,
  organisation: string,
  query: SessionQuery,
  staleBefore: Instant | null,
): Work<Page<SessionView>> {
  const items: SessionView[] = [];
  const effort = createEffort();
  const { start, end } = sessionRange(organisation, query);
  let last: Key | null = null;
  for (const { key, value } of pagedRows<StoredSession>(disk, 'sessions', start, end)) {
    effort.spend(1);
    if (effort.tired()) yield;
    const [, user, device] = key as [string, string, string];
    if (!matches(device, value, query, staleBefore)) continue;
    if (items.length === query.limit) return { items, nextCursor: encodeCursor((last as Key).slice(1)) };
    last = key;
    items.push(sessionView(user, device, value));
  }
  return { items, nextCursor: null };
}

function sessionRange(organisation: string, { user, cursor }: SessionQuery): { start: Key; end: Key } {
  const range = user === undefined ? below(organisation) : below(organisation, user);
  if (cursor === undefined) return range;
  const [lastUser, lastDevice] = decodeCursor(cursor, ['string', 'string']) as [string, string];
  // The key after the last one: every key below it begins with it and goes on.
  return { start: [organisation, lastUser, lastDevice, 0], end: range.end };
}

function matches(device: string, session: StoredSession, query: SessionQuery, staleBefore: Instant | null): boolean {
  const stale = staleBefore !== null && session.since < staleBefore;
  return (
    (query.device === undefined || device === query.device) &&
    (query.logonSource === undefined || session.source === query.logonSource) &&
    (query.licenceType === undefined || session.holdings.some((holding) => holding.type === query.licenceType)) &&
    (query.stale === undefined || query.stale === stale)
  );
}

function sessionView(user: string, device: string, session: StoredSession): SessionView {
  return {
    session: String(session.id),
    user,
    device,
    logonSource: session.source,
    since: formatInstant(session.since),
    lastHeardAt: formatInstant(session.lastHeardAt),
    licences: session.holdings.map(({ type, pool, since }) => ({ licenceType: type, pool: poolName(pool), since: formatInstant(since) })),
  };
}

/** Somebody who holds a licence type, with the sessions in which it is held. */
interface Holder {
  user: string;
  stayAt: Instant;
  pool: number;
  sessions: [device: string, session: StoredSession, since: Instant][];
}

/** Holders who are told in one piece. */
const PIECE = 256;

/** Everyone who is counted for a licence type, the longest first, of one instant by name. Empty lists are rests. */
export function* readHolders(
  disk: Reader,
  organisation: string,
  licenceType: string,
  downtimes: readonly Downtime[],
  now: Instant,
): Generator<HolderView[], void, void> {
  const found = new Map<string, Holder>();
  const effort = createEffort();
  for (const { key, value } of pagedRows<StoredSession>(disk, 'sessions', [organisation], [organisation, AFTER_NAMES])) {
    effort.spend(1);
    if (effort.tired()) yield [];
    const holding = value.holdings.find((candidate) => candidate.type === licenceType);
    if (!holding) continue;
    const [, user, device] = key as [string, string, string];
    const { stayAt, pool, since } = holding;
    getOrMake(found, user, (): Holder => ({ user, stayAt, pool, sessions: [] })).sessions.push([device, value, since]);
  }
  const sorting = sortInPieces([...found.values()], (a, b) => a.stayAt - b.stayAt || (a.user < b.user ? -1 : 1));
  let sorted = sorting.next();
  for (; !sorted.done; sorted = sorting.next()) yield [];
  for (let from = 0; from < sorted.value.length; from += PIECE) {
    const piece = sorted.value.slice(from, from + PIECE);
    yield piece.map((holder) => holderView(holder, userName(disk, organisation, holder.user, now), downtimes));
  }
}

function holderView({ user, stayAt, pool, sessions }: Holder, userName: string | null, downtimes: readonly Downtime[]): HolderView {
  const devices = sessions.map(([device, session, since]) => ({
    device,
    session: String(session.id),
    logonSource: session.source,
    since: formatInstant(since),
    lastHeardAt: formatInstant(session.lastHeardAt),
    leaseEndsAt: formatInstantOrNull(leaseEnd(session, downtimes)),
  }));
  return { user, userName, pool: poolName(pool), since: formatInstant(stayAt), devices, freedBy: freedBy(devices) };
}

function userName(disk: Reader, organisation: string, user: string, now: Instant): string | null {
  const versions = disk.get<Version<Assignment | null>[]>('users', [organisation, user]) ?? [];
  return inForce(versions, now)?.name ?? null;
}

function freedBy(devices: HolderView['devices']): string {
  const endings = devices.map(({ device, leaseEndsAt }) =>
    leaseEndsAt === null ? `logout from ${device}` : `logout from ${device}, or silence until ${leaseEndsAt}`,
  );
  return endings.join('; and ');
}
