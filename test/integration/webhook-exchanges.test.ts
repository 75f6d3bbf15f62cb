import { expect, it, onTestFinished } from 'vitest';
import type { DeliveryDetailView, DeliveryView, WebhookView } from '../../shared/alerts.ts';
import { startApp } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';
import { SECRET, until } from '../support/webhooks.ts';

const O = '/api/v1/organisations/129';
const CONFIG = 'webhooks:\n  allowTargets: ["127.0.0.1/32"]\n  retrySeconds: [0.05, 0.05, 600]\n';

it('HOOK-60 of each attempt it can be read what was sent, what came back and how long it took', async () => {
  const receiver = await startReceiver(onTestFinished);
  const app = await startApp(onTestFinished, { config: CONFIG });
  await app.put(O, {});
  await app.put(`${O}/webhooks/ops`, { url: `${receiver.url}/hook`, secret: SECRET });
  receiver.answer = (_, response) => {
    const nth = receiver.messages.length;
    if (nth === 1) response.socket?.destroy();
    else response.writeHead(nth === 2 ? 500 : 200, { 'content-type': 'text/plain' }).end(nth === 2 ? 'é'.repeat(5_000) : 'thanks');
    return undefined;
  };
  const { id } = (await app.post<DeliveryView>(`${O}/webhooks/ops/test`, {})).body;
  const read = async () => (await app.get<DeliveryDetailView>(`${O}/webhooks/ops/deliveries/${id}`)).body;
  const detail = await until(read, ({ status }) => status === 'delivered');
  expect(detail).toMatchObject({ id, webhookId: 'ops', type: 'webhook.test', data: { organisation: '129', webhook: 'ops' } });
  expect(Date.parse(detail.at)).toBeGreaterThan(0);
  const { messages } = receiver;
  expect(detail.attempts).toHaveLength(3);
  for (const [index, { request, durationMs }] of detail.attempts.entries()) {
    expect(durationMs).toBeGreaterThanOrEqual(0);
    expect(request).toMatchObject({ method: 'POST', url: `${receiver.url}/hook`, body: messages[index]?.raw });
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'content-type'])
      expect(request?.headers[name]).toBe(messages[index]?.headers[name]);
  }
  const [first, second, third] = detail.attempts;
  expect(first).toMatchObject({ response: null, error: expect.any(String) });
  expect(second).toMatchObject({ status: 500, response: { status: 500, body: 'é'.repeat(2_048) } });
  expect(third).toMatchObject({ status: 200, response: { status: 200, body: 'thanks' } });
  expect((await app.get(`${O}/webhooks/ops/deliveries/none`)).status).toBe(404);
  expect((await app.get(`${O}/webhooks/none/deliveries/${id}`)).status).toBe(404);
});

it('HOOK-65 the list of receivers and the metrics tell how it goes with each', async () => {
  const receiver = await startReceiver(onTestFinished);
  const app = await startApp(onTestFinished, { config: CONFIG.replace('0.05, 0.05, 600', '600') });
  await app.put(O, {});
  for (const id of ['good', 'bad']) await app.put(`${O}/webhooks/${id}`, { url: `${receiver.url}/${id}`, secret: SECRET });
  receiver.answer = ({ path }) => (path === '/bad' ? 500 : 204);
  for (const id of ['good', 'bad']) await app.post(`${O}/webhooks/${id}/test`, {});
  const list = async () => (await app.get<{ items: WebhookView[] }>(`${O}/webhooks`)).body.items;
  const [bad, good] = await until(list, ([one, other]) => one?.lastError != null && other?.lastDeliveredAt != null);
  expect(good).toMatchObject({ id: 'good', pending: 0, failed: 0, behindSeconds: 0, lastError: null });
  expect(bad).toMatchObject({ id: 'bad', pending: 1, failed: 0, lastDeliveredAt: null, lastError: 'answered 500' });
  const text = (await app.get<string>('/metrics')).body;
  for (const line of ['pending{organisation="129",webhook="bad"} 1', 'pending{organisation="129",webhook="good"} 0'])
    expect(text).toContain(`highwater_webhook_${line}`);
  expect(text).toMatch(/highwater_webhook_last_delivered_timestamp_seconds\{organisation="129",webhook="good"\} \d/);
  expect((await app.put(`${O}/webhooks/bad`, { ...bad, enabled: false })).status).toBe(200);
  expect((await app.get<string>('/metrics')).body).toContain('highwater_webhook_enabled{organisation="129",webhook="bad"} 0');
});
