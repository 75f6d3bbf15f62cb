import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { Write } from '../../server/store/store.ts';
import { exchangeOf } from '../../server/webhooks/exchange.ts';
import { afterAttempt, type Delivery, type Exchange, type Webhook } from '../../server/webhooks/outbox.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { property } from '../support/seeded.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const DAY_MS = 86_400_000;
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

async function withReceiver(books: TestBooks) {
  const { alerts } = books.pipeline;
  await books.settings({});
  await alerts.putWebhook(ORGANISATION, { id: 'ops', url: 'https://a.example/', format: 'standard', events: [], enabled: true }, SECRET);
  const send = async () => (await alerts.testWebhook(ORGANISATION, 'ops')) as Delivery;
  const tried = async (delivery: Delivery, kind: 'delivered' | 'failed', exchange: Exchange | null = null) => {
    const attempt = { at: books.clock.now(), status: kind === 'failed' ? 500 : 204, error: kind === 'failed' ? 'answered 500' : null };
    const after = afterAttempt(delivery, { kind, attempt }, [5], 0);
    await alerts.recordAttempt(after, kind, exchange);
    return after;
  };
  return { alerts, send, tried };
}

const exchange = (body: string): Exchange => ({
  durationMs: 12,
  request: { method: 'POST', url: 'https://a.example/', headers: {}, body },
  response: { status: 204, body: '' },
});

const step = fc.oneof(
  fc.constant({ what: 'send' as const, which: 0 }),
  fc.record({ what: fc.constantFrom('take' as const, 'fail' as const, 'retry' as const), which: fc.nat(5) }),
  fc.record({ what: fc.constantFrom('wait' as const), which: fc.integer({ min: 1, max: 40 }) }),
);

property(
  'HOOK-63 whatever happens to messages, the counts of a receiver are those of its list',
  30,
  fc.array(step, { maxLength: 60 }),
  async (steps) => {
    const books = await openTestBooks(START);
    const { alerts, send, tried } = await withReceiver(books);
    const list = () => alerts.shown.deliveries(ORGANISATION, 'ops', undefined, { limit: 1_000 })?.items ?? [];
    for (const { what, which } of steps) {
      const waiting = alerts.shown.pending();
      const one = waiting[which % Math.max(1, waiting.length)];
      if (what === 'send') await send();
      else if (what === 'wait') books.clock.jumpTo(books.clock.now() + which * DAY_MS);
      else if (what === 'retry') await alerts.retryDelivery(ORGANISATION, 'ops', list().at(-1 - which)?.id ?? 'none');
      else if (one) await tried(one, what === 'take' ? 'delivered' : 'failed');
      if (what === 'wait') while (await alerts.tidyReceivers());
      const items = list();
      const count = (status: string) => items.filter((item) => item.status === status).length;
      const oldest = alerts.shown.pending()[0];
      expect(alerts.shown.webhookView(ORGANISATION, 'ops')).toMatchObject({
        pending: count('pending'),
        failed: count('failed'),
        behindSeconds: oldest ? (books.clock.now() - oldest.at) / 1000 : 0,
      });
    }
  },
);

it('HOOK-64 the newest delivery and the newest failure are shown; a delivery takes the failure away', async () => {
  const books = await openTestBooks(START);
  const { alerts, send, tried } = await withReceiver(books);
  const view = () => alerts.shown.webhookView(ORGANISATION, 'ops');
  expect(view()).toMatchObject({ lastDeliveredAt: null, lastError: null });
  const failed = await tried(await send(), 'failed');
  expect(view()).toMatchObject({ lastDeliveredAt: null, lastError: 'answered 500', pending: 1 });
  books.clock.jumpTo(START + 6_000);
  await tried(failed, 'delivered');
  expect(view()).toMatchObject({ lastDeliveredAt: '2026-11-24T08:00:06.000Z', lastError: null, pending: 0 });
});

it('HOOK-64 to queue an old failure again is no new attempt, and hides no newer one', async () => {
  const books = await openTestBooks(START);
  const { alerts, send, tried } = await withReceiver(books);
  const old = await send();
  await tried(old, 'failed');
  books.clock.jumpTo(START + 6_000);
  await tried(await send(), 'delivered');
  await alerts.retryDelivery(ORGANISATION, 'ops', old.id);
  expect(alerts.shown.webhookView(ORGANISATION, 'ops')).toMatchObject({ lastDeliveredAt: '2026-11-24T08:00:06.000Z', lastError: null });
});

it('HOOK-61 of a receiver 500 exchanges are kept, for seven days, and old ones go in small pieces', async () => {
  const store = createMemoryStore();
  let largest = 0;
  const books = await openTestBooks(START, {
    ...store,
    commit(writes: readonly Write[]) {
      largest = Math.max(largest, writes.filter(({ table, value }) => table === 'exchanges' && value === undefined).length);
      return store.commit(writes);
    },
  });
  const { alerts, send, tried } = await withReceiver(books);
  const ids: string[] = [];
  for (let i = 0; i < 510; i++) {
    books.clock.jumpTo(START + i);
    ids.push((await tried(await send(), 'delivered', exchange(`message ${i}`))).id);
  }
  const sent = (index: number) => alerts.shown.delivery(ORGANISATION, 'ops', ids[index] as string)?.attempts[0]?.request?.body;
  expect([sent(9), sent(10), sent(509)]).toEqual([undefined, 'message 10', 'message 509']);
  books.clock.jumpTo(START + 7 * DAY_MS + 500);
  while (await alerts.tidyReceivers());
  expect([sent(499), sent(500)]).toEqual([undefined, 'message 500']);
  expect(alerts.shown.delivery(ORGANISATION, 'ops', ids[0] as string)).toMatchObject({ status: 'delivered', attempts: [{ status: 204 }] });
  expect(largest).toBeGreaterThan(0);
  expect(largest).toBeLessThanOrEqual(64);
});

it('HOOK-62 no secret is kept with an exchange, neither the one it has nor an old one, whatever came back', () => {
  const webhook = {
    secret: 'R0123456789ABCDEF',
    oldSecrets: [{ secret: SECRET, endsAt: 0 }],
  } as unknown as Webhook;
  const message = {
    kind: 'http' as const,
    url: 'https://a.example/',
    headers: { authorization: 'Bearer abc', 'x-key': webhook.secret, 'webhook-id': 'msg_1' },
    body: JSON.stringify({ routing_key: webhook.secret, text: 'x'.repeat(20_000) }),
  };
  const kept = exchangeOf(message, { status: 400, body: `no such key: ${webhook.secret}, ${SECRET.slice(6)}` }, 5, webhook);
  expect(JSON.stringify(kept)).not.toMatch(/R0123|MfKQ9|abc/);
  expect(kept.request.headers).toEqual({ authorization: '***', 'x-key': '***', 'webhook-id': 'msg_1' });
  expect(kept.request.body).toHaveLength(16_384);
  expect(kept.response).toEqual({ status: 400, body: 'no such key: ***, ***' });
});
