/** An alert that goes on firing, that nobody acknowledged and nothing keeps back, is told again to receivers that ask for it. */
import type { Instant } from '../../shared/time.ts';
import type { Batch } from '../books/batch.ts';
import type { Webhook } from '../webhooks/outbox.ts';
import { writeAlert } from './course.ts';
import { forReceiver } from './failures.ts';
import { joinGroup } from './groups.ts';
import type { Keeper } from './kept-back.ts';
import { aboutAlert, alertData, listeners, queueFor } from './messages.ts';
import { type Told, withTold } from './told.ts';
import type { Rows } from './values.ts';
import { type Alert, type Alerting, alertKey, type Watched } from './watched.ts';

export function tellAgain(batch: Batch, alerting: Alerting, watched: Watched, keeper: Keeper, rows: Rows): void {
  const { now } = batch;
  for (const { webhook, alert, told } of repeatables(alerting, watched)) {
    // A clock that was set back makes nobody wait for longer than the interval itself.
    if (told.at > now) noteTold(batch, watched, withTold(alert, [webhook.id], now, told.repeats));
    else if (dueOf(told, webhook) <= now && !keeper(alert)) {
      forReceiver(alerting, watched, webhook, () => repeat(batch, alerting, watched, webhook, alert, told, rows));
    }
  }
}

function noteTold(batch: Batch, watched: Watched, alert: Alert): void {
  watched.alerts.set(alertKey(alert.rule, alert.licenceType), alert);
  writeAlert(batch, watched, alert);
}

/** When the next repetition is due; what is kept back until an instant of its own waits for that. */
export function repeatsDueAt(alerting: Alerting, watched: Watched, keeper: Keeper, now: Instant): Instant {
  let due = Number.POSITIVE_INFINITY;
  for (const { webhook, alert, told } of repeatables(alerting, watched)) {
    const kept = keeper(alert);
    due = Math.min(due, Math.max(dueOf(told, webhook), kept ? (kept.until ?? Number.POSITIVE_INFINITY) : now));
  }
  return due;
}

/** Of what each receiver is to be told again, sooner or later, as things stand. */
function* repeatables(alerting: Alerting, watched: Watched): Generator<{ webhook: Webhook; alert: Alert; told: Told }> {
  for (const webhook of listeners(alerting, watched, 'alert.firing')) {
    if (webhook.repeatIntervalSeconds === undefined) continue;
    for (const alert of watched.alerts.values()) {
      if (alert.course.state !== 'firing' || alert.acknowledged !== null) continue;
      const told = alert.told.find((one) => one.webhook === webhook.id);
      if (told) yield { webhook, alert, told };
    }
  }
}

const dueOf = ({ at }: Told, { repeatIntervalSeconds = 0 }: Webhook): Instant => at + repeatIntervalSeconds * 1000;

function repeat(batch: Batch, alerting: Alerting, watched: Watched, webhook: Webhook, alert: Alert, told: Told, rows: Rows): void {
  const waits = isUnderWay(batch, watched.id, alert.id, webhook.id);
  // What the receiver has not taken yet need not be said twice: an interval later it is looked at again.
  const repeats = waits ? told.repeats : told.repeats + 1;
  const next = withTold(alert, [webhook.id], batch.now, repeats);
  noteTold(batch, watched, next);
  if (waits) return;
  if (webhook.groupBy) joinGroup(batch, watched, webhook, next, { repeat: repeats });
  else {
    const data = { ...alertData(watched, next, rows(next.licenceType)), repeat: repeats };
    queueFor(batch, alerting, watched, { type: 'alert.firing', about: aboutAlert(next), data }, webhook);
  }
}

function isUnderWay(batch: Batch, organisation: string, alert: string, webhook: string): boolean {
  const range = { start: [organisation, alert, webhook], end: [organisation, alert, webhook, Number.POSITIVE_INFINITY] };
  for (const { value } of batch.draft.range('alertDeliveries', range)) if (value === 'pending') return true;
  return false;
}
