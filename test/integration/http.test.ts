import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BESIDE } from '../../server/http/describe.ts';
import type { Problem } from '../../shared/problems.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { rawRequest, request, sendThenListen } from '../support/raw-http.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp(afterAll);
});

const login = { type: 'login', organisation: '129', user: 'edred', logonSource: 'Agent Desktop', licences: ['Inbound Agent'] };
const lines = (...events: object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');
const code = (body: unknown) => (body as Problem).code;
const NDJSON = { 'content-type': 'application/x-ndjson' };

describe('events', () => {
  it('INGEST-40 takes one event, an array, and NDJSON', async () => {
    const organisation = 'takes';
    const one = await app.post('/api/v1/events', { ...login, organisation });
    expect(one).toMatchObject({ status: 200, body: { results: [{ index: 0, status: 'recorded', records: [expect.any(Number)] }] } });
    const two = await app.post<{ results: unknown[] }>('/api/v1/events', [
      { ...login, organisation, user: 'a' },
      { ...login, organisation, user: 'b' },
    ]);
    expect(two.body.results).toHaveLength(2);
    const three = await app.post<{ results: unknown[] }>(
      '/api/v1/events',
      lines({ ...login, organisation, user: 'c' }, { ...login, organisation, user: 'd' }),
      NDJSON,
    );
    expect(three.body.results).toHaveLength(2);
    expect(await app.get(`/api/v1/organisations/${organisation}/usage`)).toMatchObject({ body: { users: 5, sessions: 5 } });
  });

  it('INGEST-41 records nothing of a request with one bad event, whatever comes before it', async () => {
    const before = await app.get<{ items: unknown[] }>('/api/v1/organisations');
    const good = { ...login, organisation: 'atomic' };
    const bad = await app.post<Problem>('/api/v1/events', [good, { ...good, user: 7 }, { ...good, colour: 'red' }]);
    expect(bad.status).toBe(400);
    expect(bad.headers.get('content-type')).toBe('application/problem+json');
    expect(bad.body).toMatchObject({
      code: 'invalid_body',
      status: 400,
      errors: [
        { index: 1, path: 'user' },
        { index: 2, path: 'colour' },
      ],
    });
    expect((await app.post('/api/v1/events', `${lines(good)}{"type":`, NDJSON)).body).toMatchObject({ errors: [{ index: 1 }] });
    expect(await app.get('/api/v1/organisations')).toMatchObject({ body: before.body });
    expect((await app.get('/api/v1/organisations/atomic/usage')).status).toBe(404);
  });

  it('INGEST-42 answers 413 beyond 10,000 events, and takes as many', async () => {
    const event = (index: number) => ({ ...login, organisation: 'many', user: `u${index % 50}`, licences: [] });
    const body = Array.from({ length: 10_001 }, (_, index) => event(index));
    expect(await app.post('/api/v1/events', body)).toMatchObject({ status: 413, body: { code: 'too_many_events' } });
    const taken = await app.post<{ results: unknown[] }>('/api/v1/events', lines(...body.slice(1)), NDJSON);
    expect(taken.status).toBe(200);
    expect(taken.body.results).toHaveLength(10_000);
  });

  it('INGEST-43 answers 413 beyond the most bytes, announced or chunked', async () => {
    const small = await startApp(onTestFinished, { config: 'limits: {maxBodyBytes: 1000}' });
    expect(await small.post('/api/v1/events', `"${'x'.repeat(1_000)}"`)).toMatchObject({ status: 413, body: { code: 'too_large' } });
    const head = request('POST', '/api/v1/events', { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' });
    const chunk = `200\r\n${'x'.repeat(512)}\r\n`;
    const chunked = await rawRequest(small.port, head, chunk, chunk, chunk);
    expect(chunked.status).toBe(413);
    expect(await small.post('/api/v1/events', { ...login })).toMatchObject({ status: 200 });
  });

  it('INGEST-47 who sends all of a body that is too large before listening is answered 413 all the same', async () => {
    const small = await startApp(onTestFinished, { config: 'limits: {maxBodyBytes: 4000000}' });
    const body = 'x'.repeat(12_000_000);
    const announced = request('POST', '/api/v1/events', { 'Content-Type': 'application/json', 'Content-Length': String(body.length) });
    expect(await sendThenListen(small.port, announced, body)).toMatch(/^HTTP\/1\.1 413 /);
    const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked', Connection: 'keep-alive' };
    const chunked = request('POST', '/api/v1/events', headers);
    const chunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expect(await sendThenListen(small.port, chunked, chunks)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('INGEST-44 says which header to send when it cannot read the media type', async () => {
    const form = await app.post<Problem>('/api/v1/events', JSON.stringify(login), { 'content-type': 'application/x-www-form-urlencoded' });
    expect(form.status).toBe(415);
    expect(form.body.detail).toContain('Content-Type: application/json');
    const bare = await rawRequest(app.port, request('POST', '/api/v1/events', { 'Content-Length': '2' }), '[]');
    expect(bare.status).toBe(400);
    expect((await app.post('/api/v1/events', 'x', { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it('INGEST-18 what is wrong with a body as a whole stands in errors too, with an empty path', async () => {
    const O = '/api/v1/organisations/whole';
    const events = Array.from({ length: 10_001 }, () => login);
    const answers = [
      await app.post<Problem>('/api/v1/events', '{', { 'content-type': 'application/json' }),
      await app.post<Problem>('/api/v1/events', [], {}),
      await app.post<Problem>('/api/v1/events', events),
      await app.put<Problem>(O, '[', { 'content-type': 'application/json' }),
      await app.put<Problem>(O, []),
      await app.post<Problem>(`${O}/import`, '', { 'content-type': 'text/csv' }),
    ];
    expect(answers.map(({ status, body: { errors = [] } }) => [status, errors.map(({ path }) => path)])).toEqual(
      [400, 400, 413, 400, 400, 400].map((status) => [status, ['']]),
    );
  });

  it('INGEST-45 answers 4xx to whatever is no event, and goes on', async () => {
    const bodies = [
      '',
      '{',
      '[]',
      'null',
      '7',
      '"x"',
      '[[]]',
      '{}',
      '[{}]',
      '['.repeat(100_000),
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      '\u0000',
    ];
    for (const body of bodies) {
      const answer = await app.post<Problem>('/api/v1/events', body, { 'content-type': 'application/json' });
      expect([answer.status, body.slice(0, 20)]).toEqual([400, body.slice(0, 20)]);
      expect(answer.body.detail).not.toMatch(/\bat .*\.(?:ts|js)\b/);
    }
    const invalid = await app.post<Problem>('/api/v1/events', new Uint8Array([0x22, 0xff, 0x22]));
    expect(code(invalid.body)).toBe('malformed_json');
    const huge = await app.post('/api/v1/events', { ...login, user: 'x'.repeat(10_000_000) });
    expect(huge.status).toBe(400);
    expect(JSON.stringify(huge.body).length).toBeLessThan(2_000);
    expect((await app.get('/readyz')).status).toBe(200);
  });

  it('INGEST-46 takes names that objects are born with, everywhere', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const path = `/api/v1/organisations/${name}`;
      expect(await app.put(path, '{"entitlements":{"__proto__":{"concurrent":3}}}')).toMatchObject({ status: 200 });
      const settings = await app.get<{ entitlements: object }>(path);
      expect(JSON.stringify(settings.body.entitlements)).toBe('{"__proto__":{"concurrent":3,"contingency":0}}');
      const event = { ...login, organisation: name, user: name, device: name, id: name, licences: [name] };
      expect(await app.post('/api/v1/events', event)).toMatchObject({ status: 200, body: { results: [{ status: 'recorded' }] } });
      expect(await app.put(`${path}/users/${name}`, { group: name })).toMatchObject({ status: 200, body: { user: name, group: name } });
      const usage = await app.get<{ licences: { licenceType: string; inUse: number }[] }>(`${path}/usage`);
      expect(usage.body.licences.filter((row) => row.inUse > 0)).toMatchObject([{ licenceType: name, inUse: 1 }]);
    }
  });
});

describe('organisations and users', () => {
  it('HTTP-1 PUT replaces: what is absent becomes its default', async () => {
    const path = '/api/v1/organisations/put';
    const full = {
      name: 'Put',
      timeZone: 'Europe/London',
      billingPeriodStartDay: 5,
      entitlements: { Recording: { concurrent: 2 } },
      scheduledLogOff: '20:00',
    };
    expect(await app.put(path, full)).toMatchObject({ status: 200, body: { organisation: 'put', ...full } });
    const { body } = await app.get<object>(path);
    expect((await app.put(path, body)).status).toBe(200);
    await app.put(path, {});
    expect((await app.get(path)).body).toEqual({
      organisation: 'put',
      name: 'put',
      timeZone: 'UTC',
      billingPeriodStartDay: 1,
      entitlements: {},
    });
    expect(await app.put(path, { timeZone: 'Mars' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_body', errors: [{ path: 'timeZone' }] },
    });
  });

  it('HTTP-2 users: put, bulk put, get, delete; 404 where there is no such organisation or user', async () => {
    const path = '/api/v1/organisations/staff';
    expect(await app.put(`${path}/users/a`, {})).toMatchObject({ status: 404, body: { code: 'unknown_organisation' } });
    await app.put(path, {});
    expect(await app.put(`${path}/users/a`, { userType: 'Inbound Agent' })).toMatchObject({
      body: { user: 'a', userType: 'Inbound Agent', serviceFeatures: [] },
    });
    expect(await app.put(`${path}/users`, [{ user: 'b' }, { user: 'c' }])).toMatchObject({ status: 200, body: { users: 2 } });
    expect(await app.put(`${path}/users`, [{ user: 'd' }, { user: 5 }])).toMatchObject({
      status: 400,
      body: { errors: [{ index: 1, path: 'user' }] },
    });
    expect(await app.get(`${path}/users`)).toMatchObject({
      body: { items: [{ user: 'a' }, { user: 'b' }, { user: 'c' }], nextCursor: null },
    });
    expect((await app.del(`${path}/users/a`)).status).toBe(204);
    for (const gone of [await app.get(`${path}/users/a`), await app.del(`${path}/users/a`)])
      expect(gone).toMatchObject({ status: 404, body: { code: 'unknown_user' } });
  });

  it('HTTP-3 names in paths are decoded once and held to the rules of names', async () => {
    for (const name of ['a/b', 'a%2Fb', '100%', 'Zoë', '😀', 'a b', 'a?b#c', '...', '+']) {
      const path = `/api/v1/organisations/${encodeURIComponent(name)}`;
      expect(await app.put(path, {})).toMatchObject({ status: 200, body: { organisation: name } });
      expect(await app.get(path)).toMatchObject({ status: 200, body: { organisation: name } });
    }
    for (const bad of ['%zz', '%', '%ff', '%C3', 'a%00b', 'a%0Ab', 'x'.repeat(129)]) {
      const answer = await rawRequest(app.port, request('GET', `/api/v1/organisations/${bad}/usage`));
      expect([answer.status, JSON.parse(answer.body).code, bad.slice(0, 9)]).toEqual([400, 'malformed_path', bad.slice(0, 9)]);
    }
  });
});

describe('reading', () => {
  it('HTTP-4 refuses wrong queries with every problem', async () => {
    const answer = await app.get('/api/v1/organisations/129/records?limit=0&order=up&colour=red&from=2026-02-30T00:00:00Z');
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_query' } });
    expect((answer.body as Problem).errors?.map((problem) => problem.path).sort()).toEqual(['colour', 'from', 'limit', 'order']);
    expect(await app.get('/api/v1/organisations/takes/records?cursor=nonsense')).toMatchObject({
      status: 400,
      body: { code: 'invalid_query' },
    });
  });

  it('HTTP-4 refuses an unknown parameter wherever something is read', async () => {
    const { body } = await app.get<{ paths: Record<string, { get?: { tags: string[] } }> }>('/api/v1/openapi.json');
    const reads = Object.keys(body.paths).filter((path) => !(body.paths[path]?.get?.tags.includes(BESIDE) ?? true));
    expect(reads.length).toBeGreaterThan(30);
    await app.put('/api/v1/organisations/129', {});
    for (const path of reads) {
      const answer = await app.get<Problem>(`${path.replaceAll('{organisation}', '129').replace(/\{\w+\}/g, '2026-11')}?colour=red`);
      const known = answer.body.errors?.find((problem) => problem.path === 'colour')?.message;
      expect([path, answer.status, code(answer.body), known]).toEqual([path, 400, 'invalid_query', '"colour" is not a known parameter']);
    }
  });

  it('HTTP-5 answers 404 for an organisation that does not exist', async () => {
    for (const rest of [
      '',
      '/usage',
      '/sessions',
      '/records',
      '/anomalies',
      '/users',
      '/licences/Recording/holders',
      '/levels?from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z',
    ]) {
      expect(await app.get(`/api/v1/organisations/nobody${rest}`)).toMatchObject({ status: 404, body: { code: 'unknown_organisation' } });
    }
  });

  it('HTTP-6 records come as JSON pages, as CSV with storm’s columns first, and as NDJSON; otherwise 406', async () => {
    const path = '/api/v1/organisations/export';
    await app.put(path, { timeZone: 'Europe/London' });
    const at = (index: number) => new Date(Date.UTC(2026, 6, 1, 12, 0, index)).toISOString();
    const events = Array.from({ length: 2_500 }, (_, index) => ({ ...login, organisation: 'export', user: `u${index}`, at: at(index) }));
    await app.post('/api/v1/events', events);
    const page = await app.get<{ items: { user: string }[]; nextCursor: string }>(`${path}/records?limit=2`);
    expect(page.body.items.map((item) => item.user)).toEqual(['u0', 'u1']);
    const next = await app.get<{ items: { user: string }[] }>(`${path}/records?limit=2&cursor=${encodeURIComponent(page.body.nextCursor)}`);
    expect(next.body.items.map((item) => item.user)).toEqual(['u2', 'u3']);

    const csv = await app.get<string>(`${path}/records`, { accept: 'text/csv' });
    const rows = csv.body.split('\r\n');
    expect(rows[0]).toMatch(/^Usage Type,Logged Date Time,Licence Type,User,Logon Source,Logged At \(UTC\),/);
    expect(rows[1]).toMatch(/^Acquired,2026-07-01 13:00:00,Inbound Agent,u0,Agent Desktop,2026-07-01T12:00:00\.000Z,/);
    expect(rows).toHaveLength(2_502);
    const ndjson = await app.get<string>(`${path}/records?order=desc&limit=3`, { accept: 'application/x-ndjson' });
    expect(
      ndjson.body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).user),
    ).toEqual(['u2499', 'u2498', 'u2497']);
    const refused = await app.get(`${path}/records`, { accept: 'image/png' });
    expect(refused).toMatchObject({ status: 406, body: { code: 'not_acceptable' } });
    expect(refused.headers.get('vary')).toBe('Accept');
    expect((await app.get(`${path}/records`, { accept: 'text/csv;q=0.5, application/json' })).headers.get('content-type')).toBe(
      'application/json',
    );
  });

  it('HTTP-7 quotes what CSV needs quoted and changes no name', async () => {
    const user = ' a"b,c';
    await app.post('/api/v1/events', { ...login, organisation: 'quotes', user });
    const csv = await app.get<string>('/api/v1/organisations/quotes/records', { accept: 'text/csv' });
    expect(csv.body).toContain(',Inbound Agent," a""b,c",Agent Desktop,');
  });

  it('HTTP-8 lists the catalogue, holders, sessions, anomalies and levels', async () => {
    const path = '/api/v1/organisations/lists';
    await app.post('/api/v1/events', [
      { ...login, organisation: 'lists' },
      { type: 'logout', organisation: 'lists', user: 'ghost', logonSource: 'CRM' },
    ]);
    expect(await app.get('/api/v1/catalogue')).toMatchObject({ body: { licenceTypes: { length: 16 }, logonSources: { length: 15 } } });
    expect(await app.get(`${path}/licences/Inbound%20Agent/holders`)).toMatchObject({
      body: { items: [{ user: 'edred', pool: 'concurrent' }] },
    });
    expect(await app.get(`${path}/sessions?user=edred`)).toMatchObject({
      body: { items: [{ user: 'edred', device: 'desktop' }], nextCursor: null },
    });
    expect(await app.get(`${path}/anomalies?kind=no_open_session`)).toMatchObject({
      body: { items: [{ user: 'ghost', kind: 'no_open_session' }] },
    });
    const levels = await app.get(
      `${path}/levels?from=${new Date(Date.now() - 3_600_000).toISOString()}&to=${new Date(Date.now() + 60_000).toISOString()}`,
    );
    expect(levels).toMatchObject({ body: { items: [{ licenceType: 'Inbound Agent', inUse: expect.arrayContaining([1]) }] } });
  });
});

describe('the frame around it', () => {
  it('HTTP-9 every refusal is a problem: 404, 405 with Allow, 426', async () => {
    expect(await app.get('/api/v1/nothing')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const wrong = await app.put('/api/v1/events', {});
    expect(wrong).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(wrong.headers.get('allow')).toBe('POST');
    expect((await app.post('/api/v1/organisations/129', {})).headers.get('allow')).toBe('GET, HEAD, PUT');
    expect(await app.get('/api/v1/live')).toMatchObject({ status: 426, body: { code: 'upgrade_required' } });
    for (const answer of [wrong, await app.get('/api/v1/nothing')])
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('HTTP-10 every answer forbids foreign scripts, framing and sniffing', async () => {
    for (const path of ['/', '/api/v1/catalogue', '/api/v1/nothing', '/readyz']) {
      const { headers } = await app.get(path);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('HTTP-11 no path leaves the folder of the dashboard', async () => {
    for (const target of [
      '/../package.json',
      '/..%2fpackage.json',
      '/assets/../../package.json',
      '/%2e%2e/%2e%2e/etc/passwd',
      '//etc/passwd',
      '/./..//..//etc/passwd',
      '/assets/%00',
    ]) {
      const answer = await rawRequest(app.port, request('GET', target));
      expect([target, answer.status >= 400 && answer.status < 500]).toEqual([target, true]);
      expect(answer.body).not.toContain('root:');
    }
  });

  it('HTTP-12 describes itself: every route of the contract stands in openapi.json, and /docs needs nothing from elsewhere', async () => {
    const spec = await app.get<{ paths: Record<string, Record<string, object>> }>('/api/v1/openapi.json');
    const routes = Object.entries(spec.body.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    const O = '/api/v1/organisations/{organisation}';
    for (const route of [
      'post /api/v1/events',
      `put ${O}`,
      `get ${O}`,
      `get ${O}/usage`,
      `get ${O}/sessions`,
      `get ${O}/records`,
      `get ${O}/anomalies`,
      `put ${O}/users/{user}`,
      `delete ${O}/users/{user}`,
      'get /api/v1/catalogue',
    ]) {
      expect(routes).toContain(route);
    }
    const docs = await app.get<string>('/docs');
    expect(docs.body).toContain('/api/v1/events');
    expect(docs.body).not.toMatch(/<script|https?:\/\/(?!www\.w3)/);
  });

  it('HTTP-13 /metrics tells organisations and licence types apart, never users or devices', async () => {
    await app.post('/api/v1/events', { ...login, organisation: 'metered', user: 'secret-user', device: 'secret-device' });
    const { body } = await app.get<string>('/metrics');
    expect(body).toContain('highwater_licences_in_use{organisation="metered",licence_type="Inbound Agent"} 1');
    expect(body).toContain('highwater_sessions_open{organisation="metered"} 1');
    expect(body).toMatch(/highwater_events_total\{type="login",outcome="recorded"\} \d+/);
    for (const name of [
      'licences_pool_used',
      'licences_peak',
      'commit_seconds_bucket',
      'live_clients',
      'feed_last_event_timestamp_seconds',
    ])
      expect(body).toContain(`highwater_${name}`);
    expect(body).not.toContain('secret-');
  });

  it('HTTP-14 survives what is no HTTP', async () => {
    for (const bytes of [
      '\r\n\r\n',
      'GET\r\n\r\n',
      'GET / HTTP/9\r\n\r\n',
      `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
      'GET / HTTP/1.1\r\n\r\n',
      'GET http://[::1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    ]) {
      const answer = await rawRequest(app.port, bytes).catch(() => ({ status: 400 }));
      expect([bytes.slice(0, 20), answer.status]).toEqual([
        bytes.slice(0, 20),
        expect.toSatisfy((status: number) => status >= 400 && status < 500),
      ]);
    }
    expect((await app.get('/readyz')).status).toBe(200);
  });
});
