/** Receivers and deliveries as they are shown: never a secret. */
import type { AttemptView, DeliveryView, WebhookView } from '../../shared/alerts.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../../shared/time.ts';
import type { Delivery, Webhook } from './outbox.ts';

export function webhookView(webhook: Webhook, now: Instant): WebhookView {
  const { id, url, format, events, enabled, disabledReason, oldSecrets = [], groupBy, groupWaitSeconds, repeatIntervalSeconds } = webhook;
  const oldEndsAt = Math.max(...oldSecrets.map(({ endsAt }) => endsAt));
  return {
    id,
    url,
    format,
    events,
    enabled,
    ...(disabledReason !== null && { disabledReason }),
    ...(groupBy && { groupBy: [...groupBy] }),
    ...(groupWaitSeconds !== undefined && { groupWaitSeconds }),
    ...(repeatIntervalSeconds !== undefined && { repeatIntervalSeconds }),
    ...(oldEndsAt > now && { oldSecretEndsAt: formatInstant(oldEndsAt) }),
  };
}

export const deliveryView = ({ id, webhook, type, status, attempts, nextAttemptAt }: Delivery): DeliveryView => ({
  id,
  webhookId: webhook,
  type,
  status,
  attempts: attempts.map(
    (attempt): AttemptView => ({
      at: formatInstant(attempt.at),
      ...(attempt.status !== null && { status: attempt.status }),
      ...(attempt.error !== null && { error: attempt.error }),
    }),
  ),
  nextAttemptAt: formatInstantOrNull(nextAttemptAt),
});
