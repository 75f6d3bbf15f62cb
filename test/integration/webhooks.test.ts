import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { AlertView, DeliveryView, WebhookView } from '../../shared/alerts.ts';
import type { Page } from '../../shared/views.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { connectLive } from '../support/live-client.ts';
import { type Received, startReceiver } from '../support/receiver.ts';
import { SECRET, until } from '../support/webhooks.ts';

const O = '/api/v1/organisations/129';
const CONFIG = 'webhooks:\n  allowTargets: ["127.0.0.1/32"]\n  retrySeconds: [0.05, 0.05, 0.05]\n';

const RULE = { licenceType: 'Agent Calls', metric: 'inUse', op: '>=', threshold: 2, severity: 'critical' };

async function centre(config = CONFIG, store = createMemoryStore()): Promise<TestApp> {
  const app = await startApp(onTestFinished, { config, store });
  await app.put(O, { timeZone: 'Europe/London', entitlements: { 'Agent Calls': { concurrent: 2, contingency: 2 } } });
  return app;
}

const logIn = (app: TestApp, ...users: string[]) =>
  app.post(
    '/api/v1/events',
    users.map((user) => ({ type: 'login', organisation: '129', user, logonSource: 'Soft Client', licences: ['Agent Calls'] })),
  );
const logOut = (app: TestApp, ...users: string[]) =>
  app.post(
    '/api/v1/events',
    users.map((user) => ({ type: 'logout', organisation: '129', user, logonSource: 'Soft Client' })),
  );

const deliveries = async (app: TestApp, id = 'ops', status = '') =>
  (await app.get<Page<DeliveryView>>(`${O}/webhooks/${id}/deliveries?status=${status}`)).body.items;
const alerts = async (app: TestApp, state = '') => (await app.get<Page<AlertView>>(`${O}/alerts?state=${state}`)).body.items;
const tests = (message: Received) => message.body.type === 'webhook.test';

describe('webhooks', () => {
  it('HOOK-1 one message for one transition, signed so that an independent library verifies it and a tampered byte is rejected', async () => {
    const receiver = await startReceiver(onTestFinished);
    const app = await centre();
    await app.put(`${O}/webhooks/ops`, { url: `${receiver.url}/hook`, secret: SECRET, events: ['alert.firing', 'alert.resolved'] });
    await app.put(`${O}/alert-rules/full`, RULE);
    await logIn(app, 'a');
    await logIn(app, 'b', 'c');
    await logOut(app, 'a', 'b');
    const [firing, resolved] = (await receiver.waitFor(2)) as [Received, Received];
    expect(receiver.types()).toEqual(['alert.firing', 'alert.resolved']);
    expect(firing.body.data).toMatchObject({
      organisation: '129',
      rule: 'full',
      licenceType: 'Agent Calls',
      value: 3,
      threshold: 2,
      state: 'firing',
    });
    expect(resolved.body.data).toMatchObject({ state: 'resolved', id: firing.body.data['id'] });
    for (const { raw, headers } of receiver.messages) {
      const three = headers as Record<string, string>;
      expect(new Webhook(SECRET).verify(raw, three)).toEqual(JSON.parse(raw));
      expect(() => new Webhook(SECRET).verify(raw.replace('Agent', 'agent'), three)).toThrow();
    }
    expect(new Set(receiver.messages.map(({ id }) => id)).size).toBe(2);
    expect(firing.id).not.toContain('.');
  });

  it('HOOK-2 a failure is tried again under the same id and another timestamp, as often as the schedule says', async () => {
    const receiver = await startReceiver(onTestFinished);
    const app = await centre();
    await app.put(`${O}/webhooks/ops`, { url: receiver.url, secret: SECRET });
    receiver.answer = () => 500;
    await app.post(`${O}/webhooks/ops/test`, {});
    const tried = await receiver.waitFor(4);
    expect(new Set(tried.map(({ id }) => id)).size).toBe(1);
    expect(new Set(tried.map(({ raw }) => raw)).size).toBe(1);
    const [failed] = await until(
      () => deliveries(app, 'ops', 'failed'),
      (items) => items.length > 0,
    );
    expect(failed).toMatchObject({ webhookId: 'ops', type: 'webhook.test', status: 'failed', nextAttemptAt: null });
    expect(failed?.attempts.map(({ status }) => status)).toEqual([500, 500, 500, 500]);
    receiver.answer = () => 200;
    expect((await app.post(`${O}/webhooks/ops/deliveries/${failed?.id}/retry`, {})).status).toBe(202);
    const again = (await receiver.waitFor(5))[4];
    expect(again?.id).toBe(failed?.id);
    await until(
      () => deliveries(app, 'ops', 'delivered'),
      (items) => items.length === 1,
    );
  });

  it('HOOK-3 a redirection is a failure and is not followed', async () => {
    const receiver = await startReceiver(onTestFinished);
    const app = await centre(CONFIG.replace('[0.05, 0.05, 0.05]', '[600]'));
    await app.put(`${O}/webhooks/ops`, { url: `${receiver.url}/first`, secret: SECRET });
    receiver.answer = (_, response) => void response.writeHead(307, { location: `${receiver.url}/second` }).end();
    await app.post(`${O}/webhooks/ops/test`, {});
    const [pending] = await until(
      () => deliveries(app),
      ([one]) => one?.attempts.length === 1,
    );
    expect(pending).toMatchObject({ status: 'pending', attempts: [{ status: 307 }] });
    expect(receiver.messages.map(({ path }) => path)).toEqual(['/first']);
  });

  it('HOOK-4 410 turns the receiver off; nothing more is sent until somebody turns it on', async () => {
    const receiver = await startReceiver(onTestFinished);
    const app = await centre();
    await app.put(`${O}/webhooks/ops`, { url: receiver.url, secret: SECRET });
    receiver.answer = () => 410;
    await app.post(`${O}/webhooks/ops/test`, {});
    const gone = await until(
      async () => (await app.get<WebhookView>(`${O}/webhooks/ops`)).body,
      ({ enabled }) => !enabled,
    );
    expect(gone).toMatchObject({ id: 'ops', events: [], enabled: false, disabledReason: expect.stringContaining('410') });
    await logIn(app, 'a', 'b', 'c');
    expect(await deliveries(app)).toHaveLength(1);
    receiver.answer = () => 200;
    expect((await app.put(`${O}/webhooks/ops`, { ...gone, enabled: true })).body).not.toHaveProperty('secret');
    await logIn(app, 'd');
    const next = (await receiver.waitFor(2))[1];
    expect(next?.body.type).toBe('peak.new');
  });

  it('HOOK-5 Retry-After puts the next attempt off', async () => {
    const receiver = await startReceiver(onTestFinished);
    const app = await centre();
    await app.put(`${O}/webhooks/ops`, { url: receiver.url, secret: SECRET });
    receiver.answer = (_, response) => void response.writeHead(503, { 'retry-after': '3600' }).end();
    const before = Date.now();
    await app.post(`${O}/webhooks/ops/test`, {});
    const [pending] = await until(
      () => deliveries(app),
      ([one]) => one?.attempts.length === 1,
    );
    expect(Date.parse(pending?.nextAttemptAt ?? '')).toBeGreaterThanOrEqual(before + 3_600_000);
  });

  it('HOOK-6 the secret is never shown again; one that was made here is shown once', async () => {
    const receiver = await startReceiver(onTestFinished);
    const app = await centre();
    const made = (await app.put<WebhookView & { secret?: string }>(`${O}/webhooks/ops`, { url: receiver.url })).body;
    expect(made.secret).toMatch(/^whsec_/);
    const answers = [
      await app.get(`${O}/webhooks/ops`),
      await app.get(`${O}/webhooks`),
      await app.put(`${O}/webhooks/ops`, { url: receiver.url }),
      await app.put(`${O}/webhooks/own`, { url: receiver.url, secret: SECRET }),
    ];
    for (const { body } of answers) expect(JSON.stringify(body)).not.toMatch(/secret|whsec/);
    await app.post(`${O}/webhooks/ops/test`, {});
    const [message] = (await receiver.waitFor(1)) as [Received];
    new Webhook(made.secret ?? '').verify(message.raw, message.headers as Record<string, string>);
  });

  it('HOOK-7 messages about one alert arrive in order, and a dead receiver delays nobody else', async () => {
    const dead = await startReceiver(onTestFinished);
    const alive = await startReceiver(onTestFinished);
    const app = await centre(CONFIG.replace('[0.05, 0.05, 0.05]', '[0.01, 0.01, 600]'));
    dead.answer = () => undefined;
    for (const [id, { url }] of Object.entries({ dead, alive })) {
      await app.put(`${O}/webhooks/${id}`, { url, secret: SECRET, events: ['alert.firing', 'alert.resolved'] });
    }
    await app.put(`${O}/alert-rules/full`, RULE);
    let failures = 0;
    alive.answer = () => (failures++ % 3 < 2 ? 500 : 200);
    for (let round = 0; round < 5; round++) {
      await logIn(app, 'a', 'b');
      await logOut(app, 'a', 'b');
    }
    await alive.waitFor(30);
    const ids = alive.messages.map(({ id, body }) => `${body.type} ${id}`);
    const once = [...new Set(ids)];
    expect(once.map((text) => text.split(' ')[0])).toEqual(
      Array.from({ length: 10 }, (_, i) => (i % 2 ? 'alert.resolved' : 'alert.firing')),
    );
    expect(ids).toEqual(once.flatMap((id) => [id, id, id]));
    expect(dead.messages).toHaveLength(1);
  });

  it('HOOK-8 what is pending when the daemon stops is tried at once by the next, under the same id', async () => {
    const receiver = await startReceiver(onTestFinished);
    const store = createMemoryStore();
    const config = CONFIG.replace('[0.05, 0.05, 0.05]', '[3600]');
    const app = await centre(config, store);
    await app.put(`${O}/webhooks/ops`, { url: receiver.url, secret: SECRET });
    receiver.answer = () => 500;
    await app.post(`${O}/webhooks/ops/test`, {});
    await until(
      () => deliveries(app),
      ([one]) => one?.attempts.length === 1,
    );
    await app.close();
    receiver.answer = () => 200;
    const next = await startApp(onTestFinished, { config, store });
    const [first, second] = (await receiver.waitFor(2)) as [Received, Received];
    expect(second.id).toBe(first.id);
    await until(
      () => deliveries(next, 'ops', 'delivered'),
      (items) => items.length === 1,
    );
  });

  it('HOOK-9 ALERT-74 a silence keeps webhooks back and not the state; what was sent is resolved all the same; what still fires after it is told', async () => {
    const receiver = await startReceiver(onTestFinished);
    const app = await centre();
    await app.put(`${O}/webhooks/ops`, { url: receiver.url, secret: SECRET, events: ['alert.firing', 'alert.resolved', 'webhook.test'] });
    await app.put(`${O}/alert-rules/full`, RULE);
    await logIn(app, 'a', 'b');
    await receiver.waitFor(1);
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const { status, body: silence } = await app.post<{ id: string }>(`${O}/silences`, {
      matchers: { rule: 'full' },
      endsAt,
      by: 'me',
      note: 'known',
    });
    expect(status).toBe(201);
    expect(await alerts(app, 'firing')).toMatchObject([{ rule: 'full', silencedBy: silence.id }]);
    await logOut(app, 'a');
    await receiver.waitFor(2);
    await logIn(app, 'a');
    expect(await alerts(app, 'firing')).toHaveLength(1);
    await app.post(`${O}/webhooks/ops/test`, {});
    await receiver.waitFor(1, tests);
    expect(receiver.types()).toEqual(['alert.firing', 'alert.resolved', 'webhook.test']);
    expect((await app.get(`${O}/silences/${silence.id}`)).body).toEqual(silence);
    expect((await app.del(`${O}/silences/${silence.id}`)).status).toBe(204);
    expect(await app.get(`${O}/silences/${silence.id}`)).toMatchObject({ status: 404, body: { code: 'unknown_silence' } });
    await receiver.waitFor(2, ({ body }) => body.type === 'alert.firing');
  });

  it('HOOK-10 news beside alerts: overflow entered and left, a new mark at most once a minute', async () => {
    const receiver = await startReceiver(onTestFinished);
    const app = await centre();
    await app.put(`${O}/webhooks/ops`, { url: receiver.url, secret: SECRET });
    await logIn(app, 'a', 'b', 'c');
    await logIn(app, 'd');
    await logOut(app, 'c', 'd');
    await app.post(`${O}/webhooks/ops/test`, {});
    await receiver.waitFor(1, tests);
    await receiver.waitFor(4);
    expect(receiver.types().sort()).toEqual(['contingency.entered', 'contingency.left', 'peak.new', 'webhook.test']);
    expect(receiver.messages.find(({ body }) => body.type === 'peak.new')?.body.data).toMatchObject({
      value: 3,
      licenceType: 'Agent Calls',
    });
  });

  it('HOOK-11 removing a receiver forgets what waits for it', async () => {
    const receiver = await startReceiver(onTestFinished);
    const app = await centre(CONFIG.replace('[0.05, 0.05, 0.05]', '[600]'));
    receiver.answer = () => 500;
    await app.put(`${O}/webhooks/ops`, { url: receiver.url, secret: SECRET });
    await app.post(`${O}/webhooks/ops/test`, {});
    await until(
      () => deliveries(app),
      ([one]) => one?.attempts.length === 1,
    );
    expect((await app.del(`${O}/webhooks/ops`)).status).toBe(204);
    expect((await app.get(`${O}/webhooks/ops/deliveries`)).status).toBe(404);
    await app.put(`${O}/webhooks/ops`, { url: receiver.url, secret: SECRET });
    expect(await deliveries(app)).toEqual([]);
  });

  it('HOOK-12 the other formats say the same in their own words', async () => {
    const receiver = await startReceiver(onTestFinished);
    const app = await centre();
    for (const format of ['alertmanager', 'slack', 'teams', 'pagerduty']) {
      const secret = format === 'pagerduty' ? { secret: '0123456789abcdef0123456789abcdef' } : {};
      await app.put(`${O}/webhooks/${format}`, {
        url: `${receiver.url}/${format}`,
        format,
        ...secret,
        events: ['alert.firing', 'alert.resolved'],
      });
    }
    await app.put(`${O}/alert-rules/full`, RULE);
    await logIn(app, 'a', 'b');
    await receiver.waitFor(4);
    await logOut(app, 'a');
    await receiver.waitFor(8);
    const of = (format: string) => receiver.messages.filter(({ path }) => path === `/${format}`).map(({ raw }) => JSON.parse(raw));
    expect(of('alertmanager')).toMatchObject([
      {
        version: '4',
        status: 'firing',
        alerts: [{ status: 'firing', labels: { alertname: 'full', licence_type: 'Agent Calls' }, endsAt: '0001-01-01T00:00:00Z' }],
      },
      { version: '4', status: 'resolved', alerts: [{ status: 'resolved' }] },
    ]);
    expect(of('slack')[0]).toMatchObject({ text: expect.stringContaining('full'), blocks: expect.any(Array) });
    expect(of('teams')[0]).toMatchObject({ type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }] });
    const [trigger, resolve] = of('pagerduty');
    expect(trigger).toMatchObject({
      event_action: 'trigger',
      routing_key: '0123456789abcdef0123456789abcdef',
      payload: { severity: 'critical', source: '129' },
    });
    expect(resolve).toMatchObject({ event_action: 'resolve', dedup_key: trigger.dedup_key });
  });

  it('HOOK-13 PUT refuses what may not be reached, naming url; rules and silences are refused with their paths', async () => {
    const app = await centre('');
    const refused = async (path: string, body: object, method: 'put' | 'post' = 'put') =>
      ((await app[method](path, body)).body as { errors: { path: string }[] }).errors.map((error) => error.path);
    expect(await refused(`${O}/webhooks/ops`, { url: 'http://127.0.0.1:1/' })).toEqual(['url']);
    expect(await refused(`${O}/webhooks/ops`, { url: 'https://example.com/', secret: '!', events: ['x'] })).toEqual(['events.0']);
    expect(await refused(`${O}/webhooks/ops`, { url: 'https://example.com/', secret: '!' })).toEqual(['secret']);
    expect(await refused(`${O}/webhooks/ops`, { url: 'https://example.com/', format: 'pagerduty' })).toEqual(['secret']);
    expect(await refused(`${O}/alert-rules/x`, { ...RULE, metric: 'x', forSeconds: -1 })).toEqual(['metric', 'forSeconds']);
    expect(await refused(`${O}/alert-rules/x`, { ...RULE, clearThreshold: 3 })).toEqual(['clearThreshold']);
    expect(await refused(`${O}/silences`, { matchers: {}, endsAt: '2020-01-01T00:00:00Z', by: 'me' }, 'post')).toEqual(['endsAt']);
    expect((await app.put('/api/v1/organisations/none/alert-rules/x', RULE)).status).toBe(404);
    expect((await app.put('/api/v1/organisations/none/webhooks/x', { url: 'https://example.com/' })).status).toBe(404);
  });

  it('ALERT-30 displays hear of alerts with the next frame, and that they are over', async () => {
    const app = await centre();
    await app.put(`${O}/alert-rules/full`, RULE);
    const live = await connectLive(app.url, '129');
    onTestFinished(() => live.close());
    await live.waitFor((frame) => frame.type === 'snapshot');
    await logIn(app, 'a', 'b');
    const state = (wanted: string) => (frame: { type: string; alerts?: { state: string }[] }) =>
      frame.type === 'delta' && (frame.alerts ?? []).some((alert) => alert.state === wanted);
    await live.waitFor(state('firing') as never);
    await logOut(app, 'a');
    await live.waitFor(state('resolved') as never);
    expect(await alerts(app, 'resolved')).toHaveLength(1);
  });

  it('ALERT-31 the usual rules are an offer; taken over, they can be replaced and removed', async () => {
    const app = await centre();
    const { body } = await app.get<{ items: object[]; defaults: { id: string }[] }>(`${O}/alert-rules`);
    expect(body.items).toEqual([]);
    expect(body.defaults.length).toBeGreaterThan(4);
    await app.put(`${O}/alert-rules/over-limit`, RULE);
    await app.post(`${O}/alert-rules/defaults`, {});
    const all = (await app.get<{ items: { id: string; metric: string }[] }>(`${O}/alert-rules`)).body.items;
    expect(all.map(({ id }) => id).sort()).toEqual(body.defaults.map(({ id }) => id).sort());
    expect(all.find(({ id }) => id === 'over-limit')).toMatchObject({ metric: 'inUse' });
    expect((await app.del(`${O}/alert-rules/over-limit`)).status).toBe(204);
    expect((await app.get(`${O}/alert-rules/over-limit`)).status).toBe(404);
  });

  it('ALERT-32 an acknowledgement is shown with who and why', async () => {
    const app = await centre();
    await app.put(`${O}/alert-rules/full`, RULE);
    await logIn(app, 'a', 'b');
    const [alert] = await alerts(app);
    const { status, body } = await app.post(`${O}/alerts/${alert?.id}/acknowledge`, { by: 'me', note: 'on it' });
    expect([status, body]).toMatchObject([200, { id: alert?.id, state: 'firing', acknowledgedBy: 'me', note: 'on it' }]);
    expect((await app.post(`${O}/alerts/none/acknowledge`, { by: 'me' })).status).toBe(404);
    const history = await app.get<Page<{ from: string; to: string; reason: string }>>(`${O}/alert-history`);
    expect(history.body.items).toMatchObject([{ from: 'inactive', to: 'firing', reason: 'inUse is 2 (>= 2)' }]);
  });

  it('ALERT-55 the history of alerts is asked by time, rule and licence type, page by page', async () => {
    const app = await centre();
    await app.put(`${O}/alert-rules/full`, RULE);
    await app.put(`${O}/alert-rules/some`, { ...RULE, threshold: 1 });
    await logIn(app, 'a', 'b');
    const ask = async (query: string) => (await app.get<Page<{ rule: string; at: string }>>(`${O}/alert-history?${query}`)).body;
    const all = (await ask('')).items;
    expect(all.map(({ rule }) => rule).sort()).toEqual(['full', 'some']);
    expect((await ask('rule=full')).items).toMatchObject([{ rule: 'full' }]);
    expect((await ask('licenceType=Supervisor')).items).toEqual([]);
    const [newest] = all;
    expect((await ask(`to=${newest?.at}`)).items.every(({ at }) => at < (newest?.at ?? ''))).toBe(true);
    expect((await ask(`from=${newest?.at}`)).items).toContainEqual(newest);
    const first = await ask('limit=1');
    expect([...first.items, ...(await ask(`limit=1&cursor=${first.nextCursor}`)).items]).toEqual(all);
    expect((await app.get(`${O}/alert-history?kind=x`)).status).toBe(400);
  });

  it('HOOK-14 attempts are counted by outcome, and no label tells who', async () => {
    const receiver = await startReceiver(onTestFinished);
    const app = await centre();
    await app.put(`${O}/webhooks/ops`, { url: receiver.url, secret: SECRET });
    receiver.answer = () => (receiver.messages.length === 1 ? 500 : 200);
    await app.post(`${O}/webhooks/ops/test`, {});
    await until(
      () => deliveries(app, 'ops', 'delivered'),
      (items) => items.length === 1,
    );
    const text = (await app.get<string>('/metrics')).body;
    expect(text).toContain('highwater_webhook_deliveries_total{outcome="failed"} 1');
    expect(text).toContain('highwater_webhook_deliveries_total{outcome="delivered"} 1');
  });
});
