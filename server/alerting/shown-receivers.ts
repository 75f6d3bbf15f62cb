/** Reads of committed receivers and of the messages to them. */
import type { DeliveryDetailView, DeliveryStatus, DeliveryView, WebhookView } from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';
import type { Page } from '../../shared/views.ts';
import type { PageQuery } from '../pipeline-types.ts';
import { below, type Key, type Reader } from '../store/store.ts';
import type { Delivery, Exchange, Webhook } from '../webhooks/outbox.ts';
import { deliveryDetailView, deliveryView, webhookView } from '../webhooks/outbox-views.ts';
import { ofReceiver, statsOf } from './receiver-stats.ts';

/** So many messages are looked at for one page: a status that few have must not hold up the line. */
const MOST_READ = 2_000;

export interface ShownReceivers {
  webhooks(organisation: string): WebhookView[];
  webhook(organisation: string, id: string): Webhook | undefined;
  webhookView(organisation: string, id: string): WebhookView | undefined;
  /** Of every organisation. */
  everyWebhook(): { organisation: string; webhook: WebhookView }[];
  /** `undefined`: there is no such delivery. */
  delivery(organisation: string, webhook: string, id: string): DeliveryDetailView | undefined;
  /** `undefined`: there is no such receiver. Newest first. A page of one status with less than `limit` may have others after it. */
  deliveries(organisation: string, webhook: string, status: DeliveryStatus | undefined, query: PageQuery): Page<DeliveryView> | undefined;
  /** Everything that waits, oldest first. */
  pending(): Delivery[];
  isPending(delivery: Delivery): boolean;
}

export function createShownReceivers(store: Reader, now: () => Instant): ShownReceivers {
  const deliveryAt = (key: Key) => store.get<Delivery>('deliveries', key);
  const view = (organisation: string, webhook: Webhook): WebhookView => {
    const [oldest] = [...store.range('outbox', { ...ofReceiver(organisation, webhook.id), limit: 1 })];
    const waitingSince = oldest ? (deliveryAt(oldest.key)?.at ?? null) : null;
    return webhookView(webhook, statsOf(store, organisation, webhook.id), waitingSince, now());
  };
  const webhook = (organisation: string, id: string) => store.get<Webhook>('webhooks', [organisation, id]);
  return {
    webhook,
    webhooks: (organisation) => [...store.range<Webhook>('webhooks', below(organisation))].map(({ value }) => view(organisation, value)),
    everyWebhook: () =>
      [...store.range<Webhook>('webhooks', {})].map(({ key: [organisation], value }) => ({
        organisation: organisation as string,
        webhook: view(organisation as string, value),
      })),
    delivery(organisation, id, message) {
      if (!webhook(organisation, id)) return undefined;
      const n = store.get<number>('deliveryIds', [organisation, id, message]);
      const delivery = n === undefined ? undefined : deliveryAt([organisation, id, n]);
      return delivery && deliveryDetailView(delivery, (at) => store.get<Exchange>('exchanges', [organisation, id, at, delivery.n]));
    },
    webhookView(organisation, id) {
      const known = webhook(organisation, id);
      return known && view(organisation, known);
    },
    deliveries(organisation, id, status, { limit, cursor }) {
      if (!webhook(organisation, id)) return undefined;
      const range = {
        start: [organisation, id],
        end: [organisation, id, cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor)],
        reverse: true,
        limit: Math.max(MOST_READ, limit + 1),
      };
      // What waits has a list of its own; all else is looked for among the newest.
      const rows = status === 'pending' ? store.range<string>('outbox', range) : store.range<Delivery>('deliveries', range);
      const items: DeliveryView[] = [];
      let [read, last] = [0, 0];
      for (const { key, value } of rows) {
        if (items.length === limit) return { items, nextCursor: String(last) };
        const delivery = typeof value === 'string' ? deliveryAt(key) : value;
        read++;
        last = key[2] as number;
        if (delivery && (status ?? delivery.status) === delivery.status) items.push(deliveryView(delivery));
      }
      return { items, nextCursor: read === range.limit ? String(last) : null };
    },
    isPending: ({ organisation, webhook: id, n, id: message }) => store.get('outbox', [organisation, id, n]) === message,
    pending: () => [...store.range('outbox', {})].flatMap(({ key }) => deliveryAt(key) ?? []).sort((a, b) => a.n - b.n),
  };
}
