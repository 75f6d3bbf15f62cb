import { expect, it, onTestFinished } from 'vitest';
import type { DeliveryView, RetriedView, WebhookView } from '../../shared/alerts.ts';
import type { Page } from '../../shared/views.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';
import { SECRET, until } from '../support/webhooks.ts';

const O = '/api/v1/organisations/129';
const CONFIG = 'webhooks:\n  allowTargets: ["127.0.0.1/32"]\n  retrySeconds: [0.01]\n';
const EVENTS = ['alert.firing', 'alert.resolved'];

async function centre(rules: string[]): Promise<TestApp> {
  const app = await startApp(onTestFinished, { config: CONFIG });
  await app.put(O, {});
  for (const id of rules) await app.put(`${O}/alert-rules/${id}`, { licenceType: 'A', metric: 'inUse', op: '>=', threshold: 1 });
  return app;
}

const turn = (app: TestApp, type: 'login' | 'logout') =>
  app.post('/api/v1/events', {
    type,
    organisation: '129',
    user: 'a',
    logonSource: 'Soft Client',
    ...(type === 'login' && { licences: ['A'] }),
  });
const list = async (app: TestApp) => (await app.get<Page<DeliveryView>>(`${O}/webhooks/ops/deliveries?limit=1000`)).body.items.reverse();

it('HOOK-75 all that was given up is sent again in order and under its ids, also to a receiver that was gone and is back', async () => {
  const receiver = await startReceiver(onTestFinished);
  const app = await centre(['one', 'two']);
  await app.put(`${O}/webhooks/ops`, { url: receiver.url, secret: SECRET, events: EVENTS });
  receiver.answer = () => 500;
  for (const type of ['login', 'logout', 'login'] as const) await turn(app, type);
  const dead = await until(
    () => list(app),
    (items) => items.length === 6 && items.every(({ status }) => status === 'failed'),
  );
  receiver.answer = () => 410;
  await app.post(`${O}/webhooks/ops/test`, {});
  const gone = await until(
    async () => (await app.get<WebhookView>(`${O}/webhooks/ops`)).body,
    ({ enabled }) => !enabled,
  );
  expect(gone).toMatchObject({ failed: 7, pending: 0 });
  receiver.answer = () => 204;
  const before = receiver.messages.length;
  expect((await app.post<RetriedView>(`${O}/webhooks/ops/retry-failed`, '')).body).toEqual({ queued: 7, overtaken: 0, more: false });
  expect(receiver.messages).toHaveLength(before);
  await app.put(`${O}/webhooks/ops`, { ...gone, enabled: true });
  await receiver.waitFor(before + 7);
  const back = await until(
    () => list(app),
    (items) => items.every(({ status }) => status === 'delivered'),
  );
  expect(back.map(({ id }) => id).slice(0, 6)).toEqual(dead.map(({ id }) => id));
  for (const rule of ['one', 'two']) {
    const of = receiver.messages.slice(before).filter(({ body }) => body.data['rule'] === rule);
    expect(of.map(({ body }) => body.type)).toEqual(['alert.firing', 'alert.resolved', 'alert.firing']);
  }
});

it('HOOK-76 what a later message about the same thing has overtaken is left, as is what lies outside the range', async () => {
  const receiver = await startReceiver(onTestFinished);
  const app = await centre(['one']);
  await app.put(`${O}/webhooks/ops`, { url: receiver.url, secret: SECRET, events: EVENTS });
  receiver.answer = ({ body }) => (body.type === 'alert.firing' ? 500 : 204);
  await turn(app, 'login');
  await until(
    () => list(app),
    ([one]) => one?.status === 'failed',
  );
  const between = new Date().toISOString();
  await turn(app, 'logout');
  await until(
    () => list(app),
    (items) => items[1]?.status === 'delivered',
  );
  await turn(app, 'login');
  await until(
    () => list(app),
    (items) => items[2]?.status === 'failed',
  );
  const retry = async (body: object) => (await app.post<RetriedView>(`${O}/webhooks/ops/retry-failed`, body)).body;
  expect(await retry({ to: between })).toEqual({ queued: 0, overtaken: 1, more: false });
  receiver.answer = () => 204;
  expect(await retry({})).toEqual({ queued: 1, overtaken: 1, more: false });
  const items = await until(
    () => list(app),
    ([, , third]) => third?.status === 'delivered',
  );
  expect(items.map(({ status }) => status)).toEqual(['failed', 'delivered', 'delivered']);
  const refused = await app.post<{ errors: { path: string }[] }>(`${O}/webhooks/ops/retry-failed`, { from: between, to: between });
  expect([refused.status, refused.body.errors[0]?.path]).toEqual([400, 'to']);
  expect((await app.post(`${O}/webhooks/none/retry-failed`, {})).status).toBe(404);
});
