/** What people say about alerts: jobs of the line, like events, so that what is answered is on disk. */
import type { AlertMatchers, AlertRule, MuteTime } from '../../shared/alerts.ts';
import type { ForecastView } from '../../shared/forecast.ts';
import type { Instant } from '../../shared/time.ts';
import { end } from '../alerts/evaluate.ts';
import type { Silence } from '../alerts/silences.ts';
import { type Batch, touch } from '../books/batch.ts';
import { takeStep, writeAlert } from './course.ts';
import { forgetTroubles } from './failures.ts';
import { foretoldOf } from './foresight.ts';
import { isAbout } from './values.ts';
import { type Alerting, alertKey, lookAgain, type Watched, watchedOf } from './watched.ts';

export function watchedNow(batch: Batch, alerting: Alerting, id: string): Watched {
  const watched = watchedOf(alerting, id);
  const organisation = batch.books.organisations.get(id);
  if (organisation) touch(batch, organisation);
  lookAgain(alerting, watched);
  return watched;
}

export function putRule(batch: Batch, alerting: Alerting, organisation: string, id: string, rule: AlertRule): void {
  const watched = watchedNow(batch, alerting, organisation);
  watched.rules.set(id, rule);
  forgetTroubles(watched, id, (licenceType) => !isAbout(rule, licenceType));
  batch.draft.put('alertRules', [organisation, id], rule);
}

/** Whether there was such a rule. Its alerts are over, and who heard of them hears that. */
export function deleteRule(batch: Batch, alerting: Alerting, organisation: string, id: string): boolean {
  const watched = alerting.watched.get(organisation);
  const rule = watched?.rules.get(id);
  if (!watched || !rule) return false;
  for (const alert of [...watched.alerts.values()].filter((one) => one.rule === id)) {
    const step = end(alert.course, batch.now, 'the rule was deleted');
    takeStep(batch, alerting, watched, { id, rule, licenceType: alert.licenceType, step, value: alert.value, row: undefined });
  }
  watchedNow(batch, alerting, organisation).rules.delete(id);
  forgetTroubles(watched, id, () => true);
  batch.draft.remove('alertRules', [organisation, id]);
  return true;
}

export function foretell(batch: Batch, alerting: Alerting, organisation: string, forecast: ForecastView): void {
  const known = batch.books.organisations.get(organisation);
  const watched = alerting.watched.get(organisation);
  if (!known || !watched) return;
  watched.foretold = foretoldOf(forecast, known);
  lookAgain(alerting, watched);
}

/** Whether there is such an alert. */
export function acknowledge(batch: Batch, alerting: Alerting, organisation: string, id: string, by: string, note: string): boolean {
  const watched = alerting.watched.get(organisation);
  const alert = watched && [...watched.alerts.values()].find((one) => one.id === id);
  if (!watched || !alert) return false;
  const next = { ...alert, acknowledged: { by, at: batch.now, note } };
  watched.alerts.set(alertKey(alert.rule, alert.licenceType), next);
  writeAlert(batch, watched, next);
  watchedNow(batch, alerting, organisation);
  return true;
}

export function addSilence(
  batch: Batch,
  alerting: Alerting,
  organisation: string,
  given: { matchers: AlertMatchers; endsAt: Instant; by: string; note: string },
): Silence {
  const watched = watchedNow(batch, alerting, organisation);
  const number = (batch.draft.get<number>('meta', ['silences']) ?? 0) + 1;
  batch.draft.put('meta', ['silences'], number);
  const silence: Silence = { id: `silence-${number}`, startsAt: batch.now, ...given };
  for (const old of [...watched.silences.values()]) {
    if (old.endsAt <= batch.now) removeSilence(batch, watched, old.id);
  }
  watched.silences.set(silence.id, silence);
  batch.draft.put('silences', [organisation, silence.id], silence);
  return silence;
}

/** Whether there was such a silence. */
export function deleteSilence(batch: Batch, alerting: Alerting, organisation: string, id: string): boolean {
  const watched = alerting.watched.get(organisation);
  if (!watched?.silences.has(id)) return false;
  removeSilence(batch, watchedNow(batch, alerting, organisation), id);
  return true;
}

function removeSilence(batch: Batch, watched: Watched, id: string): void {
  watched.silences.delete(id);
  batch.draft.remove('silences', [watched.id, id]);
}

export function putMuteTime(batch: Batch, alerting: Alerting, organisation: string, id: string, given: MuteTime): void {
  const watched = watchedNow(batch, alerting, organisation);
  watched.muteTimes.set(id, given);
  watched.activeMutes.forget();
  batch.draft.put('muteTimes', [organisation, id], given);
}

/** A mute time under a name of Highwater's own. */
export function addMuteTime(batch: Batch, alerting: Alerting, organisation: string, given: MuteTime): string {
  const number = (batch.draft.get<number>('meta', ['muteTimes']) ?? 0) + 1;
  batch.draft.put('meta', ['muteTimes'], number);
  const id = `mute-${number}`;
  // Somebody may have given that name to one of theirs.
  if (alerting.watched.get(organisation)?.muteTimes.has(id)) return addMuteTime(batch, alerting, organisation, given);
  putMuteTime(batch, alerting, organisation, id, given);
  return id;
}

/** Whether there was such a mute time. */
export function deleteMuteTime(batch: Batch, alerting: Alerting, organisation: string, id: string): boolean {
  const watched = alerting.watched.get(organisation);
  if (!watched?.muteTimes.delete(id)) return false;
  watched.activeMutes.forget();
  watchedNow(batch, alerting, organisation);
  batch.draft.remove('muteTimes', [organisation, id]);
  return true;
}
