/** Who is logged in, and who holds a licence type: read from the open sessions on disk. */
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

export function readSessions(disk: Reader, organisation: string, query: SessionQuery, staleBefore: Instant | null): Page<SessionView> {
  const items: SessionView[] = [];
  let last: Key | null = null;
  for (const { key, value } of disk.range<StoredSession>('sessions', sessionRange(organisation, query))) {
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

/** Everyone who is counted for a licence type, the longest first. */
export function readHolders(
  disk: Reader,
  organisation: string,
  licenceType: string,
  downtimes: readonly Downtime[],
  now: Instant,
): HolderView[] {
  const holders = new Map<string, HolderView>();
  for (const { key, value } of disk.range<StoredSession>('sessions', { start: [organisation], end: [organisation, AFTER_NAMES] })) {
    const holding = value.holdings.find((candidate) => candidate.type === licenceType);
    if (!holding) continue;
    const [, user, device] = key as [string, string, string];
    const holder = holders.get(user) ?? {
      user,
      userName: userName(disk, organisation, user, now),
      pool: poolName(holding.pool),
      since: formatInstant(holding.stayAt),
      devices: [],
      freedBy: '',
    };
    holder.devices.push({
      device,
      session: String(value.id),
      logonSource: value.source,
      since: formatInstant(holding.since),
      lastHeardAt: formatInstant(value.lastHeardAt),
      leaseEndsAt: formatInstantOrNull(leaseEnd(value, downtimes)),
    });
    holders.set(user, holder);
  }
  // Of one instant they stay in the order of their names.
  const list = [...holders.values()].sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0));
  for (const holder of list) holder.freedBy = freedBy(holder);
  return list;
}

function userName(disk: Reader, organisation: string, user: string, now: Instant): string | null {
  const versions = disk.get<Version<Assignment | null>[]>('users', [organisation, user]) ?? [];
  return inForce(versions, now)?.name ?? null;
}

function freedBy({ devices }: HolderView): string {
  const endings = devices.map(({ device, leaseEndsAt }) =>
    leaseEndsAt === null ? `logout from ${device}` : `logout from ${device}, or silence until ${leaseEndsAt}`,
  );
  return endings.join('; and ');
}
