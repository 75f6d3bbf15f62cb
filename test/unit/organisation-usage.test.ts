import { describe, expect, it, onTestFinished } from 'vitest';
import type { Problem } from '../../shared/problems.ts';
import type { HistoryRow, OrganisationUsageRow } from '../../shared/views.ts';
import type { Answer } from '../support/api.ts';
import { startApp } from '../support/app.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { centres, play } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

async function rowsOf(books: TestBooks, from: number, to: number, more: object = {}): Promise<OrganisationUsageRow[]> {
  const rows: OrganisationUsageRow[] = [];
  const reports = books.pipeline.committed.reports(ORGANISATION);
  for await (const list of reports?.organisationUsage({ from, to, limit: Infinity, ...more }) ?? []) rows.push(...list);
  return rows;
}

async function historyOf(books: TestBooks, from: number, to: number): Promise<HistoryRow[]> {
  const rows: HistoryRow[] = [];
  for await (const list of books.pipeline.committed.reports(ORGANISATION)?.history({ from, to, resolution: '5m' }) ?? [])
    rows.push(...list);
  return rows;
}

describe('Organisation Licence Usage', () => {
  property(
    "HIST-30 the rows are history's figures at the end of every five minutes, days with a change of clocks too",
    12,
    centres,
    async (centre) => {
      const { scene } = centre;
      const books = await openTestBooks(centre.live ? scene.start : scene.end);
      await play(books, centre);
      await books.passTo(scene.end + HOUR);
      const [from, to] = [scene.start - HOUR, scene.end + 30 * MINUTE];
      const byKey = new Map((await historyOf(books, from, to)).map((row) => [`${row.start} ${row.end} ${row.licenceType}`, row]));
      const rows = await rowsOf(books, from, to);
      const said = rows.map(({ organisationId: _, totalConcurrentCount, totalContingencyCount, totalOverLimitCount, ...rest }) => [
        [totalConcurrentCount, totalContingencyCount, totalOverLimitCount],
        rest,
      ]);
      const expected = rows.map(({ startDateTime, endDateTime, licenceType, provisional, complete }) => {
        const known = byKey.get(`${startDateTime} ${endDateTime} ${licenceType}`);
        const counts = [known?.concurrent.atEnd ?? 0, known?.contingency.atEnd ?? 0, known?.overLimit.atEnd ?? 0];
        const flags = { provisional: known?.provisional ?? provisional, complete: known?.complete ?? complete };
        return [counts, { licenceType, startDateTime, endDateTime, ...flags }];
      });
      expect(said).toEqual(expected);
      expect(rows.filter((row) => byKey.has(`${row.startDateTime} ${row.endDateTime} ${row.licenceType}`))).toHaveLength(byKey.size);
    },
  );

  it('HIST-31 a row is there once its five minutes are over, also of a type that nobody uses', async () => {
    const start = Date.parse('2026-03-06T09:00:00Z');
    const books = await openTestBooks(start);
    await books.settings({ timeZone: 'Europe/London', entitlements: { 'Agent SMS': { concurrent: 1, contingency: 0 } } });
    await books.send({ user: 'a', licences: ['Recording'], at: start + MINUTE });
    await books.send({ user: 'b', licences: ['Recording'], at: start + 2 * MINUTE });
    await books.passTo(start + 4 * MINUTE);
    await books.send({ type: 'logout', user: 'b', at: start + 4 * MINUTE });
    expect(await rowsOf(books, start, start + HOUR)).toEqual([]);
    await books.passTo(start + 5 * MINUTE);
    await books.send({ type: 'logout', user: 'a', at: start + 5 * MINUTE });
    const row = { organisationId: ORGANISATION, startDateTime: '2026-03-06T09:00:00.000Z', endDateTime: '2026-03-06T09:05:00.000Z' };
    const counts = { totalConcurrentCount: 0, totalContingencyCount: 0, totalOverLimitCount: 0, provisional: false, complete: true };
    // The logout at the very end belongs to the next five minutes; b's spike is not seen.
    expect(await rowsOf(books, start, start + HOUR)).toEqual([
      { ...row, licenceType: 'Recording', ...counts, totalConcurrentCount: 1 },
      { ...row, licenceType: 'Agent SMS', ...counts },
    ]);
  });

  it('HIST-32 the hour that a change of clocks repeats has its rows twice, the one that it skips none', async () => {
    const books = await openTestBooks(Date.parse('2026-10-26T00:00:00Z'));
    await books.settings({ timeZone: 'Europe/London' });
    await books.send({ user: 'a', licences: ['Recording'], at: Date.parse('2026-03-01T00:00:00Z') });
    const of = (from: string, to: string) => rowsOf(books, Date.parse(from), Date.parse(to));
    expect(await of('2026-10-24T23:00:00Z', '2026-10-26T00:00:00Z')).toHaveLength(25 * 12);
    expect(await of('2026-03-29T00:00:00Z', '2026-03-29T23:00:00Z')).toHaveLength(23 * 12);
  });

  it('HIST-33 over HTTP: pages of JSON, or all of it as CSV and NDJSON', async () => {
    const app = await startApp(onTestFinished);
    const O = '/api/v1/organisations/129';
    await app.put(O, { timeZone: 'Europe/London', entitlements: { Recording: { concurrent: 1, contingency: 5 } } });
    const login = (user: string, at: string) => ({
      type: 'login',
      organisation: '129',
      user,
      logonSource: 'Agent Desktop',
      licences: ['Recording', 'Agent SMS'],
      at,
    });
    await app.post('/api/v1/events', [login('a', '2026-07-06T09:00:00Z'), login('b', '2026-07-06T09:06:00Z')]);
    const path = `${O}/organisation-licence-usage?from=2026-07-06T09:00:00Z&to=2026-07-06T09:10:00Z`;
    const csv = await app.get<string>(path, { accept: 'text/csv' });
    expect(csv.headers.get('content-disposition')).toContain('organisation-licence-usage.csv');
    expect(csv.body.split('\r\n')).toEqual([
      'Organisation ID,Licence Type,Start Date Time,End Date Time,Total Concurrent Count,Total Contingency Count,Start (UTC),End (UTC),Total Over Limit Count,Provisional,Complete',
      '129,Recording,2026-07-06 10:00:00,2026-07-06 10:05:00,1,0,2026-07-06T09:00:00.000Z,2026-07-06T09:05:00.000Z,0,false,true',
      '129,Agent SMS,2026-07-06 10:00:00,2026-07-06 10:05:00,1,0,2026-07-06T09:00:00.000Z,2026-07-06T09:05:00.000Z,0,false,true',
      '129,Recording,2026-07-06 10:05:00,2026-07-06 10:10:00,1,1,2026-07-06T09:05:00.000Z,2026-07-06T09:10:00.000Z,0,false,true',
      '129,Agent SMS,2026-07-06 10:05:00,2026-07-06 10:10:00,2,0,2026-07-06T09:05:00.000Z,2026-07-06T09:10:00.000Z,0,false,true',
      '',
    ]);
    const lines = (await app.get<string>(`${path}&format=ndjson`)).body.trim().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as OrganisationUsageRow);
    const paged: OrganisationUsageRow[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Answer<{ items: OrganisationUsageRow[]; nextCursor: string | null }> = await app.get(`${path}&limit=3&cursor=${cursor}`);
      paged.push(...page.body.items);
      cursor = page.body.nextCursor;
    }
    expect(paged).toEqual(rows);
    expect((await app.get<string>(`${path}&licenceType=Recording&limit=1`, { accept: 'text/csv' })).body.split('\r\n')).toHaveLength(3);
    for (const bad of ['cursor=x', 'limit=0', 'from=2026-07-07T00:00:00Z', 'format=xml', 'user=a'])
      expect((await app.get(`${O}/organisation-licence-usage?to=2026-07-06T09:00:00Z&${bad}`)).status, bad).toBe(400);
    expect((await app.get('/api/v1/organisations/none/organisation-licence-usage')).status).toBe(404);
  });

  it('HIST-34 a range of more rows than anyone means is refused by its name', async () => {
    const app = await startApp(onTestFinished);
    await app.put('/api/v1/organisations/129', { name: 'Northwind' });
    for (const format of ['', '&format=csv']) {
      const { status, body } = await app.get<Problem>(
        `/api/v1/organisations/129/organisation-licence-usage?from=1990-01-01T00:00:00Z${format}`,
      );
      expect([status, body.errors?.map(({ path }) => path)]).toEqual([400, ['from']]);
    }
  });
});
