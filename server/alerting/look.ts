/** The third stage of the line, between decision and commit: what a batch, or time, meant for alerts. Only organisations that have rules or receivers are looked at. */
import type { AlertRule } from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';
import { ageDueAt, dueAt, end, lose, type Step, step } from '../alerts/evaluate.ts';
import { type Batch, touch } from '../books/batch.ts';
import type { Organisation } from '../books/organisation.ts';
import { courseOf, takeStep } from './course.ts';
import { noteFailure, noteSuccess, noteWholeSuccess, retryFailed } from './failures.ts';
import { nextRateAt, type Seen } from './foresight.ts';
import { flushGroups, groupsDueAt } from './groups.ts';
import { createKeeper, type Keeper } from './kept-back.ts';
import { type Before, peaksDueAt, silentAt, tellWaitingPeaks, watchContingency, watchFeed, watchPeak } from './moments.ts';
import { repeatsDueAt, tellAgain } from './repeats.ts';
import { tellHeld, tellSteps } from './telling.ts';
import { ageBase, isAbout, isAge, isTimed, type Rows, rowsOf, seen, typesOf } from './values.ts';
import { type Alerting, loadWatched, type Watched } from './watched.ts';

export function lookDue(alerting: Alerting, now: Instant): boolean {
  return alerting.again.size > 0 || isSetBack(alerting, now) || alerting.due.isDue(now);
}

/** Then everything is due: what was to come may lie an hour ahead now. */
const isSetBack = (alerting: Alerting, now: Instant): boolean => now < alerting.lookedAt;

/** Whom a batch, or time, may have meant something for. */
function takeDue(batch: Batch, alerting: Alerting): Set<string> {
  const { now, changed } = batch;
  const due = new Set([...alerting.again, ...alerting.due.takeDue(now)]);
  for (const id of changed.keys()) if (alerting.watched.has(id)) due.add(id);
  if (isSetBack(alerting, now)) {
    for (const watched of alerting.watched.values()) {
      watched.everything = true;
      due.add(watched.id);
    }
  }
  alerting.again.clear();
  alerting.lookedAt = now;
  return due;
}

export function look(batch: Batch, alerting: Alerting, before: Before): void {
  for (const id of takeDue(batch, alerting)) {
    const watched = alerting.watched.get(id);
    const organisation = batch.books.organisations.get(id);
    if (!watched || !organisation) continue;
    try {
      lookAt(batch, alerting, watched, organisation, before);
    } catch (error) {
      giveUp(batch, alerting, watched, organisation, error);
    }
  }
}

/** What was half done is left as it is written; memory follows it. The alerts are unknown until it can be done again. */
function giveUp(batch: Batch, alerting: Alerting, failed: Watched, organisation: Organisation, error: unknown): void {
  const watched = loadWatched(batch.draft, failed.id);
  watched.troubles = failed.troubles;
  watched.unreached = failed.unreached;
  watched.foretold = failed.foretold;
  alerting.watched.set(watched.id, watched);
  const reason = noteFailure(alerting, watched, error, null);
  for (const { rule: id, licenceType, course, of: rule, value } of [...watched.alerts.values()]) {
    if (course.state === 'resolved') continue;
    takeStep(batch, alerting, watched, { id, rule, licenceType, step: lose(course, reason, batch.now), value, row: undefined });
  }
  watched.stepped = [];
  alerting.due.plan(watched.id, retryFailed(watched, batch.now));
  alerting.looked.add(watched.id);
  touch(batch, organisation);
}

function lookAt(batch: Batch, alerting: Alerting, watched: Watched, organisation: Organisation, before: Before): void {
  const { now } = batch;
  const seq = batch.books.seq;
  const queued = alerting.queued.length;
  const changed = batch.changed.get(watched.id) ?? new Set<string>();
  const rows = rowsOf(organisation, now);
  const touched = batch.sessions.get(watched.id);
  if (touched) watched.ages.heed(organisation, touched);
  const oldPeriod = watched.feed?.period;
  const turned = watchFeed(batch, alerting, watched, organisation, before);
  if (oldPeriod && watched.webhooks.size > 0) {
    const rolled = now >= oldPeriod.end;
    // Another time zone or start day makes other marks, but no news.
    const moved = !rolled && oldPeriod.start !== watched.feed?.period.start;
    for (const licenceType of changed) {
      const after = rows(licenceType);
      if (!after) continue;
      const shown = before(watched.id, licenceType);
      watchContingency(batch, alerting, watched, after, shown);
      watchPeak(batch, alerting, watched, organisation, after, moved ? after : shown, rolled);
    }
  }
  tellWaitingPeaks(batch, alerting, watched, rows);
  evaluateRules(batch, alerting, watched, organisation, rows, turned || watched.everything ? null : changed);
  const keeper = createKeeper({ ...watched, clock: organisation.calendar }, now);
  tellSteps(batch, alerting, watched, keeper);
  tellHeld(batch, alerting, watched, keeper, rows);
  tellAgain(batch, alerting, watched, keeper, rows);
  flushGroups(batch, alerting, watched, keeper, rows);
  watched.everything = false;
  noteWholeSuccess(watched);
  alerting.due.plan(watched.id, Math.min(retryFailed(watched, now), nextLook(batch, alerting, watched, organisation, keeper)));
  alerting.looked.add(watched.id);
  if (batch.books.seq > seq || alerting.queued.length > queued) touch(batch, organisation);
}

/** @param changed types that the batch changed; null: look at all */
function evaluateRules(
  batch: Batch,
  alerting: Alerting,
  watched: Watched,
  organisation: Organisation,
  rows: Rows,
  changed: ReadonlySet<string> | null,
): void {
  const { now } = batch;
  const silent = watched.feed?.silentSince !== null && watched.feed !== null;
  for (const alert of [...watched.alerts.values()]) {
    const rule = watched.rules.get(alert.rule);
    if (!rule || isAbout(rule, alert.licenceType)) continue;
    const ended = end(alert.course, now, 'the rule is about other licence types now');
    takeStep(batch, alerting, watched, {
      id: alert.rule,
      rule,
      licenceType: alert.licenceType,
      step: ended,
      value: alert.value,
      row: undefined,
    });
  }
  for (const [id, rule] of watched.rules) {
    for (const licenceType of typesOf(rule, organisation)) {
      const course = courseOf(watched, id, licenceType);
      if (changed && !changed.has(licenceType) && !isTimed(rule) && dueAt(rule, course) > now) continue;
      let found: Seen | undefined;
      let taken: Step;
      try {
        found = seen(watched, organisation, rule, licenceType, rows, now);
        if (!found && !silent) continue;
        taken = step(rule, course, { value: found?.value ?? null, silent }, now);
        noteSuccess(watched, id, licenceType);
      } catch (error) {
        taken = lose(course, noteFailure(alerting, watched, error, { rule: id, licenceType }), now);
      }
      const { value, expected } = found ?? { value: null, expected: null };
      takeStep(batch, alerting, watched, { id, rule, licenceType, step: taken, value, expected, row: rows(licenceType) });
    }
  }
}

/** When time alone may bring something, all that is known staying as it is. */
function nextLook(batch: Batch, alerting: Alerting, watched: Watched, organisation: Organisation, keeper: Keeper): Instant {
  const { now } = batch;
  const dues = [
    peaksDueAt(watched),
    groupsDueAt(watched),
    repeatsDueAt(alerting, watched, keeper, now),
    watched.feed?.period.end ?? Number.POSITIVE_INFINITY,
  ];
  if (watched.feed?.silentSince === null) dues.push(silentAt(batch, organisation) ?? Number.POSITIVE_INFINITY);
  for (const alert of watched.alerts.values()) {
    const rule = watched.rules.get(alert.rule);
    if (rule) dues.push(dueAt(rule, alert.course));
    if (alert.held) dues.push(keeper(alert)?.until ?? Number.POSITIVE_INFINITY);
  }
  for (const rule of watched.rules.values()) {
    if (isAge(rule)) dues.push(ageRuleDueAt(watched, organisation, rule, now));
    if (rule.metric === 'secondsUntilFull') dues.push(nextRateAt(watched.id, now));
  }
  // What is due and yet nothing came of it waits for a change, not for the next tick.
  return dues.reduce((next, due) => (due > now && due < next ? due : next), Number.POSITIVE_INFINITY);
}

function ageRuleDueAt(watched: Watched, organisation: Organisation, rule: AlertRule, now: Instant): Instant {
  let due = Number.POSITIVE_INFINITY;
  for (const licenceType of typesOf(rule, organisation)) {
    const base = ageBase(watched, organisation, rule, licenceType);
    if (base !== null) due = Math.min(due, ageDueAt(rule, base, now));
  }
  return due;
}
