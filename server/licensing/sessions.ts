import type { IgnoredReason } from '../../shared/events.ts';
import type { Instant } from '../../shared/time.ts';

/** One licence type held in one session. */
export interface Holding {
  type: string;
  since: Instant;
}

/** A user logged in on one device. */
export interface Session {
  /** The receipt number of the login that opened it. */
  id: number;
  device: string;
  source: string;
  since: Instant;
  lastHeardAt: Instant;
  /** Without a login or heartbeat for so long (milliseconds) it is closed; null: never. */
  leaseMs: number | null;
  holdings: Holding[];
}

/** In the order of the books, whatever order they became known in. */
export const byOpening = (a: Session, b: Session): number => a.since - b.since || a.id - b.id;

/** The open sessions of one user, by device. */
export type Devices = Map<string, Session>;

/** One licence of one session taken or given back. */
export interface Movement {
  acquired: boolean;
  type: string;
  session: number;
  device: string;
  /** Start of the holding. */
  since: Instant;
}

export interface Outcome {
  /** Why nothing came of it, if so. */
  reason: IgnoredReason | null;
  movements: Movement[];
}

export interface Login {
  session: number;
  device: string;
  source: string;
  at: Instant;
  leaseMs: number | null;
  /** The licence types it acquires. */
  acquires: readonly string[];
}

/** While Highwater itself was down nobody could be heard: from the last commit before to readiness after. */
export interface Downtime {
  from: Instant;
  until: Instant;
}

/** Closes a session of that user on that device first, so that every Acquired has exactly one Released. */
export function logIn(devices: Devices, login: Login): Outcome {
  const movements = release(devices, login.device);
  if (login.acquires.length === 0) return { reason: 'nothing_to_acquire', movements };
  const { session: id, device, source, at, leaseMs } = login;
  const holdings = login.acquires.map((type) => ({ type, since: at }));
  devices.set(device, { id, device, source, since: at, lastHeardAt: at, leaseMs, holdings });
  for (const { type, since } of holdings) movements.push({ acquired: true, type, session: id, device, since });
  return { reason: null, movements };
}

export function logOut(devices: Devices, device: string): Outcome {
  if (!devices.has(device)) return { reason: 'no_open_session', movements: [] };
  return { reason: null, movements: release(devices, device) };
}

export function hear(devices: Devices, device: string, at: Instant, leaseMs: number | undefined): Outcome {
  const session = devices.get(device);
  if (!session) return { reason: 'no_open_session', movements: [] };
  session.lastHeardAt = Math.max(session.lastHeardAt, at);
  if (leaseMs !== undefined) session.leaseMs = leaseMs;
  return { reason: null, movements: [] };
}

/** Closes the session of a device, if there is one. */
export function release(devices: Devices, device: string): Movement[] {
  const session = devices.get(device);
  if (!session) return [];
  devices.delete(device);
  return session.holdings.map(({ type, since }) => ({ acquired: false, type, session: session.id, device, since }));
}

export interface ImportedHolding {
  /** Id of the session where none is open on the device. */
  session: number;
  device: string;
  source: string;
  at: Instant;
  type: string;
}

/** One licence more on a device, as a record of another system says: it closes nothing. A type that is held there already is not taken again. */
export function addHolding(devices: Devices, { session: id, device, source, at, type }: ImportedHolding): Outcome {
  const open = devices.get(device);
  if (open?.holdings.some((holding) => holding.type === type)) return { reason: 'nothing_to_acquire', movements: [] };
  const holding = { type, since: at };
  if (open) open.holdings.push(holding);
  else devices.set(device, { id, device, source, since: at, lastHeardAt: at, leaseMs: null, holdings: [holding] });
  return { reason: null, movements: [{ acquired: true, type, session: open?.id ?? id, device, since: at }] };
}

/** One licence less on a device; the session ends with its last one. */
export function releaseHolding(devices: Devices, device: string, type: string): Outcome {
  const session = devices.get(device);
  const index = session?.holdings.findIndex((holding) => holding.type === type) ?? -1;
  if (!session || index < 0) return { reason: 'no_open_session', movements: [] };
  const [{ since }] = session.holdings.splice(index, 1) as [Holding];
  if (session.holdings.length === 0) devices.delete(device);
  return { reason: null, movements: [{ acquired: false, type, session: session.id, device, since }] };
}

/** The device on which a user has held a type longest; of equal ones the session opened first. */
export function oldestDevice(devices: Devices, type: string): string | undefined {
  let oldest: { since: Instant; session: Session } | undefined;
  for (const session of devices.values()) {
    const since = session.holdings.find((holding) => holding.type === type)?.since;
    if (since === undefined) continue;
    if (!oldest || since < oldest.since || (since === oldest.since && session.id < oldest.session.id)) oldest = { since, session };
  }
  return oldest?.session.device;
}

/** Where the system released a type: on the device that its record names, else where the user has held it longest. */
export function releasedBySystem(devices: Devices, type: string, named: string | undefined): string | undefined {
  const onNamed = named !== undefined && devices.get(named)?.holdings.some((holding) => holding.type === type);
  return onNamed ? named : oldestDevice(devices, type);
}

/**
 * When a session ends unless it is heard from again; null: never.
 * At the last commit before a downtime what was due had ended. A lease that would end while Highwater was down, or sooner than one lease after it was back, ends one lease after it was back.
 */
export function leaseEnd(session: Pick<Session, 'lastHeardAt' | 'leaseMs'>, downtimes: readonly Downtime[]): Instant | null {
  if (session.leaseMs === null) return null;
  let end = session.lastHeardAt + session.leaseMs;
  for (const { from, until } of downtimes) {
    if (session.lastHeardAt < until && from < end && end < until + session.leaseMs) end = until + session.leaseMs;
  }
  return end;
}
