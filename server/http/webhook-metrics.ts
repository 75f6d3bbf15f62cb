import { Gauge, type Registry } from 'prom-client';
import type { WebhookView } from '../../shared/alerts.ts';

export type Receivers = () => Iterable<{ organisation: string; webhook: WebhookView }>;

/** How it goes with each receiver of webhooks. @returns what reads it anew, before a scrape */
export function createReceiverGauges(registers: Registry[], receivers: Receivers): () => void {
  const labelNames = ['organisation', 'webhook'];
  const gauge = (name: string, help: string) => new Gauge({ name: `highwater_webhook_${name}`, help, labelNames, registers });
  const pending = gauge('pending', 'Messages that wait');
  const failed = gauge('failed', 'Messages that were given up, as far back as they are kept');
  const behind = gauge('behind_seconds', 'How long the oldest message has been waiting');
  const delivered = gauge('last_delivered_timestamp_seconds', 'Instant of the newest delivery');
  const enabled = gauge('enabled', '0 where the receiver is turned off');
  return () => {
    for (const one of [pending, failed, behind, delivered, enabled]) one.reset();
    for (const { organisation, webhook } of receivers()) {
      const labels = { organisation, webhook: webhook.id };
      pending.set(labels, webhook.pending);
      failed.set(labels, webhook.failed);
      behind.set(labels, webhook.behindSeconds);
      if (webhook.lastDeliveredAt !== null) delivered.set(labels, Date.parse(webhook.lastDeliveredAt) / 1000);
      enabled.set(labels, webhook.enabled ? 1 : 0);
    }
  };
}
