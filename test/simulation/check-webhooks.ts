/** Each transition is one message to each receiver, under one id, in order; it was delivered, is dead, or waits. */
import { deepStrictEqual } from 'node:assert';
import type { AlertTransitionView, DeliveryView, WebhookView } from '../../shared/alerts.ts';
import { type Read, readAll } from './check.ts';
import type { Received } from './receivers.ts';

/** @throws AssertionError */
export async function checkWebhooks(read: Read, organisation: string, received: Received[]): Promise<void> {
  const O = `/api/v1/organisations/${organisation}`;
  const { items: webhooks } = await read<{ items: WebhookView[] }>(`${O}/webhooks`);
  const transitions = (await readAll<AlertTransitionView>(read, `${O}/alert-history`)).reverse();
  for (const { id: webhook, enabled } of webhooks) {
    const deliveries = (await readAll<DeliveryView>(read, `${O}/webhooks/${webhook}/deliveries`)).reverse();
    // What a killed daemon had under way left before what the next one sends, whenever the receiver is done with it.
    const mine = received.filter(({ url }) => url.endsWith(`/${organisation}/${webhook}`)).sort((a, b) => a.life - b.life);
    const known = new Map(deliveries.map((delivery, index) => [delivery.id, index]));
    deepStrictEqual(known.size, deliveries.length, 'every message has an id of its own');
    const bodies = new Map<string, string>();
    const about = new Map<string, number>();
    for (const { id, body } of mine) {
      deepStrictEqual([id, known.has(id)], [id, true], 'what a receiver heard is listed');
      deepStrictEqual(bodies.get(id) ?? body, body, 'one id, one content');
      bodies.set(id, body);
      const { type, data } = JSON.parse(body) as { type: string; data: { id?: string } };
      if (!type.startsWith('alert.') || data.id === undefined) continue;
      const index = known.get(id) as number;
      deepStrictEqual(index >= (about.get(data.id) ?? -1), true, `messages about ${data.id} come in order`);
      about.set(data.id, index);
    }
    const taken = new Set(mine.filter(({ accepted }) => accepted).map(({ id }) => id));
    deepStrictEqual(
      deliveries.filter(({ id, status }) => status === 'delivered' && !taken.has(id)),
      [],
      'what counts as delivered was taken',
    );
    if (!enabled) continue;
    deepStrictEqual(
      deliveries.filter(({ status }) => status === 'pending'),
      [],
      'nothing waits when all is calm',
    );
    const told = deliveries.filter(({ type }) => type.startsWith('alert.')).length;
    // Of an alert that only waited nobody hears, also not that nobody knows its value.
    const fired = new Set<string>();
    const news = transitions.filter(({ alert, to }) => {
      if (to === 'firing') fired.add(alert);
      return fired.has(alert) && to !== 'pending' && to !== 'inactive';
    });
    deepStrictEqual(told, news.length, `transitions and messages of ${webhook}`);
  }
}
