/** What people say about alerts and receivers: jobs of the line, like events, so that what is answered is on disk. */
import type { AlertMatchers, AlertRule, MuteTime } from '../../shared/alerts.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import { end } from '../alerts/evaluate.ts';
import type { Silence } from '../alerts/silences.ts';
import { type Batch, touch } from '../books/batch.ts';
import { below } from '../store/store.ts';
import { type Delivery, queuedAgain, type Webhook } from '../webhooks/outbox.ts';
import { takeStep, writeAlert } from './course.ts';
import { forgetTroubles } from './failures.ts';
import { queueFor, writeDelivery } from './messages.ts';
import { type Alerting, alertKey, lookAgain, type Watched, watchedOf } from './watched.ts';

function watchedNow(batch: Batch, alerting: Alerting, id: string): Watched {
  const watched = watchedOf(alerting, id);
  const organisation = batch.books.organisations.get(id);
  if (organisation) touch(batch, organisation);
  lookAgain(watched);
  return watched;
}

export function putRule(batch: Batch, alerting: Alerting, organisation: string, id: string, rule: AlertRule): void {
  watchedNow(batch, alerting, organisation).rules.set(id, rule);
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
  forgetTroubles(watched, id);
  batch.draft.remove('alertRules', [organisation, id]);
  return true;
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
  watchedNow(batch, alerting, organisation).muteTimes.set(id, given);
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
  watchedNow(batch, alerting, organisation);
  batch.draft.remove('muteTimes', [organisation, id]);
  return true;
}

/**
 * Keeps the secret where none is given.
 * @param newSecret for a receiver that has none yet
 * @returns the secret if it was made here: it is shown once
 */
export function putWebhook(
  batch: Batch,
  alerting: Alerting,
  organisation: string,
  given: Omit<Webhook, 'secret' | 'disabledReason'> & { secret?: string },
  newSecret: string,
): string | null {
  const watched = watchedNow(batch, alerting, organisation);
  const known = watched.webhooks.get(given.id);
  const secret = given.secret ?? known?.secret ?? newSecret;
  const webhook: Webhook = { ...given, secret, disabledReason: null };
  writeWebhook(batch, watched, webhook);
  // What waited goes out now: it was turned off, or had an address where nobody was.
  if (known && webhook.enabled) alerting.queued.push(...pendingOf(batch, organisation, webhook.id));
  return given.secret === undefined && !known ? newSecret : null;
}

export function writeWebhook(batch: Batch, watched: Watched, webhook: Webhook): void {
  watched.webhooks.set(webhook.id, webhook);
  batch.draft.put('webhooks', [watched.id, webhook.id], webhook);
}

export function pendingOf(batch: Batch, organisation: string, webhook: string): Delivery[] {
  return [
    ...batch.draft.range('outbox', { start: [organisation, webhook], end: [organisation, webhook, Number.POSITIVE_INFINITY] }),
  ].flatMap(({ key }) => batch.draft.get<Delivery>('deliveries', key) ?? []);
}

/** Whether there was such a receiver. What still waited for it is forgotten, and so are its deliveries. */
export function deleteWebhook(batch: Batch, alerting: Alerting, organisation: string, id: string): boolean {
  const watched = alerting.watched.get(organisation);
  if (!watched?.webhooks.delete(id)) return false;
  lookAgain(watched);
  batch.draft.remove('webhooks', [organisation, id]);
  const range = { start: [organisation, id], end: [organisation, id, Number.POSITIVE_INFINITY] };
  for (const table of ['deliveries', 'outbox'] as const) {
    for (const { key } of [...batch.draft.range(table, range)]) batch.draft.remove(table, key);
  }
  for (const { key } of [...batch.draft.range('deliveryIds', below(organisation, id))]) batch.draft.remove('deliveryIds', key);
  for (const { key } of [...batch.draft.range('alertDeliveries', below(organisation))]) {
    if (key[2] === id) batch.draft.remove('alertDeliveries', key);
  }
  return true;
}

/** Queues a message that only says that messages arrive; also for a receiver that is turned off, and whatever it listens to. */
export function testWebhook(batch: Batch, alerting: Alerting, organisation: string, id: string): Delivery | null {
  const watched = alerting.watched.get(organisation);
  const webhook = watched?.webhooks.get(id);
  if (!watched || !webhook) return null;
  const data = { organisation, webhook: id, message: 'This is a test: messages of Highwater arrive here.', at: formatInstant(batch.now) };
  return queueFor(batch, alerting, watched, { type: 'webhook.test', about: `test ${alerting.deliveries + 1}`, data }, webhook);
}

/** Tries a delivery anew and at once, under the same id. */
export function retryDelivery(batch: Batch, alerting: Alerting, organisation: string, webhook: string, id: string): Delivery | null {
  const n = batch.draft.get<number>('deliveryIds', [organisation, webhook, id]);
  const delivery = n === undefined ? undefined : batch.draft.get<Delivery>('deliveries', [organisation, webhook, n]);
  if (!delivery) return null;
  const again = queuedAgain(delivery, batch.now);
  writeDelivery(batch, alerting, again);
  return again;
}
