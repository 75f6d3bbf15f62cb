/** History, the bill and reports over HTTP, and `highwater report`, against the real daemon. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { expect, it, onTestFinished } from 'vitest';
import type { Bill, PeakView } from '../../shared/bill.ts';
import type { Problem } from '../../shared/problems.ts';
import type { DataSource, ReportView } from '../../shared/reports.ts';
import type { Comparison, FiguresReport } from '../../shared/vendor-figures.ts';
import type { HistoryRow } from '../../shared/views.ts';
import type { WhatIf } from '../../shared/what-if.ts';
import { runCli } from '../support/cli.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';

const O = '/api/v1/organisations/129';
const DAY = 'from=2026-03-06T00:00:00Z&to=2026-03-07T00:00:00Z';

const event = (type: string, user: string, time: string, more: object = {}) => ({
  type,
  organisation: '129',
  user,
  logonSource: 'Agent Desktop',
  at: `2026-03-06T${time}Z`,
  ...more,
});

async function daemonWithHistory(): Promise<Daemon> {
  const daemon = await startDaemon();
  onTestFinished(daemon.dispose);
  const entitlements = { Recording: { concurrent: 1, contingency: 1, unitPrice: 10, contingencyPrice: 25.5 } };
  await daemon.put(O, { name: 'Northwind', timeZone: 'Europe/London', entitlements });
  await daemon.put(`${O}/users/a,b`, { group: 'North "East"' });
  const { status } = await daemon.post('/api/v1/events', [
    event('login', 'a,b', '09:00:00', { licences: ['Recording', 'Agent Calls'] }),
    event('login', 'c', '09:30:00', { licences: ['Recording'], id: 'tip' }),
    event('logout', 'c', '10:30:00'),
    event('logout', 'a,b', '11:00:00', { logonSource: 'Agent Desktop Connection Lost' }),
  ]);
  expect(status).toBe(200);
  return daemon;
}

const paths = ({ body }: { body: Problem }): (string | undefined)[] => (body.errors ?? []).map((problem) => problem.path);

it('HIST-20 history over HTTP: every bucket of the day, by start and then by type', async () => {
  const daemon = await daemonWithHistory();
  const { status, headers, body } = await daemon.get<{ items: HistoryRow[] }>(`${O}/history?${DAY}&resolution=1h`);
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
  expect(body.items).toHaveLength(48);
  expect(body.items.find((row) => row.licenceType === 'Recording' && row.start === '2026-03-06T09:00:00.000Z')).toEqual({
    start: '2026-03-06T09:00:00.000Z',
    end: '2026-03-06T10:00:00.000Z',
    licenceType: 'Recording',
    inUse: { lowest: 1, average: 1.5, highest: 2, highestAt: '2026-03-06T09:30:00.000Z', atEnd: 2 },
    concurrent: { lowest: 1, average: 1, highest: 1, highestAt: '2026-03-06T09:00:00.000Z', atEnd: 1 },
    contingency: { lowest: 0, average: 0.5, highest: 1, highestAt: '2026-03-06T09:30:00.000Z', atEnd: 1 },
    overLimit: { lowest: 0, average: 0, highest: 0, highestAt: null, atEnd: 0 },
    provisional: false,
    complete: true,
  });
  const one = await daemon.get<{ items: HistoryRow[] }>(`${O}/history?${DAY}&resolution=1d&licenceType=Recording`);
  expect(one.body.items.map((row) => row.inUse.average)).toEqual([3 / 24]);
  const whole = await daemon.get<{ items: HistoryRow[] }>(`${O}/history?from=2026-02-01T00:00:00Z&to=2026-03-31T00:00:00Z&resolution=5m`);
  expect(whole.body.items).toHaveLength(2 * 288 * 58);
  expect((await daemon.get<{ items: HistoryRow[] }>(`${O}/history?${DAY}&licenceType=Nothing`)).body).toEqual({ items: [] });
});

it('HIST-33 highwater export writes the rows of Organisation Licence Usage', async () => {
  const daemon = await daemonWithHistory();
  const range = ['--from', '2026-03-06T09:30:00Z', '--to', '2026-03-06T09:35:00Z'];
  const cli = runCli(['export', '--url', daemon.url, '--organisation', '129', '--source', 'organisation-licence-usage', ...range]);
  onTestFinished(cli.dispose);
  expect((await cli.ended()).code).toBe(0);
  expect(cli.stdout).toHaveLength(3);
  expect(cli.stdout[1]).toContain('129,Recording,2026-03-06 09:30:00,2026-03-06 09:35:00,1,1,');
});

it('HIST-21 wrong questions about history are refused with their path', async () => {
  const daemon = await daemonWithHistory();
  expect(paths(await daemon.get<Problem>(`${O}/history?${DAY}&resolution=2h&licencetype=x`))).toEqual(['resolution', 'licencetype']);
  expect(paths(await daemon.get<Problem>(`${O}/history?from=2026-03-07T00:00:00Z&to=2026-03-06T00:00:00Z`))).toEqual(['to']);
  expect(paths(await daemon.get<Problem>(`${O}/history?from=1970-01-01T00:00:00Z&to=2026-03-06T00:00:00Z`))).toEqual(['resolution']);
  expect(await daemon.get(`/api/v1/organisations/none/history?${DAY}`)).toMatchObject({
    status: 404,
    body: { code: 'unknown_organisation' },
  });
});

it('BILL-20 the bill over HTTP, with its receipt and prices', async () => {
  const daemon = await daemonWithHistory();
  const { status, body } = await daemon.get<Bill>(`${O}/billing?period=2026-03`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    period: '2026-03',
    start: '2026-03-01T00:00:00.000Z',
    end: '2026-03-31T23:00:00.000Z',
    timeZone: 'Europe/London',
    provisional: false,
  });
  expect(body.licences.find((row) => row.licenceType === 'Recording')).toMatchObject({
    licenceType: 'Recording',
    highWaterMark: {
      instant: { value: 2, at: '2026-03-06T09:30:00.000Z' },
      'sustained:30m': { value: 2 },
      'steady:15m': { value: 2 },
      'sample:5m': { value: 2 },
      p95: { value: 0 },
    },
    contingencyMaxUsed: { value: 1, at: '2026-03-06T09:30:00.000Z' },
    secondsAtOrAbove: [
      { level: 1, seconds: 7200 },
      { level: 2, seconds: 3600 },
    ],
    receipt: {
      at: '2026-03-06T09:30:00.000Z',
      value: 2,
      heldForSeconds: 3600,
      tippedBy: { user: 'c', device: 'desktop', eventId: 'tip' },
      holders: [
        { user: 'a,b', since: '2026-03-06T09:00:00.000Z', devices: ['desktop'] },
        { user: 'c', since: '2026-03-06T09:30:00.000Z', devices: ['desktop'] },
      ],
    },
    unitPrice: 10,
    contingencyPrice: 25.5,
    price: { concurrent: 10, contingency: 25.5, total: 35.5, concurrentLicences: 1, contingencyLicences: 1 },
  });
  const periods = await daemon.get<{ items: Bill[] }>(`${O}/billing/periods`);
  expect(periods.body.items.at(-1)?.period).toBe('2026-03');
  expect((await daemon.get<Bill>(`${O}/billing`)).body.provisional).toBe(true);
  for (const period of ['2026-13', 'March', '9999-01'])
    expect(paths(await daemon.get<Problem>(`${O}/billing?period=${period}`))).toEqual(['period']);
  expect((await daemon.get('/api/v1/organisations/none/billing?period=2026-03')).status).toBe(404);
});

it('REPORT-20 data sources describe their fields, metrics and dimensions', async () => {
  const daemon = await daemonWithHistory();
  const { dataSources } = (await daemon.get<{ dataSources: DataSource[] }>('/api/v1/data-sources')).body;
  expect(dataSources.map(({ id }) => id)).toEqual(['licence-usage', 'organisation-licence-usage']);
  const [usage, levels] = dataSources as [DataSource, DataSource];
  expect(usage.metrics.map(({ id }) => id).join(' ')).toBe(
    'acquired released logins distinctUsers distinctDevices heldSeconds avgHeldSeconds longestHeldSeconds contingencyAcquired connectionsLost forcedLogOffs',
  );
  expect(new Set(usage.dimensions.map(({ id }) => id))).toEqual(
    new Set('licenceType user group userType logonSource device pool date hourOfDay dayOfWeek month billingPeriod'.split(' ')),
  );
  expect(levels.metrics.map(({ id }) => id).join(' ')).toBe(
    'avgConcurrent highestConcurrent lowestConcurrent avgContingent highestContingent lowestContingent',
  );
  for (const { fields, dimensions } of dataSources) {
    for (const field of fields)
      expect(field).toMatchObject({ name: expect.any(String), meaning: expect.any(String), type: expect.any(String) });
    expect(fields.filter((field) => field.dimension).map(({ id }) => id)).toEqual(dimensions.map(({ id }) => id));
  }
});

it('REPORT-21 reports over HTTP, as JSON and as CSV', async () => {
  const daemon = await daemonWithHistory();
  const range = { from: '2026-03-06T00:00:00Z', to: '2026-03-07T00:00:00Z' };
  const question = {
    dataSource: 'licence-usage',
    metrics: ['acquired', 'logins', 'heldSeconds', 'connectionsLost'],
    dimensions: ['user', 'group'],
    ...range,
  };
  const { status, body } = await daemon.post<ReportView>(`${O}/reports`, { ...question, filters: [] });
  expect(status).toBe(200);
  expect(body.columns.map(({ id, kind }) => [id, kind])).toEqual([
    ['user', 'dimension'],
    ['group', 'dimension'],
    ['acquired', 'metric'],
    ['logins', 'metric'],
    ['heldSeconds', 'metric'],
    ['connectionsLost', 'metric'],
  ]);
  expect(body.rows).toEqual([
    ['a,b', 'North "East"', 2, 1, 14_400, 1],
    ['c', null, 1, 1, 3600, 0],
  ]);
  expect(body.totals).toEqual({ acquired: 3, logins: 2, heldSeconds: 18_000, connectionsLost: 1 });
  const csv = await daemon.post<string>(`${O}/reports`, { ...question, filters: [{ field: 'user', in: ['a,b'] }] }, { accept: 'text/csv' });
  expect(csv.headers.get('content-type')).toContain('text/csv');
  expect(csv.body).toBe('User,Group,Acquired,Logins,Held Seconds,Connections Lost\r\n"a,b","North ""East""",2,1,14400,1\r\n');
  const accept = 'application/x-ndjson';
  const lines = await daemon.post<string>(`${O}/reports`, question, { accept });
  expect(lines.headers.get('content-type')).toBe(accept);
  expect(
    lines.body
      .trimEnd()
      .split('\n')
      .slice(-3)
      .map((line) => JSON.parse(line)),
  ).toEqual([...body.rows, { totals: body.totals }]);
  const whatIf = await daemon.post<string>(`${O}/what-if`, { from: range.from, to: range.to }, { accept });
  expect(JSON.parse(whatIf.body.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ whatIf: { billingPeriods: 1 } });
  const levels = await daemon.post<ReportView>(`${O}/reports`, {
    dataSource: 'organisation-licence-usage',
    metrics: ['avgConcurrent', 'highestContingent'],
    dimensions: ['licenceType'],
    ...range,
  });
  expect(levels.body.rows).toEqual([
    ['Agent Calls', 2 / 24, 0],
    ['Recording', 2 / 24, 1],
  ]);
});

it('REPORT-22 what a data source does not know is refused with its path', async () => {
  const daemon = await daemonWithHistory();
  const ask = (body: object) => daemon.post<Problem>(`${O}/reports`, body);
  const wrong = await ask({
    dataSource: 'licence-usage',
    metrics: ['acquired', 'avgConcurrent', 'acquired'],
    dimensions: ['colour'],
    filters: [{ field: 'inUse', in: [1] }],
    from: '2026-03-07T00:00:00Z',
    to: '2026-03-06T00:00:00Z',
  });
  expect([wrong.status, wrong.body.code, paths(wrong)]).toEqual([
    400,
    'invalid_body',
    ['metrics.1', 'metrics.2', 'dimensions.0', 'filters.0.field', 'to'],
  ]);
  expect(paths(await ask({ dataSource: 'nothing', metrics: ['acquired'] }))).toEqual(['dataSource']);
  expect(paths(await ask({ dataSource: 'licence-usage' }))).toEqual(['metrics']);
  expect(paths(await ask({ dataSource: 'licence-usage', metrics: ['acquired'], filters: [{ field: 'user', in: [] }] }))).toEqual([
    'filters.0.in',
  ]);
  const several = {
    dataSource: 'licence-usage',
    metrics: ['avgConcurrent'],
    dimensions: ['x'],
    filters: [{ field: 'seq', in: [] }],
    more: 1,
  };
  expect(paths(await ask(several))).toEqual(['filters.0.in', 'more', 'metrics.0', 'dimensions.0', 'filters.0.field']);
  const unknown = await daemon.post('/api/v1/organisations/none/reports', { dataSource: 'licence-usage', metrics: ['acquired'] });
  expect(unknown).toMatchObject({ status: 404, body: { code: 'unknown_organisation' } });
});

it('REPORT-23 highwater report prints a table, JSON or CSV, and says what was wrong', async () => {
  const daemon = await daemonWithHistory();
  const report = (...flags: string[]) => {
    const run = runCli(['report', '--url', daemon.url, '--organisation', '129', ...flags]);
    onTestFinished(run.dispose);
    return run;
  };
  const range = ['--from', '2026-03-06T00:00:00Z', '--to', '2026-03-07T00:00:00Z'];
  const table = report('--data-source', 'licence-usage', '--metric', 'acquired', '--dimension', 'user', ...range);
  expect((await table.ended()).code).toBe(0);
  expect(table.stdout).toEqual([
    '2026-03-06T00:00:00.000Z to 2026-03-07T00:00:00.000Z (Europe/London)',
    '',
    'User   Acquired',
    '-----  --------',
    'a,b           2',
    'c             1',
    '-----  --------',
    'Total         3',
  ]);
  const json = report('--json', '--filter', 'licenceType=Recording', ...range);
  expect((await json.ended()).code).toBe(0);
  expect((JSON.parse(json.stdout.join('')) as ReportView).rows).toEqual([['Recording', 2 / 24, 1, 0, 1 / 24, 1, 0]]);
  const csv = report('--csv', '--metric', 'highestConcurrent', ...range);
  expect((await csv.ended()).code).toBe(0);
  expect(csv.stdout[0]).toBe('Licence Type,Highest Concurrent Licences');
  const directory = tempDir();
  onTestFinished(directory.remove);
  const file = join(directory.path, 'report.xlsx');
  expect((await report('--format', 'xlsx', '--output', file, '--metric', 'highestConcurrent', ...range).ended()).code).toBe(0);
  expect(strFromU8(unzipSync(readFileSync(file))['xl/worksheets/sheet1.xml'] as Uint8Array)).toContain(
    '<t xml:space="preserve">Recording</t>',
  );
  const wrong = report('--metric', 'nothing', ...range);
  expect((await wrong.ended()).code).toBe(1);
  expect(wrong.stderr.join('\n')).toContain('"nothing" is not a metric');
  expect((await report('--data-source', 'nothing').ended()).code).toBe(2);
});

it('BILL-21 the peak of any stretch over HTTP', async () => {
  const daemon = await daemonWithHistory();
  const { status, body } = await daemon.get<PeakView>(`${O}/peak?licenceType=Recording&${DAY}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ licenceType: 'Recording', provisional: false });
  expect(body.receipt).toMatchObject({
    at: '2026-03-06T09:30:00.000Z',
    value: 2,
    heldForSeconds: 3600,
    tippedBy: { user: 'c', eventId: 'tip' },
  });
  expect(body.receipt.holders.map(({ user }) => user)).toEqual(['a,b', 'c']);
  expect(paths(await daemon.get<Problem>(`${O}/peak?from=2026-03-06T00:00:00Z`))).toEqual(['licenceType', 'to']);
  const future = 'from=2999-01-01T00:00:00Z&to=2999-01-02T00:00:00Z';
  expect(paths(await daemon.get<Problem>(`${O}/peak?licenceType=Recording&${future}`))).toEqual(['from']);
});

it('HTTP-36 records by `format`, for a link that a browser follows', async () => {
  const daemon = await daemonWithHistory();
  for (const [format, type] of [
    ['csv', 'text/csv'],
    ['ndjson', 'application/x-ndjson'],
    ['json', 'application/json'],
    ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ]) {
    const response = await fetch(`${daemon.url}${O}/records?${DAY}&format=${format}`, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(response.headers.get('content-type')).toContain(type);
    expect((await response.text()).split('\n').length).toBeGreaterThan(format === 'json' ? 0 : 5);
  }
  expect(paths(await daemon.get<Problem>(`${O}/records?format=xml`))).toEqual(['format']);
});

it('WHATIF-21 what if over HTTP: other sizes for a month that was', async () => {
  const daemon = await daemonWithHistory();
  const sizes = { Recording: { concurrent: 2, contingency: 0 } };
  const { status, body } = await daemon.post<WhatIf>(`${O}/what-if`, { period: '2026-03', sizes });
  expect(status).toBe(200);
  expect(body.licences.find((row) => row.licenceType === 'Recording')).toMatchObject({
    asIs: { secondsInContingency: 3600, loginsInContingency: 1 },
    secondsInContingency: 0,
    price: 20,
    cheapest: { concurrent: 2, contingency: 0, price: 20, proven: true },
  });
  expect(paths(await daemon.post<Problem>(`${O}/what-if`, { period: '9999-01' }))).toEqual(['period']);
  expect((await daemon.post('/api/v1/organisations/none/what-if', {})).status).toBe(404);
});

it('FIGURE-25 highwater compare prints what became of a file and where it differs, or JSON', async () => {
  const daemon = await daemonWithHistory();
  const directory = await mkdtemp(join(tmpdir(), 'highwater-figures-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'figures.csv');
  await writeFile(file, 'Date,Licence Type,Peak\n2026-03-06,Recording,3\n2026-03-06,Agent Calls,1\n06/03/2026,Recording,2\n');
  const compare = async (...more: string[]) => {
    const cli = runCli(['compare', file, '--url', daemon.url, '--organisation', '129', '--source', 'acme', ...more]);
    onTestFinished(cli.dispose);
    return { ...(await cli.ended()), text: cli.stdout.join('\n') };
  };
  const printed = await compare();
  expect(printed.code).toBe(0);
  expect(printed.text).toContain('3 rows, 1 refused: 2 figures are new, 0 changed, 0 as they were.');
  expect(printed.text).toContain('    2026-03-06  3 (+1)  No rule that is known here makes 3 of this day (2 at most at any moment).');
  const { report, comparisons } = JSON.parse((await compare('--json')).text) as { report: FiguresReport; comparisons: Comparison[] };
  expect([report.unchanged, comparisons.map(({ period, source }) => [period, source])]).toEqual([2, [['2026-03', 'acme']]]);
  expect((await compare('--date-order', 'XYZ')).code).toBe(2);
});

it('WHATIF-22 highwater what-if prints a table with a suggestion, or JSON', async () => {
  const daemon = await daemonWithHistory();
  const whatIf = async (...flags: string[]) => {
    const run = runCli(['what-if', '--url', daemon.url, '--organisation', '129', '--period', '2026-03', ...flags]);
    onTestFinished(run.dispose);
    const { code } = await run.ended();
    return { code, text: run.stdout.join('\n') };
  };
  const table = await whatIf('--size', 'Recording=2');
  expect(table.code).toBe(0);
  expect(table.text).toMatch(/^Recording +2 +2\+0 +0\.0 +0\.0 +20 +2\+0 +20$/m);
  expect(table.text).toContain('2 Recording licences with 0 of contingency cost least (20), if what comes is like the range');
  expect((JSON.parse((await whatIf('--json')).text) as WhatIf).licences).toHaveLength(2);
  expect((await whatIf('--size', 'Recording')).code).toBe(2);
});
