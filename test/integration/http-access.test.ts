import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createMemoryStore } from '../../server/store/memory.ts';
import { StoreFullError } from '../../server/store/store.ts';
import { startApp } from '../support/app.ts';
import { rawRequest, request } from '../support/raw-http.ts';

const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
const AUTH = `auth: {tokens: [${['viewer', 'ingest', 'operator', 'admin'].map((role) => `{name: ${role}, tokenSha256: ${sha256(`token-${role}`)}, role: ${role}}`).join(', ')}]}`;
const SAVED = {
  name: 'x',
  report: { dataSource: 'licence-usage', metrics: ['acquired'], dimensions: [], filters: [] },
  range: 'yesterday',
};
const bearer = (role: string) => ({ authorization: `Bearer token-${role}` });

/** What the handshake was answered with: 101, or the status of a refusal. */
function handshake(
  url: string,
  path: string,
  { protocols = ['highwater.v1'], ...headers }: { protocols?: string[]; origin?: string; host?: string; authorization?: string } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(new URL(path, url.replace('http', 'ws')), protocols, { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', reject);
  });
}

describe('pages of others', () => {
  it('HTTP-20 on loopback without auth only a loopback Host is answered, so that DNS rebinding gets nowhere', async () => {
    const app = await startApp(onTestFinished);
    for (const host of ['localhost', `127.0.0.1:${app.port}`, '[::1]:80', 'LocalHost:1'])
      expect((await rawRequest(app.port, request('GET', '/readyz', { Host: host }))).status).toBe(200);
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:7420', '10.0.0.1', 'evil.example@localhost']) {
      const answer = await rawRequest(app.port, request('GET', '/api/v1/organisations', { Host: host }));
      expect([host, answer.status, JSON.parse(answer.body || '{}').code]).toEqual([
        host,
        expect.toSatisfy((status) => status === 403 || status === 400),
        expect.any(String),
      ]);
      expect([host, await handshake(app.url, '/api/v1/live', { host })]).toEqual([host, 403]);
    }
  });

  it('HTTP-21 a page of a foreign origin may change nothing and open no WebSocket', async () => {
    const app = await startApp(onTestFinished);
    const ours = `http://localhost:${app.port}`;
    for (const origin of [
      'http://evil.example',
      `http://localhost:${app.port + 1}`,
      `https://localhost:${app.port}`,
      'null',
      `http://evil.example:${app.port}`,
      `${ours}/`,
      'file://',
    ]) {
      expect([origin, (await app.put('/api/v1/organisations/x', {}, { origin })).status]).toEqual([origin, 403]);
      expect([origin, await handshake(app.url, '/api/v1/live', { origin })]).toEqual([origin, 403]);
      expect([origin, await handshake(app.url, '/api/v1/ingest', { origin })]).toEqual([origin, 403]);
    }
    for (const origin of [ours, `http://127.0.0.1:${app.port}`, `http://[::1]:${app.port}`]) {
      expect((await app.put('/api/v1/organisations/x', {}, { origin })).status).toBe(200);
      expect(await handshake(app.url, '/api/v1/live', { origin })).toBe(101);
    }
  });

  it('HTTP-22 the origin is compared with the configuration, never with the request’s own Host', async () => {
    const app = await startApp(onTestFinished, { config: 'publicOrigins: ["https://highwater.example"]' });
    const put = async (host: string, origin: string) =>
      (await rawRequest(app.port, request('PUT', '/api/v1/organisations/x', { Host: host, Origin: origin, 'Content-Length': '2' }), '{}'))
        .status;
    expect(await put('highwater.example', 'https://highwater.example')).toBe(200);
    expect(await put('highwater.example', 'http://highwater.example')).toBe(403);
    expect(await put(`localhost:${app.port}`, `http://localhost:${app.port}`)).toBe(403);
    const target = await rawRequest(
      app.port,
      request('PUT', '//evil.example/api/v1/organisations/x', { Origin: 'http://evil.example', 'Content-Length': '2' }),
      '{}',
    );
    expect(target.status).toBeGreaterThanOrEqual(400);
  });
});

describe('tokens', () => {
  it('HTTP-23 each role may do what is its own, on every route', async () => {
    const app = await startApp(onTestFinished, { config: AUTH });
    const event = { type: 'logout-all', organisation: '129' };
    const statuses = async (headers: Record<string, string>) => [
      (await app.get('/api/v1/organisations', headers)).status,
      (await app.post('/api/v1/events', event, headers)).status,
      (await app.put('/api/v1/organisations/129', {}, headers)).status,
      (await app.get('/metrics', headers)).status,
      (await app.post('/api/v1/organisations/129/silences', {}, headers)).status,
      (await app.get('/api/v1/organisations/129/webhooks', headers)).status,
    ];
    const deliver = async (role: string) =>
      (await app.post('/api/v1/organisations/129/saved-reports/x/run?deliver=true', {}, bearer(role))).status;
    const tried = async (role: string) => (await app.post('/api/v1/organisations/129/alert-rules/try', {}, bearer(role))).status;
    expect(await statuses({})).toEqual([401, 401, 401, 401, 401, 401]);
    expect(await statuses({ authorization: 'Bearer wrong' })).toEqual([401, 401, 401, 401, 401, 401]);
    expect(await statuses(bearer('ingest'))).toEqual([403, 200, 403, 403, 403, 403]);
    expect(await statuses(bearer('viewer'))).toEqual([200, 403, 403, 200, 403, 403]);
    // 400: let through, and then refused for what it says.
    expect(await statuses(bearer('operator'))).toEqual([200, 403, 403, 200, 400, 200]);
    expect(await statuses(bearer('admin'))).toEqual([200, 200, 200, 200, 400, 200]);
    await app.put('/api/v1/organisations/129/saved-reports/x', SAVED, bearer('admin'));
    expect([await deliver('viewer'), await deliver('operator')]).toEqual([403, 202]);
    expect([await tried('ingest'), await tried('viewer')]).toEqual([403, 400]);
  });

  it('HTTP-24 WebSockets need a token before the handshake, as a header or as a subprotocol', async () => {
    const app = await startApp(onTestFinished, { config: AUTH });
    expect(await handshake(app.url, '/api/v1/live')).toBe(401);
    expect(await handshake(app.url, '/api/v1/live', bearer('viewer'))).toBe(101);
    expect(await handshake(app.url, '/api/v1/live', { protocols: ['highwater.v1', 'bearer.token-viewer'] })).toBe(101);
    expect(await handshake(app.url, '/api/v1/ingest', bearer('viewer'))).toBe(403);
    expect(await handshake(app.url, '/api/v1/ingest', bearer('ingest'))).toBe(101);
  });

  it('HTTP-25 health, pages and the description are open, and no token reaches the log', async () => {
    const app = await startApp(onTestFinished, { config: AUTH });
    for (const path of ['/healthz', '/readyz', '/docs', '/api/v1/openapi.json']) expect((await app.get(path)).status).toBe(200);
    await app.get('/api/v1/organisations', bearer('admin'));
    expect(JSON.stringify(app.log)).not.toContain('token-admin');
  });
});

describe('trouble', () => {
  it('HTTP-26 while the store is full: 503 not_recording with Retry-After, readyz 503 with reasons, reads go on', async () => {
    const store = createMemoryStore();
    const app = await startApp(onTestFinished, { store });
    const event = { type: 'login', organisation: '129', user: 'a', logonSource: 'CRM', licences: ['Recording'] };
    await app.post('/api/v1/events', event);
    const { commit } = store;
    store.commit = () => Promise.reject(new StoreFullError('full'));
    const refused = await app.post('/api/v1/events', { ...event, user: 'b' });
    expect(refused).toMatchObject({ status: 503, body: { code: 'not_recording' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await app.get('/readyz')).toMatchObject({ status: 503, body: { status: 'degraded', reasons: [expect.any(String)] } });
    expect(await app.get('/api/v1/organisations/129/usage')).toMatchObject({ status: 200, body: { users: 1 } });
    expect((await app.get('/healthz')).status).toBe(200);
    store.commit = commit;
  });

  it('HTTP-27 a defect is told as 500 without its cause, and written to the log', async () => {
    const store = createMemoryStore();
    const app = await startApp(onTestFinished, { store });
    await app.post('/api/v1/events', { type: 'login', organisation: '129', user: 'a', logonSource: 'CRM' });
    store.range = () => {
      throw new Error('the secret of the house');
    };
    const answer = await app.get('/api/v1/organisations/129/records');
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    expect(JSON.stringify(app.log)).toContain('the secret of the house');
  });
});
