/** Ranges that nobody means: each is an answer of a bounded size or a refusal with its path, and never a failure. */
import { expect, it, onTestFinished } from 'vitest';
import type { Problem } from '../../shared/problems.ts';
import { startApp } from '../support/app.ts';

const O = '/api/v1/organisations/129';
const INSTANTS = [
  '0001-01-01T00:00:00Z',
  '1969-12-31T23:59:59.999Z',
  // Both changes of the clocks.
  '2026-03-29T00:59:59.999Z',
  '2026-03-29T02:30:00+01:00',
  '2026-10-25T01:30:00Z',
  '9999-12-31T23:59:59Z',
];
const BAD = [
  '0000-12-31T23:59:59Z',
  '9999-12-31T23:59:59-23:59',
  '2026-02-30T00:00:00Z',
  '2026-01-01',
  '2026-01-01T00:00:00',
  '-271821-04-20T00:00:00Z',
  '1e99',
  'NaN',
  '2026-13-01T00:00:00Z',
];

it('HIST-22 REPORT-8 whatever the range, the answer is bounded or a refusal that names the field', async () => {
  const app = await startApp(onTestFinished);
  await app.put(O, { name: 'Northwind', timeZone: 'Europe/London', entitlements: {} });
  const login = { type: 'login', organisation: '129', user: 'a', logonSource: 'Agent Desktop', licences: ['Recording'] };
  await app.post('/api/v1/events', [login, { ...login, user: 'b', at: '2026-03-29T00:59:59.999Z' }]);
  const pages = [
    'records',
    'anomalies',
    'organisation-licence-usage',
    'levels?points=7',
    'peak?licenceType=Recording',
    'history?resolution=5m',
    'history?resolution=1d',
    'history?resolution=billing',
  ];
  const ask = async (path: string, from: string, to: string) => {
    const query = new URLSearchParams({ from, to });
    return app.get<Problem>(`${O}/${path}${path.includes('?') ? '&' : '?'}${query}`);
  };
  const report = (dataSource: string, from: string, to: string) =>
    app.post<Problem>(`${O}/reports`, {
      dataSource,
      metrics: [dataSource === 'licence-usage' ? 'acquired' : 'avgConcurrent'],
      dimensions: ['month'],
      from,
      to,
    });
  for (const from of INSTANTS) {
    for (const to of INSTANTS) {
      const reversed = Date.parse(from) > Date.parse(to);
      for (const path of pages) {
        const { status, body } = await ask(path, from, to);
        const where = `${path} ${from} ${to}: ${JSON.stringify(body).slice(0, 200)}`;
        expect([200, 400], where).toContain(status);
        if (reversed) expect(status, where).toBe(400);
        if (status === 400) expect(body.errors?.length, where).toBeGreaterThan(0);
      }
      const asked = await app.post<Problem>(`${O}/what-if`, { from, to });
      expect([200, 400], `what-if ${from} ${to}`).toContain(asked.status);
      if (Date.parse(to) - Date.parse(from) > 110 * 365 * 86_400_000) expect(asked.body.errors?.[0]?.path).toBe('from');
      for (const source of ['licence-usage', 'organisation-licence-usage']) {
        const { status, body } = await report(source, from, to);
        expect([200, 400, 413], `${source} ${from} ${to} ${JSON.stringify(body).slice(0, 200)}`).toContain(status);
        if (reversed) expect(status).toBe(400);
      }
    }
  }
  for (const bad of BAD) {
    for (const path of pages) {
      const { status, body } = await ask(path, bad, INSTANTS[4] as string);
      expect([status, body.errors?.map((problem) => problem.path)], `${path} ${bad}`).toEqual([400, ['from']]);
    }
    expect((await report('licence-usage', bad, INSTANTS[4] as string)).status).toBe(400);
  }
}, 120_000);
