/** What time itself does to the books: leases end, everybody is logged off, overflow is placed anew. Each acts at its own instant. */
import type { Pool } from '../../shared/events.ts';
import type { Instant } from '../../shared/time.ts';
import { choosePoolAgain, moveTo, overflowing, type Stay } from '../licensing/pools.ts';
import { byOpening, oldestDevice, type Session } from '../licensing/sessions.ts';
import { beginWatch, levelEntering } from '../usage/type-usage.ts';
import { type Batch, nextSeq, touch, touchSession } from './batch.ts';
import { type Cause, derivedEntry, LOG_OFF, REFRESH } from './derived-entry.ts';
import { CLASS, endOf, type Position, poolIndex } from './entry.ts';
import { refoldUsers, usersSince } from './late.ts';
import { closeSession, endLeasesBy, endNextLease } from './leases.ts';
import { type Organisation, scheduleTimers, settingsBefore, userState } from './organisation.ts';
import { writeEntry } from './settle.ts';
import { nextStale, noteStaleSessions } from './stale-sessions.ts';

/** When `runTimers` has something to do next; Infinity: never, as things stand. */
export function nextTimer(organisation: Organisation): Instant {
  const lease = organisation.leases.peek()?.at ?? Number.POSITIVE_INFINITY;
  const { nextLogOff, nextRefresh, nextSettings, nextRoll, nextSilent } = organisation;
  const ahead = organisation.ahead[0]?.at ?? Number.POSITIVE_INFINITY;
  return Math.min(lease, nextLogOff, nextRefresh, nextSettings, nextRoll, nextStale(organisation), nextSilent, ahead);
}

/** Lets everything happen that is due up to `now`, in the order of the books. */
export function runTimers(batch: Batch, organisation: Organisation, now: Instant): void {
  if (now < organisation.timersRunTo) return;
  if (nextTimer(organisation) > now) {
    organisation.timersRunTo = now;
    return;
  }
  for (;;) {
    const lease = organisation.leases.peek()?.at ?? Number.POSITIVE_INFINITY;
    const due = Math.min(lease, organisation.nextLogOff, organisation.nextRefresh, organisation.nextSettings);
    if (due > now) break;
    // Whoever is logged off at this instant may have been there for too long before it.
    noteStaleSessions(batch, organisation, due - 1);
    organisation.timersRunTo = Math.max(organisation.timersRunTo, due);
    if (lease === due) {
      endNextLease(batch, organisation);
      continue;
    }
    if (organisation.nextLogOff === due) {
      sweepSessions(batch, organisation, { at: due, class: CLASS.scheduledLogOff, receipt: 0 }, LOG_OFF);
    }
    if (organisation.nextRefresh === due) refresh(batch, organisation, due);
    if (organisation.nextSettings === due) showSettings(batch, organisation);
    scheduleTimers(organisation);
  }
  organisation.timersRunTo = now;
  rollWatches(batch, organisation, now);
  workInAhead(batch, organisation, now);
  noteStaleSessions(batch, organisation, now);
  showSilence(batch, organisation, now);
}

/** Displays are told that the numbers are no longer those of a live feed, though none of them changed. */
function showSilence(batch: Batch, organisation: Organisation, now: Instant): void {
  if (now < organisation.nextSilent) return;
  organisation.nextSilent = Number.POSITIVE_INFINITY;
  touch(batch, organisation);
}

/** An event counted before its time has come: what timers did since its receipt, and before it, is worked in now. */
function workInAhead(batch: Batch, organisation: Organisation, now: Instant): void {
  const due = organisation.ahead.filter((event) => event.at <= now);
  if (due.length === 0) return;
  organisation.ahead = organisation.ahead.filter((event) => event.at > now);
  const from = due.reduce((first, event) => Math.min(first, event.from), Number.POSITIVE_INFINITY);
  const users = due.some((event) => event.user === '') ? usersSince(batch, organisation, from) : new Set(due.map((event) => event.user));
  refoldUsers(batch, organisation, { at: from, class: CLASS.leaseEnd, receipt: 0 }, users);
}

/** Closes all sessions that were open before the position, and returns the numbers of the records. */
export function sweepSessions(batch: Batch, organisation: Organisation, position: Position, cause: Cause): number[] {
  endLeasesBy(batch, organisation, position.at);
  const open = [...organisation.users]
    .flatMap(([user, { devices }]) => [...devices.values()].map((session) => ({ user, session })))
    .filter(({ session }) => session.since < position.at || (position.class === CLASS.event && session.since === position.at))
    .sort((a, b) => byOpening(a.session, b.session));
  organisation.lastSweepAt = Math.max(organisation.lastSweepAt, position.at);
  return open.flatMap(({ user, session }) => closeSession(batch, organisation, user, session, { ...position, sub: endOf(session) }, cause));
}

/** Places everybody outside the concurrent pool anew, in the order in which they came, each in turn. */
function refresh(batch: Batch, organisation: Organisation, at: Instant): void {
  organisation.lastSweepAt = Math.max(organisation.lastSweepAt, at);
  const { entitlements } = settingsBefore(organisation, at);
  const placed: { type: string; user: string; stay: Stay; from: Pool }[] = [];
  for (const [type, { pools }] of organisation.types) {
    for (const [user, stay] of overflowing(pools.outside)) {
      if (stay.at >= at) continue;
      const from = stay.pool;
      moveTo(pools, user, choosePoolAgain(pools.used, from, entitlements.get(type)));
      placed.push({ type, user, stay, from });
    }
  }
  // Written once all are placed: whichever of a user's entries carries the user's state, it is that after this instant.
  for (const { type, user, stay, from } of placed) refreshStay(batch, organisation, at, type, user, stay, from);
}

function refreshStay(batch: Batch, organisation: Organisation, at: Instant, type: string, user: string, stay: Stay, from: Pool): void {
  const { devices } = userState(organisation, user);
  const holders = [...devices.values()].filter((session) => session.holdings.some((holding) => holding.type === type));
  const oldest = devices.get(oldestDevice(devices, type) as string) as Session;
  const { since } = oldest.holdings.find((holding) => holding.type === type) as { since: Instant };
  const record = { type, session: oldest.id, turned: false, since, stay: null };
  const records = [
    { seq: nextSeq(batch), acquired: false, pool: poolIndex(from), ...record },
    { seq: nextSeq(batch), acquired: true, pool: poolIndex(stay.pool), ...record },
  ];
  for (const session of holders) touchSession(batch, organisation, user, session.device);
  const position = { at, class: CLASS.refresh, receipt: stay.receipt, sub: type };
  writeEntry(batch, organisation, position, { ...derivedEntry(batch, user, oldest.device, REFRESH), records });
}

/** Other entitlements count from now on, and every row says so; sessions may be too old sooner or later than before. */
function showSettings(batch: Batch, organisation: Organisation): void {
  organisation.ages = null;
  for (const type of organisation.types.keys()) touch(batch, organisation).add(type);
}

/** Begins a new day or billing period: its first mark is the level carried into it. */
function rollWatches(batch: Batch, organisation: Organisation, now: Instant): void {
  const { calendar } = organisation;
  if (now < organisation.nextRoll) return;
  organisation.nextRoll = calendar.day(now).end;
  for (const [type, { usage }] of organisation.types) {
    if (now >= usage.day.end) {
      const day = calendar.day(now);
      usage.day = beginWatch(day, levelEntering(usage, day.start));
      touch(batch, organisation).add(type);
    }
    if (now >= usage.period.end) {
      const period = calendar.billingPeriod(now);
      usage.period = beginWatch(period, levelEntering(usage, period.start));
      touch(batch, organisation).add(type);
    }
  }
}
