/** The live state of one organisation, in memory: open sessions, who is in which pool, how high each type stands. */
import TinyQueue from 'tinyqueue';
import type { Entitlement, OrganisationSettings } from '../../shared/organisation.ts';
import { type Instant, millisOf } from '../../shared/time.ts';
import { type Calendar, createCalendar } from '../licensing/calendar.ts';
import { emptyPools, type Pools } from '../licensing/pools.ts';
import type { Devices } from '../licensing/sessions.ts';
import { inForce, inForceBefore, lastReceived, type Version } from '../licensing/versions.ts';
import { createTypeUsage, type TypeUsage } from '../usage/type-usage.ts';
import type { OpenLink } from './chain.ts';
import { noRecomputations, type Recomputations } from './recomputation.ts';
import type { AgeWatch } from './stale-sessions.ts';
import type { StoredType } from './stored.ts';

/** Settings as the books hold them. A map, because a licence type may be called anything, `constructor` too. */
export type Settings = Omit<OrganisationSettings, 'entitlements'> & { entitlements: ReadonlyMap<string, Entitlement> };

/** A lease that may end: the session is looked at again at `at`. */
export interface LeaseTimer {
  at: Instant;
  user: string;
  device: string;
  session: number;
  /** When the session was opened. */
  since: Instant;
}

export interface UserState {
  devices: Devices;
  /** Sessions of this user that the organisation's number of sessions includes. */
  counted: number;
  /** Entries since the last one that was stored with the user's state. */
  sinceSnapshot: number;
}

export interface TypeState {
  pools: Pools;
  usage: TypeUsage;
  /** Its row as it was written last, in the present format; null: it has to be written. */
  written: StoredType | null;
}

/** How far back things are kept. Everything before an instant is gone, or told by something coarser; minus infinity: nothing is. */
export interface Kept {
  /** Levels of five minutes. Before it there are days, and hours as long as these are kept. Begins a local day. */
  buckets: Instant;
  hours: Instant;
  /** From here on hours and days before `buckets` are to be derived from the entries again; infinity: they are right. */
  stale: Instant;
  /** Nothing late is taken before it: entries before it are gone, or on their way. Begins a billing period. */
  closed: Instant;
  entries: Instant;
  /** Of the oldest entry there ever was, as far as it is gone; infinity: none is. */
  first: Instant;
  /** Anomalies that are counted and no longer listed. */
  anomalies: number;
}

export interface PackedSoFar {
  /** Up to here everything is in packs, but for the holes. Minus infinity: nothing is packed. */
  to: Instant;
  /** Stretches whose pack has gone, in order and apart. */
  holes: [start: Instant, end: Instant][];
  /** Entries written from `to` on, about: an entry that is written twice counts twice. */
  waiting: number;
  /** Not before it is anything packed again: whatever comes late often comes in numbers. */
  next: Instant;
}

/** Infinite waiting: nobody has counted yet. */
export const NOTHING_PACKED: PackedSoFar = { to: Number.NEGATIVE_INFINITY, holes: [], waiting: Number.POSITIVE_INFINITY, next: 0 };

/** What is kept of an organisation beside its sessions and types. */
export interface OrganisationCounters {
  /** Logouts and heartbeats without an open session. */
  anomalies: number;
  /** Receipt of the newest event. */
  lastEventAt: Instant | null;
  /** Up to here lease ends, scheduled log-offs and refreshes have acted. */
  timersRunTo: Instant;
  /** Highest instant of an entry. */
  newestAt: Instant;
  /** Newest instant at which something happened to all users at once. */
  lastSweepAt: Instant;
  /** Entries since the last mark of in-use levels. */
  sinceMark: number;
  /** Events counted before their time, in the order of their instants; no user: a logout of everybody. */
  ahead: { user: string; from: Instant; at: Instant }[];
  /** Hash of the newest link of the chain over the records that is a row; absent: none is. */
  chainHash?: string;
  /** The link that is not yet a row; absent: no record waits for one. */
  openLink?: OpenLink | null;
  /** No bill that was kept on the way was read further; absent: none was kept. */
  billsReadTo?: Instant;
  /** Absent: everything is. */
  kept?: Partial<Kept>;
  /** Absent: nothing is. */
  packed?: Omit<PackedSoFar, 'next'>;
}

export const EVERYTHING_KEPT: Kept = {
  buckets: Number.NEGATIVE_INFINITY,
  hours: Number.NEGATIVE_INFINITY,
  stale: Number.POSITIVE_INFINITY,
  closed: Number.NEGATIVE_INFINITY,
  entries: Number.NEGATIVE_INFINITY,
  first: Number.POSITIVE_INFINITY,
  anomalies: 0,
};

const KEPT = Object.keys(EVERYTHING_KEPT) as (keyof Kept)[];
export const isEverythingKept = (kept: Kept): boolean => KEPT.every((key) => kept[key] === EVERYTHING_KEPT[key]);

export const keptOf = ({ kept }: Pick<OrganisationCounters, 'kept'>): Kept => ({ ...EVERYTHING_KEPT, ...kept });

export interface Organisation extends OrganisationCounters {
  kept: Kept;
  packed: PackedSoFar;
  chainHash: string;
  openLink: OpenLink | null;
  /** When it is looked at next whether something is kept for long enough. */
  nextKeep: Instant;
  id: string;
  /** Nothing of it is written yet. */
  isNew: boolean;
  versions: Version<Settings>[];
  calendar: Calendar;
  /** What counts where nobody has set anything. */
  unset: Settings;
  users: Map<string, UserState>;
  types: Map<string, TypeState>;
  /** Open sessions of all users. */
  sessions: number;
  /** Late entries since the last mark among such. */
  sinceLateMark: number;
  /** What is being worked out again in pieces. */
  recomputations: Recomputations;
  leases: TinyQueue<LeaseTimer>;
  /** Session to the earliest instant at which it is looked at. */
  armed: Map<number, Instant>;
  /** The next instants of the timers of the whole organisation; Infinity where there is none. */
  nextLogOff: Instant;
  nextRefresh: Instant;
  /** When settings that were given for later come into force. */
  nextSettings: Instant;
  /** When the feed becomes silent unless an event comes. */
  nextSilent: Instant;
  /** Which sessions will have been open for too long; null: to be looked up. */
  ages: AgeWatch | null;
  /** End of the local day: marks of day and billing period begin anew. */
  nextRoll: Instant;
}

export const DEFAULT_SETTINGS: Omit<Settings, 'name'> = { timeZone: 'UTC', billingPeriodStartDay: 1, entitlements: new Map() };

export function createOrganisation(id: string, versions: Version<Settings>[], counters: OrganisationCounters): Organisation {
  const { timeZone, billingPeriodStartDay } = lastReceived(versions) ?? DEFAULT_SETTINGS;
  const organisation: Organisation = {
    ...counters,
    kept: keptOf(counters),
    packed: { ...NOTHING_PACKED, ...structuredClone(counters.packed) },
    chainHash: counters.chainHash ?? '',
    openLink: counters.openLink ?? null,
    nextKeep: Number.NEGATIVE_INFINITY,
    id,
    isNew: true,
    versions,
    calendar: createCalendar(timeZone, billingPeriodStartDay),
    unset: { ...DEFAULT_SETTINGS, name: id },
    users: new Map(),
    types: new Map(),
    sessions: 0,
    sinceLateMark: 0,
    recomputations: noRecomputations(),
    leases: new TinyQueue<LeaseTimer>([], (a, b) => a.at - b.at || a.since - b.since || a.session - b.session),
    armed: new Map(),
    nextLogOff: Number.POSITIVE_INFINITY,
    nextRefresh: Number.POSITIVE_INFINITY,
    nextSettings: Number.POSITIVE_INFINITY,
    nextSilent: Number.POSITIVE_INFINITY,
    ages: null,
    nextRoll: Number.NEGATIVE_INFINITY,
  };
  scheduleTimers(organisation);
  return organisation;
}

/** Looks up when the organisation's own timers act next, after `timersRunTo`. */
export function scheduleTimers(organisation: Organisation): void {
  const { calendar, timersRunTo, versions } = organisation;
  organisation.nextRefresh = calendar.billingPeriod(timersRunTo).end;
  organisation.nextLogOff = nextLogOff(calendar, versions, timersRunTo);
  organisation.nextSilent = silentAt(organisation);
  organisation.nextSettings = versions.find((version) => version.from > timersRunTo)?.from ?? Number.POSITIVE_INFINITY;
}

/** The first instant at which the newest event is too old; Infinity where nobody said what too old is, or nothing came yet. */
export function silentAt(organisation: Organisation): Instant {
  const { feedSilentAfterSeconds } = lastReceived(organisation.versions) ?? {};
  if (feedSilentAfterSeconds === undefined || organisation.lastEventAt === null) return Number.POSITIVE_INFINITY;
  return organisation.lastEventAt + millisOf(feedSilentAfterSeconds) + 1;
}

/** The first scheduled log-off after `at`, under the settings in force just before it. */
export function nextLogOff(calendar: Calendar, versions: Version<Settings>[], at: Instant): Instant {
  if (versions.every((version) => version.value.scheduledLogOff === undefined)) return Number.POSITIVE_INFINITY;
  let from = at;
  for (;;) {
    const time = inForceBefore(versions, from + 1)?.scheduledLogOff;
    const changes = versions.find((version) => version.from > from)?.from ?? Number.POSITIVE_INFINITY;
    const due = time === undefined ? Number.POSITIVE_INFINITY : calendar.nextLocalTime(from, time);
    if (due <= changes || changes === Number.POSITIVE_INFINITY) return due;
    from = changes;
  }
}

export const settingsAt = (organisation: Organisation, at: Instant): Settings => inForce(organisation.versions, at) ?? organisation.unset;

/** What a timer at `at` finds: at one instant timers come before settings. */
export const settingsBefore = (organisation: Organisation, at: Instant): Settings =>
  inForceBefore(organisation.versions, at) ?? organisation.unset;

/** Brings the organisation's numbers of users and sessions up to date with one user's devices. */
export function countSessions(organisation: Organisation, user: string, state: UserState): void {
  organisation.sessions += state.devices.size - state.counted;
  state.counted = state.devices.size;
  if (state.devices.size === 0) organisation.users.delete(user);
}

export function userState(organisation: Organisation, user: string): UserState {
  const known = organisation.users.get(user);
  if (known) return known;
  const made: UserState = { devices: new Map(), counted: 0, sinceSnapshot: 0 };
  organisation.users.set(user, made);
  return made;
}

export function typeState(organisation: Organisation, type: string): TypeState {
  const known = organisation.types.get(type);
  if (known) return known;
  const { calendar, timersRunTo } = organisation;
  const usage = createTypeUsage(calendar.day(timersRunTo), calendar.billingPeriod(timersRunTo));
  const made: TypeState = { pools: emptyPools(), usage, written: null };
  organisation.types.set(type, made);
  return made;
}
