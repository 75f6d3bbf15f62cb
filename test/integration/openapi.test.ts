import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSWERS } from '../../server/http/answers.ts';
import type { AlertView } from '../../shared/alerts.ts';
import type { Page } from '../../shared/views.ts';
import { startApp, type TestApp } from '../support/app.ts';

type Operation = { responses: Record<string, { content?: Record<string, { schema?: { $ref?: string } }> }> };
type Spec = { openapi: string; paths: Record<string, Record<string, Operation>> };

const O = '/api/v1/organisations/{organisation}';
const RANGE = 'from=2026-11-01T00:00:00Z&to=2026-11-03T00:00:00Z';
let app: TestApp;
let spec: Spec;
beforeAll(async () => {
  app = await startApp(afterAll);
  spec = (await app.get<Spec>('/api/v1/openapi.json')).body;
});

/** What is wrong with an answer by the API's own description; and which shape it was held against. */
async function held(method: 'get' | 'put' | 'post', route: string, path: string, body?: unknown, headers?: Record<string, string>) {
  const answer = method === 'get' ? await app.get(path) : await app[method](path, body, headers);
  const { responses } = spec.paths[route]?.[method] as Operation;
  const type = answer.headers.get('content-type')?.split(';')[0] as string;
  const $ref = (responses[answer.status] ?? responses['default'])?.content?.[type]?.schema?.$ref;
  if ($ref === undefined) throw new Error(`${method} ${route} says nothing of ${answer.status} ${type}`);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const validate = ajv.addSchema({ $id: 'spec', ...spec }).compile({ $ref: `spec${$ref}` });
  const problem = validate(answer.body) ? null : ajv.errorsText(validate.errors);
  return { status: answer.status, shape: $ref.slice($ref.lastIndexOf('/') + 1), problem, body: answer.body };
}

describe('the description of the API', () => {
  it('HTTP-12 names every path that programs rely on, also those beside the API, each with its answers', () => {
    expect(spec.openapi).toMatch(/^3\.1/);
    const rest =
      'users users/{user} anomalies usage sessions licences/{licenceType}/holders records history reports billing alert-rules alert-rules/{rule} alerts alerts/{alert}/acknowledge silences silences/{silence} webhooks webhooks/{webhook} webhooks/{webhook}/deliveries webhooks/{webhook}/deliveries/{delivery}/retry webhooks/{webhook}/test import';
    const beside = ['/metrics', '/healthz', '/readyz', '/docs'];
    const api = ['events', 'ingest', 'live', 'organisations', 'catalogue', 'data-sources', 'openapi.json'].map((name) => `/api/v1/${name}`);
    expect(Object.keys(spec.paths)).toEqual(
      expect.arrayContaining([...beside, ...api, O, ...rest.split(' ').map((name) => `${O}/${name}`)]),
    );
    for (const [path, operations] of Object.entries(spec.paths))
      for (const [method, { responses }] of Object.entries(operations))
        expect(
          Object.keys(responses).filter((status) => Number(status) < 300),
          `${method} ${path}`,
        ).not.toEqual([]);
  });

  it('HTTP-12 says truly what shape answers have', async () => {
    const shapes = new Set<string>();
    const fine = async (...question: Parameters<typeof held>) => {
      const { status, shape, problem, body } = await held(...question);
      expect({ question: question[2], status: Math.floor(status / 100), problem }).toEqual({
        question: question[2],
        status: 2,
        problem: null,
      });
      shapes.add(shape);
      return body;
    };
    const at = (rest: string) => `/api/v1/organisations/129${rest}`;
    await fine('put', O, at(''), { entitlements: { Recording: { concurrent: 1, contingency: 1, unitPrice: 2 } }, staleAfterSeconds: 9 });
    await fine('put', `${O}/users/{user}`, at('/users/edred'), { name: 'Edred', userType: 'Inbound Agent' });
    const rule = { name: 'Any', licenceType: '*', metric: 'inUse', op: '>=', threshold: 1, severity: 'info', clearThreshold: 0 };
    await fine('put', `${O}/alert-rules/{rule}`, at('/alert-rules/any'), rule);
    await fine('put', `${O}/webhooks/{webhook}`, at('/webhooks/ops'), { url: 'https://receiver.example/' });
    await fine('post', `${O}/silences`, at('/silences'), { matchers: {}, endsAt: '2100-01-01T00:00:00Z', by: 'Ann', note: '' });
    const event = { type: 'login', organisation: '129', user: 'edred', logonSource: 'Agent Desktop', licences: ['Recording', 'Own'] };
    await fine('post', '/api/v1/events', '/api/v1/events', [
      { ...event, at: '2026-11-01T09:00:00Z' },
      { ...event, user: 'b', at: '2026-11-01T10:00:00Z' },
      { ...event, type: 'logout', user: 'nobody', licences: undefined },
      { ...event, user: 'c' },
    ]);
    const csv =
      'Usage Type,Logged Date Time,Licence Type,User,Logon Source\nAcquired,2026-11-02 09:00:00,Own, d,CRM\nReleased,2026-11-02 09:00:00,Own,x,CRM\n';
    await fine('post', `${O}/import`, at('/import?dryRun=true'), csv, { 'content-type': 'text/csv' });
    const report = { dataSource: 'licence-usage', metrics: ['acquired', 'avgHeldSeconds'], dimensions: ['group', 'user'] };
    await fine('post', `${O}/reports`, at('/reports'), { ...report, from: '2026-11-01T00:00:00Z', to: '2026-11-03T00:00:00Z' });
    await fine('post', `${O}/webhooks/{webhook}/test`, at('/webhooks/ops/test'), '');
    for (const rest of [
      '',
      '/users',
      '/users/{user}',
      '/usage',
      '/sessions',
      '/anomalies',
      '/billing',
      '/alert-rules',
      '/alert-rules/{rule}',
      '/silences',
      '/webhooks',
      '/webhooks/{webhook}',
      '/webhooks/{webhook}/deliveries',
      '/licences/{licenceType}/holders',
    ])
      await fine(
        'get',
        O + rest,
        at(rest.replace('{user}', 'edred').replace('{rule}', 'any').replace('{webhook}', 'ops').replace('{licenceType}', 'Own')),
      );
    await fine('get', `${O}/records`, at(`/records?${RANGE}`));
    await fine('get', `${O}/history`, at(`/history?${RANGE}&resolution=1d`));
    const { items } = (await fine('get', `${O}/alerts`, at('/alerts'))) as Page<AlertView>;
    await fine('post', `${O}/alerts/{alert}/acknowledge`, at(`/alerts/${items[0]?.id}/acknowledge`), { by: 'Ann' });
    for (const path of ['/api/v1/organisations', '/api/v1/catalogue', '/api/v1/data-sources']) await fine('get', path, path);
    expect([...shapes].sort()).toEqual(Object.keys(ANSWERS).sort());
  });

  it('HTTP-12 says truly what shape refusals have', async () => {
    const refused = [
      await held('get', `${O}/usage`, '/api/v1/organisations/nobody/usage'),
      await held('get', `${O}/records`, '/api/v1/organisations/129/records?colour=red'),
      await held('post', '/api/v1/events', '/api/v1/events', '<', { 'content-type': 'text/xml' }),
    ];
    expect(refused.map(({ status, shape, problem }) => [status, shape, problem])).toEqual(
      [404, 400, 415].map((status) => [status, 'Problem', null]),
    );
  });
});
