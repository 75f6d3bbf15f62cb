import { expect, it } from 'vitest';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { Write } from '../../server/store/store.ts';
import type { Delivery } from '../../server/webhooks/outbox.ts';
import type { DeliveryStatus } from '../../shared/alerts.ts';
import { ORGANISATION, openTestBooks } from '../support/books.ts';
import { SECRET } from '../support/webhooks.ts';

const START = Date.parse('2026-11-24T08:00:00Z');

async function withReceiver() {
  const memory = createMemoryStore();
  let largest = 0;
  const books = await openTestBooks(START, {
    ...memory,
    commit(writes: readonly Write[]) {
      largest = Math.max(largest, writes.filter(({ table }) => table === 'deliveries').length);
      return memory.commit(writes);
    },
  });
  const { alerts } = books.pipeline;
  await books.settings({});
  await alerts.putWebhook(ORGANISATION, { id: 'ops', url: 'https://a.example/', format: 'standard', events: [], enabled: true }, SECRET);
  const tried = (delivery: Delivery, status: 'delivered' | 'failed') => {
    const attempt = { at: books.clock.now(), status: status === 'failed' ? 500 : 204, error: null };
    return alerts.recordAttempt({ ...delivery, status, nextAttemptAt: null, attempts: [...delivery.attempts, attempt] }, status, null);
  };
  const list = (status?: 'pending' | 'failed' | 'delivered', limit = 10_000, cursor?: string) =>
    alerts.shown.deliveries(ORGANISATION, 'ops', status, { limit, ...(cursor && { cursor }) });
  /** Messages of before, written at once. */
  const past = async (statuses: readonly DeliveryStatus[]) => {
    const writes = statuses.flatMap((status, index): Write[] => {
      const n = index + 1;
      const about = `test ${n}`;
      const key = [ORGANISATION, 'ops', n];
      const id = `msg_old_${n}`;
      const delivery: Delivery = {
        id,
        n,
        organisation: ORGANISATION,
        webhook: 'ops',
        type: 'webhook.test',
        about,
        at: START,
        data: {},
        status,
        attempts: [],
        tries: 1,
        nextAttemptAt: null,
      };
      return [
        { table: 'deliveries', key, value: delivery },
        ...(status === 'pending' ? [{ table: 'outbox' as const, key, value: id }] : []),
      ];
    });
    const failed = statuses.filter((status) => status === 'failed').length;
    const stats = { pending: 0, failed, exchanges: 0, lastDeliveredAt: null, lastError: null };
    await memory.commit([...writes, { table: 'receiverStats', key: [ORGANISATION, 'ops'], value: stats }]);
  };
  return { books, alerts, tried, past, list, largest: () => largest };
}

const many = (count: number) => Array.from({ length: count }, (_, i) => i);

it('HOOK-79 what failed is looked for and queued in small pieces, all of it and in order', async () => {
  const { alerts, past, list, largest } = await withReceiver();
  await past(many(1_000).map((i) => (i % 5 < 3 ? 'failed' : 'delivered')));
  const failed = list('failed')?.items.map(({ id }) => id);
  expect(failed).toHaveLength(600);
  expect(await alerts.retryFailed(ORGANISATION, 'ops', {})).toEqual({ queued: 600, overtaken: 0, more: false });
  expect(largest()).toBeLessThanOrEqual(200);
  expect(list('pending')?.items.map(({ id }) => id)).toEqual(failed);
  expect(await alerts.retryFailed(ORGANISATION, 'ops', {})).toEqual({ queued: 0, overtaken: 0, more: false });
  expect(await alerts.retryFailed(ORGANISATION, 'none', {})).toBeNull();
});

it('HOOK-79 what arrives while it is looked for has overtaken what it is about', async () => {
  const { books, alerts, tried, list } = await withReceiver();
  const rule = { name: 'r', licenceType: 'A', metric: 'inUse', op: '>=', threshold: 1, forSeconds: 0, keepFiringForSeconds: 0 } as const;
  await alerts.putRules(ORGANISATION, [{ id: 'r', rule: { ...rule, severity: 'warning', annotations: {} } }]);
  await books.send({ user: 'a', licences: ['A'] });
  await books.send({ type: 'logout', user: 'a' });
  const [firing, resolved] = alerts.shown.pending().filter(({ type }) => type.startsWith('alert.')) as [Delivery, Delivery];
  await tried(firing, 'failed');
  const [retried] = await Promise.all([alerts.retryFailed(ORGANISATION, 'ops', {}), tried(resolved, 'delivered')]);
  expect(retried).toEqual({ queued: 0, overtaken: 1, more: false });
  expect(list('failed')?.items.map(({ id }) => id)).toEqual([firing.id]);
});

it('HOOK-66 a status that few messages have is looked for in bounded pieces: a page may be short and go on', async () => {
  const { past, list } = await withReceiver();
  await past(['failed', 'pending', ...many(2_100).map(() => 'delivered' as const)]);
  expect(list('pending', 10)?.items.map(({ id }) => id)).toEqual(['msg_old_2']);
  expect(list('delivered')?.items).toHaveLength(2_100);
  expect(list('delivered', 2_050)?.items).toHaveLength(2_050);
  const first = list('failed', 10);
  expect([first?.items, first?.nextCursor]).toEqual([[], expect.any(String)]);
  const second = list('failed', 10, first?.nextCursor ?? '');
  expect([second?.items.map(({ id }) => id), second?.nextCursor]).toEqual([['msg_old_1'], null]);
});
