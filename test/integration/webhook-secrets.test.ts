import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInNewContext } from 'node:vm';
import { Webhook } from 'standardwebhooks';
import { expect, it, onTestFinished } from 'vitest';
import type { WebhookView } from '../../shared/alerts.ts';
import { startApp } from '../support/app.ts';
import { type Received, startReceiver } from '../support/receiver.ts';
import { SECRET, until } from '../support/webhooks.ts';

const O = '/api/v1/organisations/129';
const OTHER = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX';
const CONFIG = 'webhooks:\n  allowTargets: ["127.0.0.1/32"]\n  retrySeconds: [0.05]\n';

const takes = (secret: string, { raw, headers }: Received): boolean => {
  try {
    new Webhook(secret).verify(raw, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
};

async function centre() {
  const receiver = await startReceiver(onTestFinished);
  const app = await startApp(onTestFinished, { config: CONFIG });
  await app.put(O, {});
  await app.put(`${O}/webhooks/ops`, { url: receiver.url, secret: SECRET });
  let sent = 0;
  const next = async (): Promise<Received> => {
    await app.post(`${O}/webhooks/ops/test`, {});
    return (await receiver.waitFor(++sent))[sent - 1] as Received;
  };
  return { app, next, rotate: (body: object) => app.post<WebhookView & { secret?: string }>(`${O}/webhooks/ops/rotate-secret`, body) };
}

it('HOOK-50 after a rotation messages carry a signature of the new and of the old secret, and either is taken; 0 seconds end the old one', async () => {
  const { next, rotate } = await centre();
  const { status, body } = await rotate({ secret: OTHER });
  expect([status, body]).toMatchObject([200, { id: 'ops', oldSecretEndsAt: expect.any(String) }]);
  expect(body).not.toHaveProperty('secret');
  const message = await next();
  expect(String(message.headers['webhook-signature'])).toMatch(/^v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=$/);
  expect([takes(OTHER, message), takes(SECRET, message), takes(`whsec_${'A'.repeat(32)}`, message)]).toEqual([true, true, false]);
  expect((await rotate({ secret: SECRET, validForSeconds: 0 })).body).not.toHaveProperty('oldSecretEndsAt');
  const later = await next();
  expect([takes(OTHER, later), takes(SECRET, later)]).toEqual([false, true]);
});

it('HOOK-51 a secret made by a rotation is shown once, and no secret is logged or shown again', async () => {
  const { app, next, rotate } = await centre();
  const made = (await app.post<WebhookView & { secret: string }>(`${O}/webhooks/ops/rotate-secret`, '')).body.secret;
  expect(made).toMatch(/^whsec_/);
  const message = await next();
  expect([takes(made, message), takes(SECRET, message)]).toEqual([true, true]);
  const got = await app.get<WebhookView>(`${O}/webhooks/ops`);
  const answers = [got, await app.get(`${O}/webhooks`), await app.put(`${O}/webhooks/ops`, got.body), await rotate({ secret: OTHER })];
  const seen = JSON.stringify([answers.map(({ body }) => body), app.log]);
  for (const secret of [made, SECRET, OTHER]) expect(seen).not.toContain(secret.slice(6));
  expect((await app.get<WebhookView>(`${O}/webhooks/ops`)).body.oldSecretEndsAt).toBeDefined();
});

it('HOOK-52 what is wrong with a rotation is named by its path and changes nothing', async () => {
  const { app, rotate, next } = await centre();
  const refused = async (body: unknown) =>
    ((await rotate(body as object)).body as unknown as { errors: { path: string }[] }).errors.map(({ path }) => path);
  expect(await refused({ secret: 'whsec_short' })).toEqual(['secret']);
  expect(await refused({ secret: 7, validForSeconds: -1 })).toEqual(['secret', 'validForSeconds']);
  expect(await refused({ validForSeconds: 1e9, more: 1 })).toEqual(['validForSeconds', 'more']);
  await app.put(`${O}/webhooks/pager`, { url: 'https://events.pagerduty.com/v2/enqueue', format: 'pagerduty', secret: 'R0123456789' });
  const pager = await app.post<{ errors: { path: string }[] }>(`${O}/webhooks/pager/rotate-secret`, {});
  expect([pager.status, pager.body.errors[0]?.path]).toEqual([400, 'secret']);
  expect((await app.post(`${O}/webhooks/none/rotate-secret`, {})).status).toBe(404);
  expect(takes(SECRET, await next())).toBe(true);
});

it('HOOK-53 the receiver in docs/webhooks.md takes a signed message and refuses a tampered one', async () => {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync('docs/webhooks.md', 'utf8')) ?? [];
  const printed: unknown[] = [];
  let server: Server | undefined;
  runInNewContext(code.replace(/^import .*$/gm, '').replace('.listen(8080)', ".listen(0, '127.0.0.1')"), {
    Webhook,
    Buffer,
    process: { env: { HIGHWATER_SECRET: SECRET } },
    console: { log: (...words: unknown[]) => printed.push(words) },
    createServer: (handler: never) => {
      server = createServer(handler);
      return server;
    },
  });
  onTestFinished(() => void server?.close());
  await new Promise((resolve) => server?.once('listening', resolve));
  const url = `http://127.0.0.1:${(server?.address() as AddressInfo).port}/`;
  const app = await startApp(onTestFinished, { config: CONFIG });
  await app.put(O, {});
  for (const [id, secret] of Object.entries({ right: SECRET, wrong: OTHER })) {
    await app.put(`${O}/webhooks/${id}`, { url, secret });
    await app.post(`${O}/webhooks/${id}/test`, {});
    const wanted = id === 'right' ? 'delivered' : 'failed';
    await until(
      async () => (await app.get<{ items: object[] }>(`${O}/webhooks/${id}/deliveries?status=${wanted}`)).body.items,
      (items) => items.length === 1,
    );
  }
  expect(printed).toEqual([['webhook.test', expect.anything()]]);
});
