import { expect, it, onTestFinished } from 'vitest';
import type { AlertTransitionView, DeliveryView } from '../../shared/alerts.ts';
import type { Page } from '../../shared/views.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { startReceiver } from '../support/receiver.ts';
import { tempDir } from '../support/temp-dir.ts';
import { within } from '../support/within.ts';

const O = '/api/v1/organisations/129';
const ROUNDS = 5;
const ENV = {
  HIGHWATER_WEBHOOKS_ALLOW_TARGETS: '127.0.0.1/32',
  HIGHWATER_WEBHOOKS_RETRY_SECONDS: '0.05,0.05,0.05,0.05,0.05,0.05,0.05,0.05,600',
};

it('HOOK-40 over kill -9 at any moment each transition is delivered, dead or pending, under one id, and in order', async () => {
  const receiver = await startReceiver(onTestFinished);
  const directory = tempDir('highwater-hooks-');
  onTestFinished(() => directory.remove());
  let nth = 0;
  receiver.answer = () => (++nth % 4 === 0 ? 503 : 204);
  let daemon: Daemon = await startDaemon({ dataDir: directory.path, env: ENV });
  onTestFinished(() => daemon.dispose());
  await daemon.put(O, { entitlements: { A: { concurrent: 1, contingency: 9 } } });
  await daemon.put(`${O}/alert-rules/full`, { licenceType: 'A', metric: 'inUse', op: '>=', threshold: 2 });
  await daemon.put(`${O}/webhooks/ops`, { url: receiver.url, events: ['alert.firing', 'alert.resolved'] });
  const event = (type: string, user: string, rest = {}) => ({ type, organisation: '129', user, logonSource: 'Agent Desktop', ...rest });
  for (let round = 0; round < ROUNDS; round++) {
    const turning = (async () => {
      try {
        for (let i = 0; i < 25; i++) {
          await daemon.post('/api/v1/events', [event('login', 'a', { licences: ['A'] }), event('login', 'b', { licences: ['A'] })]);
          await daemon.post('/api/v1/events', [event('logout', 'b')]);
        }
      } catch {
        // The daemon was killed under it: that is the point.
      }
    })();
    await receiver.waitFor(receiver.messages.length + 3 + round * 2);
    await daemon.kill();
    await turning;
    daemon = await startDaemon({ dataDir: directory.path, env: ENV });
  }
  const deliveries = async () => (await daemon.get<Page<DeliveryView>>(`${O}/webhooks/ops/deliveries?limit=10000`)).body.items;
  const drained = async () => {
    for (;;) {
      const all = await deliveries();
      if (all.every(({ status }) => status !== 'pending')) return all;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const all = (await within(drained(), 40_000, () => 'the outbox is empty')).reverse();
  const { items } = (await daemon.get<Page<AlertTransitionView>>(`${O}/alert-history?limit=10000`)).body;
  const transitions = items.reverse().map(({ to }) => `alert.${to}`);
  expect(transitions.length).toBeGreaterThan(ROUNDS);
  expect(all.map(({ type }) => type)).toEqual(transitions);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  const known = new Map(all.map((delivery) => [delivery.id, delivery]));
  // Whatever arrived was somebody's, said the same under one id, and came in order; again only right after itself.
  const bodies = new Map<string, string>();
  for (const { id, raw } of receiver.messages) {
    expect(known.has(id)).toBe(true);
    expect(bodies.get(id) ?? raw).toBe(raw);
    bodies.set(id, raw);
  }
  const arrived = receiver.messages.map(({ id }) => id);
  expect(arrived.filter((id, i) => i === 0 || id !== arrived[i - 1])).toEqual(all.filter(({ id }) => bodies.has(id)).map(({ id }) => id));
  expect(all.filter(({ status, id }) => status === 'delivered' && !bodies.has(id))).toEqual([]);
  expect(all.every(({ status }) => status === 'delivered')).toBe(true);
});
