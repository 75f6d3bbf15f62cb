/**
 * DOMAIN's rules once more, as plainly as they can be put: all that is known is sorted and walked through from the beginning,
 * every time. Slow, without any memory of its own, and the yardstick for the daemon.
 */
import { createCalendar } from '../../server/licensing/calendar.ts';
import type { EventType } from '../../shared/events.ts';
import type { ImportedKind } from '../../shared/import.ts';

/** What comes in: an event, or a row of another system's records. */
export interface NaiveInput {
  type: 'login' | 'logout' | 'heartbeat' | 'logout-all' | ImportedKind;
  user: string;
  device: string;
  source: string;
  at: number;
  licences?: string[];
  leaseMs?: number;
  /** The device that a row of the system names. */
  named?: string;
}

export type NaiveEvent = NaiveInput & { type: EventType };
export type NaiveRow = NaiveInput & { type: ImportedKind };

export interface NaiveSettings {
  from: number;
  timeZone: string;
  billingPeriodStartDay: number;
  scheduledLogOff?: string;
  entitlements: Record<string, { concurrent: number; contingency: number }>;
}

export interface NaiveRecord {
  usageType: 'Acquired' | 'Released';
  loggedAt: number;
  type: string;
  user: string;
  source: string;
  device: string;
  pool: string;
  inUse: number;
  heldSeconds: number | null;
}

interface OpenSession {
  user: string;
  device: string;
  since: number;
  receipt: number;
  heard: number;
  leaseMs: number | null;
  types: string[];
  /** Start of a holding that came later than the session. */
  laterSince: Map<string, number>;
}

interface Stay {
  at: number;
  receipt: number;
  pool: string;
}

type Counts = { inUse: number; contingency: number };

export interface NaiveResult {
  records: NaiveRecord[];
  sessions: { user: string; device: string; since: number; types: string[] }[];
  pools: Record<string, Record<string, number>>;
  anomalies: number;
  /** Receipts of imported rows that did nothing. */
  idle: Set<number>;
  peaks: Record<string, { day: number; dayAt: number | null; period: number; maxUsed: number }>;
}

/** Whatever order they became known in. */
const byOpening = (a: OpenSession, b: OpenSession): number => a.since - b.since || a.receipt - b.receipt;

/** `events` in order of receipt, `settings` in order of receipt; everything up to `now`. */
export function naiveBooks(
  settings: NaiveSettings[],
  events: NaiveInput[],
  now: number,
  downtimes: { from: number; until: number }[] = [],
): NaiveResult {
  const sorted = events.map((event, receipt) => ({ event, receipt })).sort((a, b) => a.event.at - b.event.at || a.receipt - b.receipt);
  const versions = settings.map((value, i) => (i === 0 ? { ...value, from: -Infinity } : value));
  const newest = versions.at(-1) as NaiveSettings;
  const calendar = createCalendar(newest.timeZone, newest.billingPeriodStartDay);
  const inForce = (at: number, inclusive: boolean): NaiveSettings | undefined => {
    let found: NaiveSettings | undefined;
    for (const version of versions) {
      const counts = inclusive ? version.from <= at : version.from < at;
      if (counts && (!found || version.from >= found.from)) found = version;
    }
    return found;
  };
  const sessions: OpenSession[] = [];
  const stays = new Map<string, Map<string, Stay>>();
  const records: NaiveRecord[] = [];
  const history = new Map<string, { at: number; counts: Counts }[]>();
  const idle = new Set<number>();
  let anomalies = 0;

  const stayOf = (type: string) => stays.get(type) ?? (stays.set(type, new Map()).get(type) as Map<string, Stay>);
  const used = (type: string, pool: string) => [...stayOf(type).values()].filter((stay) => stay.pool === pool).length;
  const choose = (type: string, version: NaiveSettings | undefined): string => {
    const sizes = version?.entitlements[type];
    if (!sizes || used(type, 'concurrent') < sizes.concurrent) return 'concurrent';
    return used(type, 'contingency') < sizes.contingency ? 'contingency' : 'over-limit';
  };
  const note = (at: number, type: string) => {
    const list = history.get(type) ?? (history.set(type, []).get(type) as { at: number; counts: Counts }[]);
    const counts = { inUse: stayOf(type).size, contingency: used(type, 'contingency') };
    if (list.at(-1)?.at === at) (list.at(-1) as { counts: Counts }).counts = counts;
    else list.push({ at, counts });
  };
  const close = (session: OpenSession, at: number, source: string) => {
    for (const type of [...session.types]) release(session, type, at, source);
  };
  const sinceOf = (session: OpenSession, type: string): number => session.laterSince.get(type) ?? session.since;
  const release = (session: OpenSession, type: string, at: number, source: string) => {
    session.types = session.types.filter((other) => other !== type);
    if (session.types.length === 0) sessions.splice(sessions.indexOf(session), 1);
    const stay = stayOf(type).get(session.user) as Stay;
    const last = !sessions.some((other) => other.user === session.user && other.types.includes(type));
    if (last) stayOf(type).delete(session.user);
    const { user, device } = session;
    records.push({
      usageType: 'Released',
      loggedAt: at,
      type,
      user,
      source,
      device,
      pool: stay.pool,
      inUse: stayOf(type).size,
      heldSeconds: (at - sinceOf(session, type)) / 1000,
    });
    note(at, type);
  };
  const leaseEnd = ({ heard, leaseMs }: OpenSession): number => {
    if (leaseMs === null) return Infinity;
    // Nobody could be heard while the daemon was down: a lease that would end then, or too soon after, gets a whole length.
    return downtimes.reduce(
      (end, { from, until }) => (heard < until && from < end && end < until + leaseMs ? until + leaseMs : end),
      heard + leaseMs,
    );
  };

  // Time zone arithmetic is slow, and up to the answer it stays the answer.
  const asked = new Map<NaiveSettings, { from: number; next: number }[]>();
  const nextLogOff = (at: number, version: NaiveSettings, n: number): number => {
    const answers = asked.get(version) ?? (asked.set(version, []).get(version) as { from: number; next: number }[]);
    const known = answers[n];
    if (known && known.from <= at && at < known.next) return known.next;
    const next = calendar.nextLocalTime(at, version.scheduledLogOff as string);
    answers[n] = { from: at, next };
    return next;
  };

  let passed = sorted[0]?.event.at ?? now;
  const pass = (until: number) => {
    for (;;) {
      const lease = [...sessions].sort((a, b) => leaseEnd(a) - leaseEnd(b) || byOpening(a, b))[0];
      const logOffs = versions
        .filter((version) => version.scheduledLogOff !== undefined)
        .flatMap((version) => {
          let at = Math.max(passed, version.from === -Infinity ? passed : version.from - 1);
          for (let i = 0; i < 3; i++) {
            at = nextLogOff(at, version, i);
            if (inForce(at, false) === version) return [at];
          }
          return [];
        });
      const logOff = Math.min(Infinity, ...logOffs);
      const refresh = calendar.billingPeriod(passed).end;
      const due = Math.min(lease ? leaseEnd(lease) : Infinity, logOff, refresh);
      if (due > until) break;
      if (lease && leaseEnd(lease) === due) {
        close(lease, due, 'Agent Desktop Connection Lost');
        continue;
      }
      if (logOff === due) for (const session of sessions.toSorted(byOpening)) close(session, due, 'Scheduled Log Off');
      if (refresh === due) refreshAt(due);
      passed = due;
    }
    passed = Math.max(passed, until);
  };
  const refreshAt = (at: number) => {
    for (const [type, list] of stays) {
      const moving = [...list]
        .filter(([, stay]) => stay.pool !== 'concurrent')
        .sort(([, a], [, b]) => a.at - b.at || a.receipt - b.receipt);
      for (const [user, stay] of moving) {
        const from = stay.pool;
        stay.pool = 'none';
        stay.pool = choose(type, inForce(at, false));
        const oldest = sessions
          .filter((s) => s.user === user && s.types.includes(type))
          .sort((a, b) => sinceOf(a, type) - sinceOf(b, type) || a.receipt - b.receipt)[0] as OpenSession;
        const same = { loggedAt: at, type, user, source: 'Refresh Contingency', device: oldest.device, inUse: list.size };
        records.push({ usageType: 'Released', pool: from, heldSeconds: (at - sinceOf(oldest, type)) / 1000, ...same });
        records.push({ usageType: 'Acquired', pool: stay.pool, heldSeconds: null, ...same });
        note(at, type);
      }
    }
  };

  const acquire = ({ at, user, source, device }: NaiveInput, receipt: number, type: string) => {
    const list = stayOf(type);
    if (!list.has(user)) list.set(user, { at, receipt, pool: choose(type, inForce(at, true)) });
    const { pool } = list.get(user) as Stay;
    records.push({ usageType: 'Acquired', loggedAt: at, type, user, source, device, pool, inUse: list.size, heldSeconds: null });
    note(at, type);
  };

  for (const { event, receipt } of sorted) {
    pass(Math.min(event.at, now));
    const { at, user, device, source } = event;
    const open = sessions.find((session) => session.user === user && session.device === device);
    if (event.type === 'logout-all') {
      for (const session of sessions.toSorted(byOpening)) close(session, at, source);
    } else if (event.type === 'login') {
      if (open) close(open, at, source);
      const types = event.licences ?? [];
      if (types.length === 0) continue;
      sessions.push({
        user,
        device,
        since: at,
        receipt,
        heard: at,
        leaseMs: event.leaseMs ?? null,
        types: [...types],
        laterSince: new Map(),
      });
      for (const type of types) acquire(event, receipt, type);
    } else if (event.type.startsWith('import-')) {
      const type = event.licences?.[0] as string;
      const holding = sessions.filter((session) => session.user === user && session.types.includes(type));
      const oldest = holding.sort((a, b) => sinceOf(a, type) - sinceOf(b, type) || a.receipt - b.receipt)[0];
      const named = holding.find((session) => session.device === (event.type === 'import-released' ? device : event.named));
      const ended = event.type === 'import-released' ? named : (named ?? oldest);
      if (event.type === 'import-acquired') {
        if (open?.types.includes(type)) {
          idle.add(receipt);
          continue;
        }
        const laterSince = new Map([[type, at]]);
        if (!open) sessions.push({ user, device, since: at, receipt, heard: at, leaseMs: null, types: [type], laterSince });
        else {
          open.types.push(type);
          open.laterSince.set(type, at);
        }
        acquire(event, receipt, type);
      } else if (!ended) {
        idle.add(receipt);
        anomalies++;
      } else if (event.type !== 'import-refreshed') {
        release(ended, type, at, source);
      }
    } else if (!open) {
      anomalies++;
    } else if (event.type === 'heartbeat') {
      open.heard = at;
      if (event.leaseMs !== undefined) open.leaseMs = event.leaseMs;
    } else {
      close(open, at, source);
    }
  }
  pass(now);

  const peaks: NaiveResult['peaks'] = {};
  for (const [type, list] of history) {
    // What is ahead of the clock may lie in the day or period after.
    const highest = ({ start: from, end }: { start: number; end: number }, pick: (counts: Counts) => number): [number, number | null] => {
      const before = list.filter((item) => item.at < from).at(-1);
      const inside = list.filter((item) => item.at >= from && item.at < end).map((item) => ({ at: item.at, level: pick(item.counts) }));
      if (inside[0]?.at !== from) inside.unshift({ at: from, level: before ? pick(before.counts) : 0 });
      const value = Math.max(...inside.map((item) => item.level));
      return [value, value === 0 ? null : (inside.find((item) => item.level === value)?.at ?? null)];
    };
    const [day, dayAt] = highest(calendar.day(now), (counts) => counts.inUse);
    const running = calendar.billingPeriod(now);
    peaks[type] = {
      day,
      dayAt,
      period: highest(running, (counts) => counts.inUse)[0],
      maxUsed: highest(running, (counts) => counts.contingency)[0],
    };
  }
  const pools = Object.fromEntries(
    [...stays].map(([type]) => [
      type,
      Object.fromEntries(['concurrent', 'contingency', 'over-limit'].map((pool) => [pool, used(type, pool)])),
    ]),
  );
  return {
    records,
    sessions: sessions.map(({ user, device, since, types }) => ({ user, device, since, types })),
    pools,
    anomalies,
    idle,
    peaks,
  };
}
