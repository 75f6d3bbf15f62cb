import { expect, it } from 'vitest';
import type { GivenWebhook } from '../../server/alerting/receivers.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { Write } from '../../server/store/store.ts';
import type { Delivery } from '../../server/webhooks/outbox.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { SECRET } from '../support/webhooks.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const TABLES = ['deliveries', 'outbox', 'deliveryIds', 'exchanges', 'alertDeliveries', 'receiverStats', 'removedReceivers'] as const;
const OPS: GivenWebhook = { id: 'ops', url: 'https://a.example/', format: 'standard', events: [], enabled: true };

/** A receiver with many messages, one of them about an alert that fires. */
async function withMessages(count: number) {
  let largest = 0;
  const store = createMemoryStore();
  const books = await openTestBooks(START, {
    ...store,
    commit(writes: readonly Write[]) {
      largest = Math.max(largest, writes.filter(({ value }) => value === undefined).length);
      return store.commit(writes);
    },
  });
  const { alerts } = books.pipeline;
  await books.settings({});
  await alerts.putWebhook(ORGANISATION, OPS, SECRET);
  const rule = { name: 'r', licenceType: 'A', metric: 'inUse', op: '>=', threshold: 1, forSeconds: 0, keepFiringForSeconds: 0 } as const;
  await alerts.putRules(ORGANISATION, [{ id: 'r', rule: { ...rule, severity: 'warning', annotations: {} } }]);
  await books.send({ user: 'a', licences: ['A'] });
  const sent = await Promise.all(Array.from({ length: count }, () => alerts.testWebhook(ORGANISATION, 'ops')));
  for (const delivery of sent.slice(0, 200)) {
    const exchange = { durationMs: 1, request: { method: 'POST', url: '', headers: {}, body: '' }, response: null };
    const attempt = { at: START, status: null, error: 'no' };
    await alerts.recordAttempt({ ...(delivery as Delivery), attempts: [attempt] }, 'failed', exchange);
  }
  const rows = () => TABLES.reduce((sum, table) => sum + [...store.range(table, {})].length, 0);
  return { books, rows, forgetLargest: () => (largest = 0), largest: () => largest };
}

const alertOf = (books: TestBooks) => books.pipeline.alerts.shown.alerts(ORGANISATION)[0];

async function emptied(books: TestBooks, rows: () => number): Promise<void> {
  for (let turn = 0; turn < 100 && rows() > 0; turn++) await books.pipeline.ingest([]);
}

it('HOOK-11 what a deleted receiver leaves goes in small pieces, also after a restart half-way, and nothing of it is shown meanwhile', async () => {
  const { books, rows, forgetLargest, largest } = await withMessages(500);
  expect(alertOf(books)?.deliveries).toEqual({ pending: 1, failed: 0 });
  const [delivery] = books.pipeline.alerts.shown.pending();
  forgetLargest();
  expect(await books.pipeline.alerts.deleteWebhook(ORGANISATION, 'ops')).toBe(true);
  expect(rows()).toBeGreaterThan(500);
  const { shown } = books.pipeline.alerts;
  expect(shown.webhooks(ORGANISATION)).toEqual([]);
  expect(shown.delivery(ORGANISATION, 'ops', delivery?.id ?? '')).toBeUndefined();
  expect(await books.pipeline.alerts.retryDelivery(ORGANISATION, 'ops', delivery?.id ?? '')).toBeNull();
  expect(alertOf(books)?.deliveries).toEqual({ pending: 0, failed: 0 });
  await books.restart();
  expect(rows()).toBeGreaterThan(0);
  expect(alertOf(books)?.deliveries).toEqual({ pending: 0, failed: 0 });
  await emptied(books, rows);
  expect(rows()).toBe(0);
  expect(largest()).toBeLessThanOrEqual(128 * 5);
});

it('HOOK-11 another receiver by the name of one that was just deleted begins with nothing, and was told of nothing', async () => {
  const { books } = await withMessages(300);
  const { alerts } = books.pipeline;
  const over = alerts.deleteWebhook(ORGANISATION, 'ops');
  await Promise.all([over, alerts.putWebhook(ORGANISATION, OPS, SECRET)]);
  expect(alerts.shown.deliveries(ORGANISATION, 'ops', undefined, { limit: 10 })).toEqual({ items: [], nextCursor: null });
  expect(alerts.shown.webhookView(ORGANISATION, 'ops')).toMatchObject({ pending: 0, failed: 0, behindSeconds: 0 });
  await books.send({ type: 'logout', user: 'a' });
  const told = alerts.shown.deliveries(ORGANISATION, 'ops', undefined, { limit: 10 });
  expect(told?.items.filter(({ type }) => type.startsWith('alert.'))).toEqual([]);
});

it('HOOK-4 what waited for a receiver that is gone is given up in small pieces, over a restart, and nothing of it goes out once it is back', async () => {
  const { books, forgetLargest, largest } = await withMessages(400);
  const { alerts } = books.pipeline;
  const [first] = alerts.shown.pending() as [Delivery];
  const count = (status: 'pending' | 'failed') =>
    books.pipeline.alerts.shown.deliveries(ORGANISATION, 'ops', status, { limit: 10_000 })?.items.length;
  const all = count('pending') ?? 0;
  forgetLargest();
  const attempt = { at: START, status: 410, error: 'gone' };
  await alerts.recordAttempt({ ...first, status: 'failed', attempts: [attempt], nextAttemptAt: null }, 'gone', null);
  expect(count('pending')).toBeGreaterThan(0);
  await books.restart();
  const over = books.pipeline.alerts.putWebhook(ORGANISATION, OPS, SECRET);
  const after = books.pipeline.alerts.testWebhook(ORGANISATION, 'ops');
  await over;
  expect([count('pending'), count('failed')]).toEqual([1, all]);
  expect(books.pipeline.alerts.shown.pending().map(({ id }) => id)).toEqual([(await after)?.id]);
  expect(books.pipeline.alerts.shown.webhookView(ORGANISATION, 'ops')).toMatchObject({ enabled: true, pending: 1, failed: all });
  expect(largest()).toBeLessThanOrEqual(128 * 2 + 2);
});
