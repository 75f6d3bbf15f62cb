/** Who hears of the steps of a batch. Told once all of them are known: a worse alert of the same batch keeps a lesser one back. */
import type { LicenceRow } from '../../shared/views.ts';
import type { Batch } from '../books/batch.ts';
import { type Webhook, wants } from '../webhooks/outbox.ts';
import { writeAlert } from './course.ts';
import type { Keeper } from './kept-back.ts';
import { alertData, queue } from './messages.ts';
import { type Alert, type Alerting, alertKey, type Watched } from './watched.ts';

/** Who had no wish to hear of the firing may still wish to hear how it went on. */
const mayHearOf = (alert: Alert, webhook: Webhook): boolean =>
  alert.sent.includes(webhook.id) || (!wants(webhook, 'alert.firing') && !alert.held);

export function tellSteps(batch: Batch, alerting: Alerting, watched: Watched, keeper: Keeper): void {
  for (const { alert, row } of watched.stepped.splice(0)) {
    if (alert.course.firedAt === null || alert.course.state === 'pending') continue;
    tell(batch, alerting, watched, alert, row, keeper(alert) !== null);
    writeAlert(batch, watched, alert);
  }
}

function tell(batch: Batch, alerting: Alerting, watched: Watched, alert: Alert, row: LicenceRow | undefined, kept: boolean): void {
  const { state } = alert.course;
  const about = `alert ${alertKey(alert.rule, alert.licenceType)}`;
  const data = alertData(watched, alert, row);
  if (state === 'firing') {
    alert.held = kept;
    if (kept) return;
    // Nobody is told twice that it fires, but for who was told in between that nobody knows.
    const isNews = ({ id }: Webhook) => !alert.sent.includes(id) || alert.unknownTo.includes(id);
    const told = queue(batch, alerting, watched, { type: 'alert.firing', about, data }, isNews);
    alert.sent = [...new Set([...alert.sent, ...told])];
    alert.unknownTo = [];
    return;
  }
  // That an alert is over is told whatever keeps messages back: somebody was woken by it.
  if (state === 'resolved')
    queue(batch, alerting, watched, { type: 'alert.resolved', about, data }, (webhook) => mayHearOf(alert, webhook));
  else if (!kept) {
    const isNews = (webhook: Webhook) => mayHearOf(alert, webhook) && !hearsOfTheFeed(webhook);
    alert.unknownTo = queue(batch, alerting, watched, { type: 'alert.unknown', about, data }, isNews);
  }
}

/** People are told once that the feed is silent, not once more for every alert; programs follow every alert. */
const hearsOfTheFeed = (webhook: Webhook): boolean => webhook.format !== 'standard' && wants(webhook, 'feed.silent');

/** What kept messages back is over: what still fires is told now. */
export function tellHeld(
  batch: Batch,
  alerting: Alerting,
  watched: Watched,
  keeper: Keeper,
  rows: (licenceType: string) => LicenceRow | undefined,
): void {
  for (const alert of watched.alerts.values()) {
    if (!alert.held || alert.course.state !== 'firing' || !watched.rules.has(alert.rule) || keeper(alert)) continue;
    const next = { ...alert };
    watched.alerts.set(alertKey(alert.rule, alert.licenceType), next);
    tell(batch, alerting, watched, next, rows(alert.licenceType), false);
    writeAlert(batch, watched, next);
  }
}
