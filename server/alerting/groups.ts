/**
 * Several alerts in one message, for receivers that ask for it. Steps about alerts that share what the receiver groups by are collected, from
 * the first on for `groupWaitSeconds`; then one message says how all of the group stand. What is collected is written down.
 */
import type { GroupLabel } from '../../shared/alerts.ts';
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import type { Batch } from '../books/batch.ts';
import { type Webhook, wants } from '../webhooks/outbox.ts';
import { writeAlert } from './course.ts';
import { forReceiver } from './failures.ts';
import { groupData } from './group-data.ts';
import type { Keeper } from './kept-back.ts';
import { alertData, queueFor } from './messages.ts';
import { hasHeard, hearsOfTheSilence, mayHearOf, withTold } from './told.ts';
import type { Rows } from './values.ts';
import { type Alert, type Alerting, alertKey, type Watched } from './watched.ts';

export interface Group {
  /** What its alerts share, as JSON of names and values. */
  key: string;
  dueAt: Instant;
  /** Alerts, by `alertKey`, whose newest state is to be told; how often it was told before, where that is all. */
  steps: { alert: string; repeat: number }[];
  /** Alerts that are over, as they ended: the rule may fire anew before the message goes out. */
  ended: { alert: string; data: Record<string, unknown> }[];
}

/** Notes that a receiver that groups is to hear of an alert. @param ended how it ended, if it has */
export function joinGroup(
  batch: Batch,
  watched: Watched,
  webhook: Webhook,
  alert: Alert,
  { repeat = 0, ended = null }: { repeat?: number; ended?: Record<string, unknown> | null } = {},
): void {
  const groups = getOrMake(watched.groups, webhook.id, () => []);
  const key = groupKey(webhook.groupBy ?? [], alert);
  let group = groups.find((one) => one.key === key);
  if (!group) {
    group = { key, dueAt: batch.now + waitMs(webhook), steps: [], ended: [] };
    groups.push(group);
  }
  const name = alertKey(alert.rule, alert.licenceType);
  group.steps = group.steps.filter((one) => one.alert !== name);
  if (ended) group.ended = [...group.ended.filter((one) => one.alert !== name), { alert: name, data: ended }];
  else group.steps.push({ alert: name, repeat });
  writeGroups(batch, watched, webhook.id);
}

const groupKey = (groupBy: readonly GroupLabel[], { rule, licenceType, of }: Alert): string => {
  const values: Record<GroupLabel, string> = { rule, licenceType, severity: of.severity };
  return JSON.stringify(groupBy.map((label) => [label, values[label]]));
};

const waitMs = ({ groupWaitSeconds = 0 }: Webhook): number => groupWaitSeconds * 1000;

/** Sends what has waited long enough. */
export function flushGroups(batch: Batch, alerting: Alerting, watched: Watched, keeper: Keeper, rows: Rows): void {
  for (const [id, groups] of watched.groups) {
    const webhook = watched.webhooks.get(id);
    if (webhook) heedClock(batch, watched, webhook, groups);
    const due = groups.filter(({ dueAt }) => !webhook || dueAt <= batch.now);
    if (due.length === 0) continue;
    watched.groups.set(
      id,
      groups.filter((group) => !due.includes(group)),
    );
    writeGroups(batch, watched, id);
    if (!webhook?.enabled) continue;
    for (const group of due) forReceiver(alerting, watched, webhook, () => flush(batch, alerting, watched, webhook, group, keeper, rows));
  }
}

/** A clock that was set back makes nobody wait for longer than the wait itself. */
function heedClock(batch: Batch, watched: Watched, webhook: Webhook, groups: Group[]): void {
  const latest = batch.now + waitMs(webhook);
  const late = groups.filter(({ dueAt }) => dueAt > latest);
  for (const group of late) group.dueAt = latest;
  if (late.length > 0) writeGroups(batch, watched, webhook.id);
}

/** Other ways to group, or none: what was collected the old way goes out now. */
export function endWaits(watched: Watched, webhook: string): void {
  for (const group of watched.groups.get(webhook) ?? []) group.dueAt = Number.NEGATIVE_INFINITY;
}

export function groupsDueAt(watched: Watched): Instant {
  let next = Number.POSITIVE_INFINITY;
  for (const groups of watched.groups.values()) for (const { dueAt } of groups) next = Math.min(next, dueAt);
  return next;
}

function flush(batch: Batch, alerting: Alerting, watched: Watched, webhook: Webhook, group: Group, keeper: Keeper, rows: Rows): void {
  const news: Alert[] = [];
  let repeat = 0;
  for (const step of group.steps) {
    const alert = watched.alerts.get(step.alert);
    if (!alert || !isNews(watched, alert, webhook, step.repeat)) continue;
    if (keeper(alert)) {
      if (alert.course.state === 'firing') keep(batch, watched, { ...alert, held: true });
      continue;
    }
    news.push(alert);
    repeat = Math.max(repeat, step.repeat);
  }
  const again = new Set(news.map(({ rule, licenceType }) => alertKey(rule, licenceType)));
  const ended = group.ended.filter(({ alert }) => !again.has(alert)).map(({ data }) => data);
  if (news.length + ended.length === 0) return;
  const context = [...watched.alerts].flatMap(([name, alert]) =>
    again.has(name) || !belongs(alert, webhook, group, keeper) ? [] : [alert],
  );
  const dataOf = (alert: Alert) => alertData(watched, alert, rows(alert.licenceType));
  // A receiver that no longer groups hears of each by itself.
  const messages = webhook.groupBy
    ? [[...news.map(dataOf), ...context.map(dataOf), ...ended]]
    : [...news.map(dataOf), ...ended].map((one) => [one]);
  for (const alerts of messages) {
    const about = webhook.groupBy
      ? `group ${group.key}`
      : `alert ${alertKey(String(alerts[0]?.['rule']), String(alerts[0]?.['licenceType']))}`;
    queueFor(batch, alerting, watched, { ...groupData(watched.id, group.key, alerts, repeat), about }, webhook);
  }
  for (const alert of [...news, ...context]) {
    const repeats = news.includes(alert) ? repeat : (alert.told.find((told) => told.webhook === webhook.id)?.repeats ?? 0);
    if (alert.course.state === 'firing') keep(batch, watched, withTold(alert, [webhook.id], batch.now, repeats));
    else if (!alert.unknownTo.includes(webhook.id)) keep(batch, watched, { ...alert, unknownTo: [...alert.unknownTo, webhook.id] });
  }
}

function isNews(watched: Watched, alert: Alert, webhook: Webhook, repeat: number): boolean {
  const { state } = alert.course;
  if (state === 'firing')
    return wants(webhook, 'alert.firing') && (repeat > 0 || !hasHeard(alert, webhook.id) || alert.unknownTo.includes(webhook.id));
  return state === 'unknown' && wants(webhook, 'alert.unknown') && mayHearOf(alert, webhook) && !hearsOfTheSilence(watched, webhook);
}

/** What the receiver knows of already and still fires is part of how the group stands. */
function belongs(alert: Alert, webhook: Webhook, group: Group, keeper: Keeper): boolean {
  if (alert.course.state !== 'firing' || !hasHeard(alert, webhook.id) || groupKey(webhook.groupBy ?? [], alert) !== group.key) return false;
  return keeper(alert) === null;
}

function keep(batch: Batch, watched: Watched, alert: Alert): void {
  watched.alerts.set(alertKey(alert.rule, alert.licenceType), alert);
  writeAlert(batch, watched, alert);
}

function writeGroups(batch: Batch, watched: Watched, webhook: string): void {
  const waiting = (watched.groups.get(webhook) ?? []).filter(({ dueAt }) => dueAt > batch.now);
  if (waiting.length > 0) batch.draft.put('alertGroups', [watched.id, webhook], waiting);
  else batch.draft.remove('alertGroups', [watched.id, webhook]);
}
