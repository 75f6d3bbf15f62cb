/** From news to rows of the outbox, in the transaction of the news itself. */
import type { AlertStateName, WebhookEventType } from '../../shared/alerts.ts';
import { formatInstant, formatInstantOrNull } from '../../shared/time.ts';
import type { LicenceRow } from '../../shared/views.ts';
import { SILENT } from '../alerts/evaluate.ts';
import { renderedAnnotations, summaryOf, type Worded } from '../alerts/wording.ts';
import type { Batch } from '../books/batch.ts';
import type { Key } from '../store/store.ts';
import { type Delivery, isSettled, type Webhook, wants } from '../webhooks/outbox.ts';
import { forReceiver } from './failures.ts';
import { countDelivery } from './receiver-stats.ts';
import { type Alert, type Alerting, alertKey, type Watched } from './watched.ts';

export interface News {
  type: WebhookEventType;
  /** Messages about one thing reach a receiver in order. */
  about: string;
  data: Record<string, unknown>;
}

/** Who is to hear of such news. */
export function listeners(alerting: Alerting, watched: Watched, type: WebhookEventType): Webhook[] {
  const found: Webhook[] = [];
  for (const webhook of watched.webhooks.values()) {
    forReceiver(alerting, watched, webhook, () => {
      if (webhook.enabled && wants(webhook, type)) found.push(webhook);
    });
  }
  return found;
}

/** Whether anybody would hear of it. */
export const isAwaited = (alerting: Alerting, watched: Watched, type: WebhookEventType): boolean =>
  listeners(alerting, watched, type).length > 0;

/**
 * Queues a message for every receiver that wants it. Its number is part of the `webhook-id`, which is therefore the same over retries and restarts.
 * @returns the receivers
 */
export function queue(
  batch: Batch,
  alerting: Alerting,
  watched: Watched,
  news: News,
  isFor: (webhook: Webhook) => boolean = () => true,
): string[] {
  const told: string[] = [];
  for (const webhook of listeners(alerting, watched, news.type)) {
    forReceiver(alerting, watched, webhook, () => {
      if (!isFor(webhook)) return;
      queueFor(batch, alerting, watched, news, webhook);
      told.push(webhook.id);
    });
  }
  return told;
}

export function queueFor(batch: Batch, alerting: Alerting, watched: Watched, { type, about, data }: News, webhook: Webhook): Delivery {
  const n = ++alerting.deliveries;
  const delivery: Delivery = {
    id: `msg_${alerting.epoch}_${n}`,
    n,
    organisation: watched.id,
    webhook: webhook.id,
    type,
    about,
    at: batch.now,
    data,
    status: 'pending',
    attempts: [],
    tries: 0,
    nextAttemptAt: batch.now,
  };
  batch.draft.put('meta', ['deliveries'], n);
  writeDelivery(batch, alerting, delivery);
  return delivery;
}

/** Writes a delivery down where it is listed and, while it is pending, where the worker finds it after a restart. */
export function writeDelivery(batch: Batch, alerting: Alerting, delivery: Delivery): void {
  const key = [delivery.organisation, delivery.webhook, delivery.n];
  countDelivery(batch, batch.draft.get<Delivery>('deliveries', key) ?? null, delivery);
  batch.draft.put('deliveries', key, delivery);
  batch.draft.put('deliveryIds', [delivery.organisation, delivery.webhook, delivery.id], delivery.n);
  if (delivery.status === 'pending') batch.draft.put('outbox', key, delivery.id);
  else batch.draft.remove('outbox', key);
  noteForAlert(batch, delivery);
  if (delivery.status === 'pending') alerting.queued.push(delivery);
}

/** What did not arrive is counted with its alerts. */
function noteForAlert(batch: Batch, delivery: Delivery): void {
  for (const key of alertDeliveryKeys(delivery)) {
    if (isSettled(delivery)) batch.draft.remove('alertDeliveries', key);
    else batch.draft.put('alertDeliveries', key, delivery.status);
  }
}

/** Where a message about alerts is counted: with each of them. */
export function alertDeliveryKeys({ organisation, webhook, n, type, data }: Delivery): Key[] {
  if (!type.startsWith('alert.')) return [];
  const alerts = (data['alerts'] ?? [data]) as readonly Record<string, unknown>[];
  return alerts.map(({ id }) => [organisation, String(id), webhook, n]);
}

export const aboutAlert = ({ rule, licenceType }: Alert): string => `alert ${alertKey(rule, licenceType)}`;

/** An alert as its sentence and annotations see it. */
const worded = (organisation: string, { rule, of, licenceType, course, value, expected, reason }: Alert): Worded => ({
  organisation,
  id: rule,
  rule: of,
  licenceType,
  state: course.state as AlertStateName,
  value,
  startsAt: formatInstant(course.since),
  expected,
  trouble: course.state === 'unknown' && reason !== SILENT ? reason : null,
});

/** Sentence and annotations. Of a rule that nobody can read any more the reason is all there is to say. */
export function wordsFor(organisation: string, alert: Alert): { summary: string; annotations: Record<string, string> } {
  try {
    const words = worded(organisation, alert);
    return { summary: summaryOf(words), annotations: renderedAnnotations(words) };
  } catch {
    return { summary: alert.reason, annotations: {} };
  }
}

export function alertData(watched: Pick<Watched, 'id'>, alert: Alert, row: LicenceRow | undefined): Record<string, unknown> {
  const { course, of: rule } = alert;
  return {
    organisation: watched.id,
    id: alert.id,
    rule: alert.rule,
    name: rule.name,
    licenceType: alert.licenceType,
    metric: rule.metric,
    op: rule.op,
    threshold: rule.threshold,
    severity: rule.severity,
    state: course.state,
    value: alert.value,
    startsAt: formatInstant(course.since),
    endsAt: formatInstantOrNull(course.endedAt),
    seq: alert.seq,
    reason: alert.reason,
    ...wordsFor(watched.id, alert),
    ...(alert.expected && { expectedAt: formatInstant(alert.expected.at) }),
    ...(row && levelData(row)),
  };
}

/** How a licence type stands: numbers only, never a user. */
export const levelData = ({ inUse, concurrent, contingency, overLimit, peak }: LicenceRow): Record<string, unknown> => ({
  inUse,
  concurrent,
  contingency,
  overLimit,
  billingPeriodPeak: peak.billingPeriod,
});
