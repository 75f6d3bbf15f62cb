/** Who hears of the steps of a batch. Told once all of them are known: a worse alert of the same batch keeps a lesser one back. */
import type { AlertStateName, WebhookEventType } from '../../shared/alerts.ts';
import type { LicenceRow } from '../../shared/views.ts';
import type { Batch } from '../books/batch.ts';
import type { Webhook } from '../webhooks/outbox.ts';
import { writeAlert } from './course.ts';
import { forReceiver } from './failures.ts';
import { joinGroup } from './groups.ts';
import type { Keeper } from './kept-back.ts';
import { aboutAlert, alertData, listeners, queue } from './messages.ts';
import { hasHeard, hearsOfTheSilence, mayHearOf, withTold } from './told.ts';
import type { Rows } from './values.ts';
import { type Alert, type Alerting, alertKey, type Watched } from './watched.ts';

export function tellSteps(batch: Batch, alerting: Alerting, watched: Watched, keeper: Keeper): void {
  for (const { alert, row } of watched.stepped.splice(0)) {
    if (alert.course.firedAt === null || alert.course.state === 'pending') continue;
    tell(batch, alerting, watched, alert, row, keeper(alert) !== null);
  }
}

/** What kept messages back is over: what still fires is told now. */
export function tellHeld(batch: Batch, alerting: Alerting, watched: Watched, keeper: Keeper, rows: Rows): void {
  for (const alert of watched.alerts.values()) {
    if (!alert.held || alert.course.state !== 'firing' || !watched.rules.has(alert.rule) || keeper(alert)) continue;
    tell(batch, alerting, watched, alert, rows(alert.licenceType), false);
  }
}

function tell(batch: Batch, alerting: Alerting, watched: Watched, alert: Alert, row: LicenceRow | undefined, kept: boolean): void {
  const next = toldStep(batch, alerting, watched, alert, row, kept);
  watched.alerts.set(alertKey(alert.rule, alert.licenceType), next);
  writeAlert(batch, watched, next);
}

/** The alert, with what was told of it. */
function toldStep(batch: Batch, alerting: Alerting, watched: Watched, alert: Alert, row: LicenceRow | undefined, kept: boolean): Alert {
  const send = (isNews: (webhook: Webhook) => boolean) => sendStep(batch, alerting, watched, alert, row, isNews);
  switch (alert.course.state) {
    case 'firing': {
      if (kept) return { ...alert, held: true };
      // Nobody is told twice that it fires, but for who was told in between that nobody knows.
      const told = send(({ id }) => !hasHeard(alert, id) || alert.unknownTo.includes(id));
      return { ...withTold(alert, told, batch.now), held: false };
    }
    case 'resolved':
      // That an alert is over is told whatever keeps messages back: somebody was woken by it.
      send((webhook) => mayHearOf(alert, webhook));
      return alert;
    default:
      if (kept) return alert;
      return { ...alert, unknownTo: send((webhook) => mayHearOf(alert, webhook) && !hearsOfTheSilence(watched, webhook)) };
  }
}

/** @returns the receivers for which a message is queued; those that group are told when their group is */
function sendStep(
  batch: Batch,
  alerting: Alerting,
  watched: Watched,
  alert: Alert,
  row: LicenceRow | undefined,
  isNews: (webhook: Webhook) => boolean,
): string[] {
  const type = EVENT[alert.course.state as keyof typeof EVENT];
  const data = alertData(watched, alert, row);
  for (const webhook of listeners(alerting, watched, type)) {
    forReceiver(alerting, watched, webhook, () => {
      if (!webhook.groupBy || !isNews(webhook)) return;
      joinGroup(batch, watched, webhook, alert, { ended: type === 'alert.resolved' ? data : null });
    });
  }
  return queue(batch, alerting, watched, { type, about: aboutAlert(alert), data }, (webhook) => !webhook.groupBy && isNews(webhook));
}

const EVENT = { firing: 'alert.firing', resolved: 'alert.resolved', unknown: 'alert.unknown' } satisfies Partial<
  Record<AlertStateName, WebhookEventType>
>;
