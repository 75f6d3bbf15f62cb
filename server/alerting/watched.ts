/** What the third stage of the line holds in memory: of every organisation that has rules or receivers, where its alerts stand. */
import type { AlertRule, MuteTime } from '../../shared/alerts.ts';
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import type { LicenceRow } from '../../shared/views.ts';
import type { Course } from '../alerts/evaluate.ts';
import type { Silence } from '../alerts/silences.ts';
import type { Expected } from '../alerts/wording.ts';
import { createDueList, type DueList } from '../books/due-list.ts';
import { below, type Reader, type TableName } from '../store/store.ts';
import type { Delivery, Webhook } from '../webhooks/outbox.ts';
import { type ActiveMutes, createActiveMutes } from './active-mutes.ts';
import type { Failure } from './failures.ts';
import type { Foretold } from './foresight.ts';
import type { Group } from './groups.ts';
import { createSessionAges, type SessionAges } from './session-ages.ts';
import { storedAlert, storedRule } from './stored.ts';
import type { Told } from './told.ts';

/** Where one rule stands for one licence type. */
export interface Alert {
  id: string;
  rule: string;
  licenceType: string;
  course: Course;
  /** Sequence number of its newest transition. */
  seq: number;
  reason: string;
  value: number | null;
  /** The rule as it was when last looked at: it may be gone. */
  of: AlertRule;
  /** Of a rule that looks ahead: what is likely to come, and when. */
  expected: Expected | null;
  /** Receivers that were told that it fires. */
  told: Told[];
  /** Receivers that were told since then that nobody knows. */
  unknownTo: string[];
  /** Its firing was kept back: who is to hear of it hears when nothing keeps it back any more. */
  held: boolean;
  acknowledged: { by: string; at: Instant; note: string } | null;
}

/** The mark of a licence type that was told last. */
export interface PeakNotice {
  /** Start of its billing period. */
  period: Instant;
  told: number;
  sentAt: Instant;
  /** A higher one is to be told once a minute is over. */
  waiting: boolean;
}

/** What is kept of the organisation as a whole. */
export interface Feed {
  /** Since when it counts as silent, or null. */
  silentSince: Instant | null;
  /** The running billing period. */
  period: { name: string; start: Instant; end: Instant };
}

export interface Watched {
  id: string;
  rules: Map<string, AlertRule>;
  /** By `alertKey`. */
  alerts: Map<string, Alert>;
  silences: Map<string, Silence>;
  muteTimes: Map<string, MuteTime>;
  activeMutes: ActiveMutes;
  webhooks: Map<string, Webhook>;
  /** Null until it is first looked at: what it finds then is no news. */
  feed: Feed | null;
  peaks: Map<string, PeakNotice>;
  /** By receiver: steps that are to go out together. */
  groups: Map<string, Group[]>;
  ages: SessionAges;
  /** Net logins a minute by licence type, as of the newest full minute. */
  rates: Map<string, { minute: Instant; past: number; perMinute: number }>;
  /** What today comes to; null while that is not worked out. */
  foretold: Foretold | null;
  /** Steps of the batch under way that nobody was told of yet. */
  stepped: { alert: Alert; row: LicenceRow | undefined }[];
  /** Every rule and type has to be looked at, not only what a batch changed. */
  everything: boolean;
  /** Why alerts could not be evaluated when last tried, by `alertKey`. */
  troubles: Map<string, string>;
  /** Why receivers could not be told when last tried, by id; forgotten when they are written anew. */
  unreached: Map<string, string>;
}

export interface Alerting {
  epoch: string;
  watched: Map<string, Watched>;
  /** Number of the newest delivery. */
  deliveries: number;
  /** Queued by the batch under way, for the worker. */
  queued: Delivery[];
  /** Looked at by the batch under way, for the readers. */
  looked: Set<string>;
  /** Pending ones that the batch under way took back: displays still have them. */
  withdrawn: { organisation: string; alert: Alert }[];
  /** Organisations that have to be looked at with the next batch, whatever it is about. */
  again: Set<string>;
  /** When time alone has to be looked at next. */
  due: DueList;
  /** When anything was last looked at. */
  lookedAt: Instant;
  /** Evaluations that failed in the batch under way. */
  failures: Failure[];
}

/** Names hold no control characters. */
export const alertKey = (rule: string, licenceType: string): string => `${rule}\u0000${licenceType}`;

export function watchedOf(alerting: Alerting, id: string): Watched {
  return getOrMake(alerting.watched, id, () => newWatched(id));
}

function newWatched(id: string): Watched {
  return {
    id,
    rules: new Map(),
    alerts: new Map(),
    silences: new Map(),
    muteTimes: new Map(),
    activeMutes: createActiveMutes(),
    webhooks: new Map(),
    feed: null,
    peaks: new Map(),
    groups: new Map(),
    ages: createSessionAges(),
    rates: new Map(),
    foretold: null,
    stepped: [],
    everything: true,
    troubles: new Map(),
    unreached: new Map(),
  };
}

/** The rules or receivers are others now: everything is looked at at the end of the batch. */
export function lookAgain(alerting: Alerting, watched: Watched): void {
  watched.everything = true;
  alerting.again.add(watched.id);
}

/** Reads what is in force and what is active; the history is left where it is. */
export function loadAlerting(disk: Reader, epoch: string): Alerting {
  const alerting: Alerting = {
    epoch,
    watched: new Map(),
    deliveries: disk.get<number>('meta', ['deliveries']) ?? 0,
    queued: [],
    looked: new Set(),
    withdrawn: [],
    failures: [],
    again: new Set(),
    due: createDueList(),
    lookedAt: Number.NEGATIVE_INFINITY,
  };
  const ids = new Set(WATCHED_TABLES.flatMap((table) => [...disk.range(table, {})].map(({ key }) => key[0] as string)));
  for (const id of ids) {
    alerting.watched.set(id, loadWatched(disk, id));
    alerting.again.add(id);
  }
  return alerting;
}

/** Who has any of these is looked at. */
const WATCHED_TABLES = ['alertRules', 'webhooks', 'silences', 'muteTimes'] as const;

/** One organisation as it is written down; everything about it is looked at anew. */
export function loadWatched(disk: Reader, id: string): Watched {
  const watched = newWatched(id);
  const rows = <V>(table: TableName) => [...disk.range<V>(table, below(id))].map(({ key, value }) => [key[1] as string, value] as const);
  for (const [rule, value] of rows<AlertRule>('alertRules')) watched.rules.set(rule, storedRule(value));
  for (const [webhook, value] of rows<Webhook>('webhooks')) watched.webhooks.set(webhook, value);
  for (const [silence, value] of rows<Silence>('silences')) watched.silences.set(silence, value);
  for (const [mute, value] of rows<MuteTime>('muteTimes')) watched.muteTimes.set(mute, value);
  for (const [, value] of rows<Alert>('alerts')) watched.alerts.set(alertKey(value.rule, value.licenceType), storedAlert(value));
  for (const [licenceType, value] of rows<PeakNotice>('peakNotices')) watched.peaks.set(licenceType, value);
  for (const [webhook, value] of rows<Group[]>('alertGroups')) watched.groups.set(webhook, value);
  watched.feed = disk.get<Feed>('feeds', [id]) ?? null;
  return watched;
}
