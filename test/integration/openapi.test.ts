import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertView, DeliveryView, MuteTimeView, SilenceView } from '../../shared/alerts.ts';
import type { VerifyView } from '../../shared/backups.ts';
import type { ReportRunView } from '../../shared/saved-reports.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type Description, descriptionProblem, heldAgainst } from '../support/described.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

const O = '/api/v1/organisations/{organisation}';
const JSON_TYPE = 'application/json';

interface Question {
  /** For the names in the path; the organisation is 129 unless it is among them. */
  at?: Record<string, string | number>;
  query?: string;
  body?: unknown;
  /** Of the body; JSON if it is none of these. */
  type?: string;
  accept?: string;
}

let daemon: Daemon;
let receiver: Receiver;
let spec: Description;
let held: ReturnType<typeof heldAgainst>;
/** `get /path 200` of every answer that was fine. */
const fine = new Set<string>();

beforeAll(async () => {
  receiver = await startReceiver(afterAll);
  daemon = await startDaemon({ env: { HIGHWATER_WEBHOOKS_ALLOW_TARGETS: '127.0.0.1/32' } });
  spec = (await daemon.get<Description>('/api/v1/openapi.json')).body;
  held = heldAgainst(spec);
});
afterAll(() => daemon.dispose());

async function send(method: string, route: string, { at = {}, query = '', body, type = JSON_TYPE, accept }: Question) {
  const values: Record<string, string | number> = { organisation: '129', ...at };
  const path = route.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'x'));
  const raw = type === JSON_TYPE ? JSON.stringify(body) : String(body);
  const response = await fetch(`${daemon.url}${path}${query && `?${query}`}`, {
    method: method.toUpperCase(),
    headers: { ...(body !== undefined && { 'content-type': type }), ...(accept !== undefined && { accept }) },
    ...(body !== undefined && { body: raw }),
  });
  const text = await response.text();
  const media = response.headers.get('content-type')?.split(';')[0] ?? '';
  return { status: response.status, media, body: /json$/.test(media) && !media.endsWith('ndjson') ? JSON.parse(text) : text };
}

/** Asks, and holds what was sent and what came back against the description. */
async function ask<T = unknown>(method: string, route: string, question: Question = {}): Promise<T> {
  const described = held(method, route);
  const { status, media, body } = await send(method, route, question);
  const sent = question.body === undefined ? null : described.sent(question.type ?? JSON_TYPE, question.body);
  const answered = status === 204 && body === '' ? null : described.answered(status, media, body);
  const is = { asked: `${method} ${route}`, ok: status < 300, sent, answered, ...(status >= 300 && { body }) };
  expect(is).toEqual({ asked: `${method} ${route}`, ok: true, sent: null, answered: null });
  fine.add(`${method} ${route} ${status}`);
  return body as T;
}

const operations = () =>
  Object.entries(spec.paths).flatMap(([route, methods]) => Object.keys(methods).map((method) => ({ method, route })));

describe('the description of the API', () => {
  it('HTTP-12 is OpenAPI 3.1 by the schema that the OpenAPI Initiative has published', () => {
    expect(descriptionProblem(spec)).toBeNull();
  });

  it('HTTP-12 has a schema for every answer and every body, and says how each operation may refuse', () => {
    const without = operations().flatMap(({ method, route }) => {
      const { responses, requestBody } = held(method, route).operation;
      const said = Object.entries(responses).flatMap(([status, { content = {} }]) =>
        Object.entries(content).map(([type, { schema }]) => ({ what: `${status} ${type}`, schema })),
      );
      const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => ({ what: type, schema }));
      const refuses = responses['default']?.content?.['application/problem+json'] !== undefined;
      const bare = Object.entries(responses).filter(([status, { content }]) => !content && status !== '204' && status !== '101');
      return [
        ...[...said, ...bodies].filter(({ schema }) => !schema || Object.keys(schema).length === 0).map(({ what }) => what),
        ...bare.map(([status]) => status),
        ...(refuses ? [] : ['no refusal']),
      ].map((what) => `${method} ${route}: ${what}`);
    });
    expect(without).toEqual([]);
  });

  it('HTTP-12 names every path that programs rely on', () => {
    const rest =
      'users users/{user} anomalies usage sessions licences/{licenceType}/holders records history reports billing alert-rules alert-rules/{rule} alerts alerts/{alert}/acknowledge silences silences/{silence} webhooks webhooks/{webhook} webhooks/{webhook}/deliveries webhooks/{webhook}/deliveries/{delivery}/retry webhooks/{webhook}/test import';
    const beside = ['/metrics', '/healthz', '/readyz', '/docs'];
    const api = ['events', 'ingest', 'live', 'organisations', 'catalogue', 'data-sources', 'openapi.json'].map((name) => `/api/v1/${name}`);
    expect(Object.keys(spec.paths)).toEqual(
      expect.arrayContaining([...beside, ...api, O, ...rest.split(' ').map((name) => `${O}/${name}`)]),
    );
  });
});

describe('real answers', () => {
  it('HTTP-12 are as they are described, down to the last field, of every operation', async () => {
    await administer();
    await record();
    await readBack();
    await bill();
    await report();
    await alert();
    await deliver();
    await operate();
    await remove();
    const described = operations().flatMap(({ method, route }) =>
      Object.keys(held(method, route).operation.responses)
        .filter((status) => Number(status) >= 200 && Number(status) < 300)
        .map((status) => `${method} ${route} ${status}`),
    );
    expect([...fine].sort()).toEqual(described.sort());
  });

  it('HTTP-12 come in every media type that is described', async () => {
    for (const { method, route } of operations().filter(
      (one) => one.method === 'get' && one.route !== `${O}/saved-reports/{report}/runs/{run}/file`,
    )) {
      const { responses } = held(method, route).operation;
      const types = Object.keys(responses['200']?.content ?? {});
      for (const accept of types.length > 1 ? types : [])
        expect([route, (await send(method, route, { accept })).media]).toEqual([route, accept]);
    }
  });

  it('HTTP-12 refusals are problems, of every operation', async () => {
    const refusals = operations().map(async ({ method, route }) => {
      const body = method === 'get' || method === 'delete' ? {} : { body: '<', type: 'text/x-nothing' };
      const { status, media, body: answer } = await send(method, route, { at: { organisation: 'nobody' }, query: 'x=1', ...body });
      return { asked: `${method} ${route}`, status, problem: held(method, route).answered(status, media, answer) };
    });
    const never = ['/healthz', '/readyz', '/metrics', '/docs', '/api/v1/openapi.json', '/api/v1/backups', '/api/v1/verify'];
    for (const { asked, status, problem } of await Promise.all(refusals)) {
      expect([asked, problem]).toEqual([asked, null]);
      if (!never.some((path) => asked.endsWith(path)))
        expect([asked, status]).toEqual([asked, expect.toSatisfy((code) => code >= 400 && code < 500)]);
    }
  });
});

const login = { type: 'login', organisation: '129', user: 'edred', logonSource: 'Agent Desktop', licences: ['Recording', 'Own'] };
const lastMonth = () => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 10, 9));
};
const day = (offset: number) => new Date(lastMonth().getTime() + offset * 86_400_000).toISOString();
const RANGE = () => `from=${day(-1)}&to=${day(3)}`;

async function administer(): Promise<void> {
  const entitlements = { Recording: { concurrent: 1, contingency: 1, unitPrice: 2, contingencyPrice: 3 } };
  await ask('put', O, { body: { entitlements, scheduledLogOff: '23:00', staleAfterSeconds: 9, effectiveFrom: day(-20) } });
  await ask('put', O, { body: { entitlements, staleAfterSeconds: 9, defaultLeaseSeconds: 600, feedSilentAfterSeconds: 3_600 } });
  await ask('put', `${O}/entitlements`, { body: entitlements });
  await ask('put', `${O}/users/{user}`, { at: { user: 'edred' }, body: { name: 'Edred', group: 'A', userType: 'Inbound Agent' } });
  await ask('put', `${O}/users`, { body: [{ user: 'b', serviceFeatures: ['Recording'] }] });
  for (const path of ['/api/v1/organisations', '/api/v1/catalogue', '/api/v1/data-sources', O, `${O}/users`, `${O}/changes`])
    await ask('get', path);
  await ask('get', `${O}/users/{user}`, { at: { user: 'edred' } });
}

async function record(): Promise<void> {
  const events = [
    { ...login, at: day(0), id: 'one' },
    { ...login, user: 'b', at: day(0.1) },
    { ...login, user: 'c', at: day(0.2) },
    { ...login, type: 'logout', licences: undefined, at: day(1) },
    { ...login, type: 'logout', user: 'nobody', licences: undefined },
    login,
    { ...login, user: 'd', leaseSeconds: 60 },
  ];
  await ask('post', '/api/v1/events', { body: JSON.parse(JSON.stringify(events)) });
  const row = `${lastMonth().toISOString().slice(0, 10)} 09:00:00`;
  const csv = `Usage Type,Logged Date Time,Licence Type,User,Logon Source\nAcquired,${row},Own, e,CRM\nReleased,${row},Own,x,CRM\nx,${row},Own,x,CRM\n`;
  await ask('post', `${O}/import`, { body: csv, type: 'text/csv' });
}

async function readBack(): Promise<void> {
  for (const path of ['usage', 'sessions', 'anomalies', 'forecast', 'chain']) await ask('get', `${O}/${path}`);
  await ask('get', `${O}/licences/{licenceType}/holders`, { at: { licenceType: 'Own' } });
  for (const path of ['records', 'levels', 'organisation-licence-usage']) await ask('get', `${O}/${path}`, { query: RANGE() });
  await ask('get', `${O}/history`, { query: `${RANGE()}&resolution=1d` });
}

async function bill(): Promise<void> {
  const period = day(0).slice(0, 7);
  await ask('get', `${O}/billing`);
  await ask('get', `${O}/peak`, { query: `${RANGE()}&licenceType=Own` });
  await ask('post', `${O}/billing/{period}/close`, { at: { period } });
  await ask('put', O, { body: { entitlements: { Recording: { concurrent: 2, unitPrice: 4 } }, effectiveFrom: day(-20) } });
  await ask('post', `${O}/billing/{period}/close`, { at: { period } });
  for (const path of ['billing/periods', 'billing/statements']) await ask('get', `${O}/${path}`);
  await ask('get', `${O}/billing`, { query: `period=${period}` });
  await ask('get', `${O}/billing/statements/{period}`, { at: { period } });
  const figures = [
    { date: day(0).slice(0, 10), licenceType: 'Own', value: 2, contingency: 1 },
    { date: period, licenceType: 'Own', value: 3 },
  ];
  await ask('post', `${O}/vendor-figures`, { query: 'source=theirs', body: figures });
  await ask('get', `${O}/vendor-figures`);
  await ask('get', `${O}/billing/comparison`, { query: `period=${period}` });
  await ask('delete', `${O}/vendor-figures`, { query: 'source=theirs' });
}

async function report(): Promise<void> {
  const question = { dataSource: 'licence-usage', metrics: ['acquired', 'avgHeldSeconds'], dimensions: ['group', 'user'] };
  const filters = [{ field: 'licenceType', in: ['Own'] }];
  await ask('post', `${O}/reports`, { body: { ...question, filters, from: day(-1), to: day(3) } });
  await ask('post', `${O}/what-if`, {
    body: { from: day(-1), to: day(3), sizes: { Own: { concurrent: 1 } }, prices: { Own: { unitPrice: 1 } } },
  });
  const at = { report: 'r' };
  const schedule = { every: 'week', at: '03:00', on: 'mon' };
  const saved = { name: 'R', report: { ...question, filters }, range: { from: day(-1), to: day(3) }, schedule, format: 'json' };
  await ask('put', `${O}/saved-reports/{report}`, { at, body: saved });
  for (const path of ['', '/{report}']) await ask('get', `${O}/saved-reports${path}`, { at });
  await ask('post', `${O}/saved-reports/{report}/run`, { at });
  await ask('post', `${O}/saved-reports/{report}/run`, { at, query: 'deliver=true' });
  await expect
    .poll(async () => (await ask<{ items: ReportRunView[] }>('get', `${O}/saved-reports/{report}/runs`, { at })).items[0]?.status)
    .toBe('done');
  const { items } = await ask<{ items: ReportRunView[] }>('get', `${O}/saved-reports/{report}/runs`, { at });
  await ask('get', `${O}/saved-reports/{report}/runs/{run}/file`, { at: { ...at, run: items[0]?.run ?? 0 } });
  await ask('delete', `${O}/saved-reports/{report}`, { at });
}

async function alert(): Promise<void> {
  const at = { rule: 'any', alert: 'x' };
  const webhook = {
    url: `${receiver.url}/hook`,
    format: 'slack',
    groupBy: ['rule'],
    repeatIntervalSeconds: 60,
  };
  await ask('put', `${O}/webhooks/{webhook}`, { at: { webhook: 'chat' }, body: webhook });
  await ask('put', `${O}/webhooks/{webhook}`, { at: { webhook: 'ops' }, body: { url: `${receiver.url}/hook` } });
  const rule = {
    name: 'Any',
    licenceType: '*',
    metric: 'inUse',
    op: '>=',
    threshold: 1,
    severity: 'info',
    clearThreshold: 0,
    annotations: { a: 'b' },
  };
  await ask('put', `${O}/alert-rules/{rule}`, { at, body: rule });
  for (const path of ['', '/{rule}']) await ask('get', `${O}/alert-rules${path}`, { at });
  await ask('post', `${O}/alert-rules/try`, { body: { ...rule, from: day(-1), to: day(3) } });
  await ask('post', `${O}/alert-rules/defaults`);
  const { id: silence } = await ask<SilenceView>('post', `${O}/silences`, {
    body: { matchers: { rule: 'any', licenceType: 'Own', severity: 'info' }, endsAt: '2100-01-01T00:00:00Z', by: 'Ann', note: '' },
  });
  for (const path of ['', '/{silence}']) await ask('get', `${O}/silences${path}`, { at: { silence } });
  const times = [{ days: ['mon'], from: '22:00', to: '06:00' }];
  const { id: mute } = await ask<MuteTimeView>('post', `${O}/mute-times`, { body: { matchers: { severity: 'info' }, times } });
  await ask('put', `${O}/mute-times/{mute}`, { at: { mute }, body: { times } });
  for (const path of ['', '/{mute}']) await ask('get', `${O}/mute-times${path}`, { at: { mute } });
  const { items } = await ask<{ items: AlertView[] }>('get', `${O}/alerts`);
  expect(items.length).toBeGreaterThan(0);
  await ask('post', `${O}/alerts/{alert}/acknowledge`, { at: { alert: items[0]?.id ?? '' }, body: { by: 'Ann', note: 'on it' } });
  await ask('get', `${O}/alerts`);
  await ask('get', `${O}/alert-history`);
  await ask('delete', `${O}/silences/{silence}`, { at: { silence } });
  await ask('delete', `${O}/mute-times/{mute}`, { at: { mute } });
}

async function deliver(): Promise<void> {
  const at = { webhook: 'ops' };
  receiver.answer = () => 500;
  const { id: delivery } = await ask<DeliveryView>('post', `${O}/webhooks/{webhook}/test`, { at });
  const detail = () => ask<DeliveryView>('get', `${O}/webhooks/{webhook}/deliveries/{delivery}`, { at: { ...at, delivery } });
  await expect.poll(async () => (await detail()).attempts.length, { timeout: 10_000 }).toBe(1);
  receiver.answer = () => 204;
  await ask('post', `${O}/webhooks/{webhook}/deliveries/{delivery}/retry`, { at: { ...at, delivery } });
  await expect.poll(async () => (await detail()).status, { timeout: 10_000 }).toBe('delivered');
  await ask('post', `${O}/webhooks/{webhook}/retry-failed`, { at, body: { from: day(0) } });
  await ask('post', `${O}/webhooks/{webhook}/rotate-secret`, { at, body: { validForSeconds: 60 } });
  for (const path of ['', '/{webhook}', '/{webhook}/deliveries']) await ask('get', `${O}/webhooks${path}`, { at });
  await ask('post', `${O}/webhooks/preview`, { body: { format: 'slack' } });
}

async function operate(): Promise<void> {
  for (const path of ['/healthz', '/readyz', '/metrics', '/docs', '/api/v1/openapi.json']) await ask('get', path);
  await ask('post', '/api/v1/backups');
  await ask('get', '/api/v1/backups');
  await ask('post', '/api/v1/verify');
  await expect.poll(async () => (await ask<VerifyView>('get', '/api/v1/verify')).last?.ok, { timeout: 60_000 }).toBe(true);
  await ask('get', '/api/v1/status');
}

async function remove(): Promise<void> {
  await ask('delete', `${O}/alert-rules/{rule}`, { at: { rule: 'any' } });
  await ask('delete', `${O}/webhooks/{webhook}`, { at: { webhook: 'chat' } });
  await ask('delete', `${O}/users/{user}`, { at: { user: 'b' } });
}
