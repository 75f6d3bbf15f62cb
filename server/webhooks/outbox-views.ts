/** Receivers and deliveries as they are shown: never a secret. */
import type { AttemptView, DeliveryDetailView, DeliveryView, ExchangeView, WebhookView } from '../../shared/alerts.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../../shared/time.ts';
import type { Attempt, Delivery, Exchange, ReceiverStats, Webhook } from './outbox.ts';

/** @param waitingSince since when the oldest message waits; null: none does */
export function webhookView(webhook: Webhook, stats: ReceiverStats, waitingSince: Instant | null, now: Instant): WebhookView {
  const { id, url, format, events, enabled, disabledReason, oldSecrets = [], groupBy, groupWaitSeconds, repeatIntervalSeconds } = webhook;
  const oldEndsAt = Math.max(...oldSecrets.map(({ endsAt }) => endsAt));
  return {
    id,
    url,
    format,
    events,
    enabled,
    ...(webhook.template && { template: webhook.template }),
    ...(disabledReason !== null && { disabledReason }),
    ...(groupBy && { groupBy: [...groupBy] }),
    ...(groupWaitSeconds !== undefined && { groupWaitSeconds }),
    ...(repeatIntervalSeconds !== undefined && { repeatIntervalSeconds }),
    ...(oldEndsAt > now && { oldSecretEndsAt: formatInstant(oldEndsAt) }),
    pending: stats.pending,
    failed: stats.failed,
    lastDeliveredAt: formatInstantOrNull(stats.lastDeliveredAt),
    lastError: stats.lastError,
    behindSeconds: waitingSince === null ? 0 : Math.max(0, now - waitingSince) / 1000,
  };
}

const attemptView = ({ at, status, error }: Attempt): AttemptView => ({
  at: formatInstant(at),
  ...(status !== null && { status }),
  ...(error !== null && { error }),
});

export const deliveryView = ({ id, webhook, type, status, attempts, nextAttemptAt, coalescedInto }: Delivery): DeliveryView => ({
  id,
  webhookId: webhook,
  type,
  status,
  attempts: attempts.map(attemptView),
  nextAttemptAt: formatInstantOrNull(nextAttemptAt),
  ...(coalescedInto !== undefined && { coalescedInto }),
});

/** @param exchangeAt what is still kept of the attempt of that instant */
export const deliveryDetailView = (delivery: Delivery, exchangeAt: (at: Instant) => Exchange | undefined): DeliveryDetailView => ({
  ...deliveryView(delivery),
  at: formatInstant(delivery.at),
  data: delivery.data,
  attempts: delivery.attempts.map((attempt): AttemptView & Partial<ExchangeView> => ({
    ...attemptView(attempt),
    ...exchangeAt(attempt.at),
  })),
});
