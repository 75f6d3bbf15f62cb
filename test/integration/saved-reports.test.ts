/** Saved reports over HTTP: kept, made, written to a file at a set time, and told to a webhook. */
import { expect, it, onTestFinished } from 'vitest';
import type { Problem } from '../../shared/problems.ts';
import type { ReportView } from '../../shared/reports.ts';
import type { ReportRunView, SavedReportView } from '../../shared/saved-reports.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { runCli } from '../support/cli.ts';
import { startReceiver } from '../support/receiver.ts';
import { tempDir } from '../support/temp-dir.ts';

const O = '/api/v1/organisations/129';
const BODY = {
  name: 'Who was there',
  report: {
    dataSource: 'licence-usage',
    metrics: ['acquired'],
    dimensions: ['user'],
    filters: [{ field: 'licenceType', in: ['Recording'] }],
  },
  range: 'today',
  format: 'csv',
};

async function appWithReports(): Promise<TestApp> {
  const directory = tempDir();
  onTestFinished(directory.remove);
  const config = `{webhooks: {allowTargets: ["127.0.0.1/32"]}, reports: {directory: ${JSON.stringify(directory.path)}}}`;
  const app = await startApp(onTestFinished, { config });
  await app.put(O, { name: 'Northwind', timeZone: 'Europe/London', entitlements: {} });
  const login = (user: string) => ({ type: 'login', organisation: '129', user, logonSource: 'Agent Desktop', licences: ['Recording'] });
  expect((await app.post('/api/v1/events', [login('a'), login('=b')])).status).toBe(200);
  return app;
}

it('SAVED-20 a saved report is put, listed, read, made and removed', async () => {
  const app = await appWithReports();
  const put = await app.put<SavedReportView>(`${O}/saved-reports/who`, BODY);
  expect([put.status, put.body]).toMatchObject([
    200,
    { id: 'who', name: 'Who was there', range: 'today', schedule: null, nextRunAt: null, keep: 30 },
  ]);
  expect((await app.put(`${O}/saved-reports/who`, put.body)).status).toBe(200);
  expect((await app.get<{ items: SavedReportView[] }>(`${O}/saved-reports`)).body.items).toEqual([put.body]);
  const made = await app.post<ReportView>(`${O}/saved-reports/who/run`, {});
  expect([made.status, made.body.rows, made.body.totals]).toEqual([
    200,
    [
      ['=b', 1],
      ['a', 1],
    ],
    { acquired: 2 },
  ]);
  expect((await app.post(`${O}/saved-reports/who/run?format=csv`, {})).body).toBe("User,Acquired\r\n'=b,1\r\na,1\r\n");
  const cli = runCli(['report', '--url', app.url, '--organisation', '129', '--saved', 'who', '--csv']);
  onTestFinished(cli.dispose);
  expect([(await cli.ended()).code, cli.stdout]).toEqual([0, ['User,Acquired', "'=b,1", 'a,1']]);
  const daily = await app.put<SavedReportView>(`${O}/saved-reports/daily`, { ...BODY, schedule: { every: 'day', at: '06:00' } });
  expect(Date.parse(daily.body.nextRunAt ?? '')).toBeGreaterThan(Date.now());
  expect((await app.del(`${O}/saved-reports/who`)).status).toBe(204);
  expect((await app.get<Problem>(`${O}/saved-reports/who`)).body.code).toBe('unknown_saved_report');
  expect((await app.del(`${O}/saved-reports/who`)).status).toBe(404);
});

it('SAVED-21 what is wrong with one is refused with its path, and nothing changes', async () => {
  const app = await appWithReports();
  const paths = async (body: unknown) => {
    const { status, body: problem } = await app.put<Problem>(`${O}/saved-reports/x`, body);
    expect(status).toBe(400);
    return (problem.errors ?? []).map(({ path }) => path).sort();
  };
  expect(await paths({ ...BODY, report: { ...BODY.report, metrics: ['nothing'], from: '2026-01-01T00:00:00Z' } })).toContain('report.from');
  expect(await paths({ ...BODY, report: { ...BODY.report, metrics: ['nothing'] } })).toEqual(['report.metrics.0']);
  expect(await paths({ ...BODY, range: 'tomorrow' })).toEqual(['range']);
  expect(await paths({ ...BODY, range: { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' } })).toEqual(['range.to']);
  expect(await paths({ ...BODY, schedule: { every: 'day', at: '24:00' } })).toEqual(['schedule.at']);
  expect(await paths({ ...BODY, schedule: { every: 'day', at: '06:00', on: 'mon' } })).toEqual(['schedule.on']);
  expect(await paths({ ...BODY, webhookId: 'nobody', keep: 0 })).toContain('keep');
  expect(await paths({ ...BODY, webhookId: 'nobody' })).toEqual(['webhookId']);
  expect(await paths({ ...BODY, id: 'y' })).toEqual(['id']);
  expect((await app.get<{ items: unknown[] }>(`${O}/saved-reports`)).body.items).toEqual([]);
  expect((await app.put(`/api/v1/organisations/none/saved-reports/x`, BODY)).status).toBe(404);
});

it('SAVED-22 delivered: a file that can be had, an entry among its runs, and a message with the first rows', async () => {
  const app = await appWithReports();
  const receiver = await startReceiver(onTestFinished);
  await app.put(`${O}/webhooks/ops`, { url: receiver.url, format: 'standard' });
  await app.put(`${O}/saved-reports/who`, { ...BODY, webhookId: 'ops' });
  const begun = await app.post<ReportRunView>(`${O}/saved-reports/who/run?deliver=true`, {});
  expect([begun.status, begun.body]).toMatchObject([202, { run: 1, status: 'pending', trigger: 'request' }]);
  const [message] = await receiver.waitFor(1, ({ body }) => body.type === 'report.ready');
  const { items } = (await app.get<{ items: ReportRunView[] }>(`${O}/saved-reports/who/runs`)).body;
  expect(items).toMatchObject([{ run: 1, status: 'done', rows: 2, error: null }]);
  const { file } = items[0] as ReportRunView;
  expect(message?.body.data).toMatchObject({
    report: 'who',
    name: 'Who was there',
    run: 1,
    file,
    rowCount: 2,
    rows: [
      ['=b', 1],
      ['a', 1],
    ],
  });
  const download = await app.get<string>(file ?? '');
  expect([download.status, download.headers.get('content-type'), download.body]).toEqual([
    200,
    'text/csv',
    "User,Acquired\r\n'=b,1\r\na,1\r\n",
  ]);
  expect((await app.get(`${O}/saved-reports/who/runs/2/file`)).status).toBe(404);
  expect((await app.del(`${O}/saved-reports/who`)).status).toBe(204);
  expect((await app.get(file ?? '')).status).toBe(404);
});
