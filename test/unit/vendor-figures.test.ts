import { describe, expect, it, onTestFinished } from 'vitest';
import type { Comparison, FiguresReport, VendorFigure } from '../../shared/vendor-figures.ts';
import type { Page } from '../../shared/views.ts';
import { type Answer, api } from '../support/api.ts';
import { startApp } from '../support/app.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { marksOf } from '../support/naive-bill.ts';
import { figuresOf, standsOf, stepsOf } from '../support/naive-levels.ts';
import { bucketLabels, changesOf } from '../support/naive-local-time.ts';
import { centres, play, SCENES } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const O = '/api/v1/organisations/129';

const compare = async (books: TestBooks, period: string, source: string | null): Promise<Comparison> =>
  (await books.pipeline.committed.reports(ORGANISATION)?.compare(period, source)) as Comparison;

const edgesOf = new Map(
  SCENES.map(({ name, timeZone, billingPeriodStartDay, start, end }) => {
    const labels = bucketLabels(timeZone, billingPeriodStartDay);
    const days = changesOf(labels['1d'], start - 3 * DAY, end + 3 * DAY, HOUR);
    return [name, { days, labels, samples: changesOf(labels['5m'], start - HOUR, end + HOUR, 30_000) }];
  }),
);

describe('a vendor figures beside ours', () => {
  property(
    'FIGURE-1 ours of every day are the billing rules over a plain walk through that day, changes of clocks included',
    15,
    centres,
    async (centre) => {
      const { scene } = centre;
      const books = await openTestBooks(centre.live ? scene.start : scene.end);
      const { records } = await play(books, centre);
      const now = books.clock.now();
      const { days, labels, samples } = edgesOf.get(scene.name) ?? { days: [], samples: [], labels: bucketLabels('UTC', 1) };
      const periods = new Set(days.filter((day) => day <= now).map((day) => labels.billing(day)));
      const compared = (await Promise.all([...periods].map((period) => compare(books, period, null)))).flatMap((each) => each.days);
      for (const [index, start] of days.slice(0, -1).entries()) {
        const end = days[index + 1] as number;
        if (start > now) continue;
        for (const type of new Set(records.map((record) => record.type))) {
          const stands = standsOf(stepsOf(records, type), 'inUse', start, end, now);
          const marks = marksOf(
            stands,
            [...samples, end].filter((at) => at > start && at <= end && at <= now),
          );
          const ours = {
            instant: figuresOf(stands).highest,
            'sustained:30m': marks.sustained,
            'steady:15m': marks.steady,
            'sample:5m': marks.sample,
            p95: marks.p95,
          };
          const row = compared.find((each) => each.licenceType === type && each.start === new Date(start).toISOString());
          if (ours.instant === 0) expect(row).toBeUndefined();
          else
            expect({ date: row?.date, end: row?.end, ours: row?.ours }).toEqual({
              date: labels['1d'](start),
              end: new Date(end).toISOString(),
              ours,
            });
        }
      }
    },
  );

  it('FIGURE-2 each difference has its likely cause: a month by hand, in summer time, with forgotten deskphones', async () => {
    const books = await openTestBooks(Date.parse('2026-07-20T00:00:00Z'));
    await books.settings({ timeZone: 'Europe/Berlin' });
    const login = (user: string, at: string, device = 'desktop') => ({ user, device, licences: ['Recording'], at: Date.parse(at) });
    const logout = (user: string, at: string, device = 'desktop') => ({ type: 'logout' as const, user, device, at: Date.parse(at) });
    await books.send(
      // 1 July: two users on three devices for an hour, and a third user from 10:01 to 10:03.
      login('a', '2026-07-01T08:00:00Z', 'deskphone'),
      login('a', '2026-07-01T08:00:00Z'),
      login('b', '2026-07-01T08:00:00Z'),
      login('c', '2026-07-01T08:01:00Z'),
      logout('c', '2026-07-01T08:03:00Z'),
      logout('a', '2026-07-01T09:00:00Z'),
      logout('a', '2026-07-01T09:00:00Z', 'deskphone'),
      logout('b', '2026-07-01T09:00:00Z'),
      // 2 July: one user on two devices.
      login('a', '2026-07-02T08:00:00Z'),
      login('a', '2026-07-02T08:00:00Z', 'deskphone'),
      logout('a', '2026-07-02T09:00:00Z'),
      logout('a', '2026-07-02T09:00:00Z', 'deskphone'),
      // 3 July, from 00:30 to 01:30 in Berlin: 2 July in UTC, and partly in standard time (UTC+1).
      ...['a', 'b', 'c', 'd', 'e'].map((user) => login(user, '2026-07-02T22:30:00Z')),
      ...['a', 'b', 'c', 'd', 'e'].map((user) => logout(user, '2026-07-02T23:30:00Z')),
    );
    const given = [
      ['2026-07-01', 2],
      ['2026-07-02', 2],
      ['2026-07-03', 5],
      ['2026-07-04', 7],
    ] as const;
    const figures = given.map(([date, value]) => ({
      date,
      licenceType: 'Recording',
      value,
      kind: 'day' as const,
      contingency: null,
      rows: 1,
    }));
    await books.pipeline.putFigures(ORGANISATION, 'acme', figures);
    const { days, licences } = await compare(books, '2026-07', 'acme');
    expect(days.map(({ date, theirs, ours, cause }) => [date, theirs, ours.instant, cause])).toEqual([
      ['2026-07-01', 2, 3, 'sampled'],
      ['2026-07-02', 2, 1, 'devices'],
      ['2026-07-03', 5, 5, 'none'],
      ['2026-07-04', 7, 0, 'unknown'],
    ]);
    expect(days[0]?.explanation).toBe('Sampled every five minutes: 2 in the samples, 3 at most at any moment in between.');
    expect(licences).toMatchObject([
      { licenceType: 'Recording', theirs: 7, daysGiven: 4, ours: { instant: 5 }, difference: { instant: 2 } },
    ]);

    const utc = [{ ...figures[0], date: '2026-07-02', value: 5 }] as typeof figures;
    await books.pipeline.putFigures(ORGANISATION, 'utc', utc);
    const [, second] = (await compare(books, '2026-07', 'utc')).days;
    expect([second?.date, second?.cause, second?.alsoPossible]).toEqual(['2026-07-02', 'utc-days', ['standard-time-days']]);
  });

  it('FIGURE-4 Highwater was down for part of the day', async () => {
    const books = await openTestBooks(Date.parse('2026-07-02T12:00:00Z'));
    await books.send({ user: 'a', licences: ['Recording'] });
    await books.restart(2 * HOUR);
    const figure = { date: '2026-07-02', licenceType: 'Recording', value: 9, kind: 'day' as const, contingency: null, rows: 1 };
    await books.pipeline.putFigures(ORGANISATION, 'acme', [figure]);
    expect((await compare(books, '2026-07', 'acme')).days).toMatchObject([
      { theirs: 9, ours: { instant: 1 }, complete: false, cause: 'not-recording' },
    ]);
  });

  it('FIGURE-3 what came to be known after a figure was given is a cause', async () => {
    const books = await openTestBooks(Date.parse('2026-07-02T12:00:00Z'));
    await books.send({ user: 'a', licences: ['Recording'], at: Date.parse('2026-07-02T12:00:00Z') });
    await books.passTo(Date.parse('2026-07-03T12:00:00Z'));
    const figure = { date: '2026-07-02', licenceType: 'Recording', value: 1, kind: 'day' as const, contingency: null, rows: 1 };
    await books.pipeline.putFigures(ORGANISATION, 'acme', [figure]);
    expect((await compare(books, '2026-07', 'acme')).days[0]).toMatchObject({ cause: 'none' });
    await books.passTo(Date.parse('2026-07-04T12:00:00Z'));
    await books.send({ user: 'b', licences: ['Recording'], at: Date.parse('2026-07-02T13:00:00Z') });
    const [day] = (await compare(books, '2026-07', 'acme')).days;
    expect(day).toMatchObject({
      theirs: 1,
      ours: { instant: 2 },
      cause: 'late-records',
      explanation: 'Records that came to be known after this figure was given brought the day 1 of its logins.',
    });
  });
});

const csv = { 'content-type': 'text/csv' };

async function appWithJuly() {
  const app = await startApp(onTestFinished);
  await app.put(O, { name: 'Northwind', timeZone: 'Europe/London' });
  const event = (type: string, user: string, at: string) => ({
    type,
    organisation: '129',
    user,
    logonSource: 'Agent Desktop',
    licences: ['Recording'],
    at,
  });
  const { licences: _, ...leave } = event('logout', 'a', '2026-07-06T09:30:00Z');
  await app.post('/api/v1/events', [event('login', 'a', '2026-07-06T09:00:00Z'), leave]);
  return app;
}

describe('vendor figures over HTTP', () => {
  it('FIGURE-20 figures of days come as CSV or JSON; the same again changes nothing', async () => {
    const app = await appWithJuly();
    const give = (body: string, query = '') => app.post<FiguresReport>(`${O}/vendor-figures${query}`, body, csv);
    const table = 'Day,Licence Type,Billed\n06/07/2026, recording ,12\n2026-07-07,Recording,x\n2026-07-07,Agent Calls,3\n';
    const dry = await give(table, '?dryRun=true&dateOrder=DMY');
    expect(dry.body).toMatchObject({ rows: 3, taken: 2, added: 2 });
    expect((await app.get<Page<VendorFigure>>(`${O}/vendor-figures`)).body.items).toEqual([]);
    const first = await give(table, '?dateOrder=DMY');
    expect(first.body).toEqual({
      source: 'vendor',
      kind: 'day',
      rows: 3,
      taken: 2,
      added: 2,
      changed: 0,
      unchanged: 0,
      periods: ['2026-07'],
      normalised: [
        { line: 1, column: 'Date', from: 'Day', to: 'Date' },
        { line: 1, column: 'Peak', from: 'Billed', to: 'Peak' },
        { line: 2, column: 'Licence Type', from: ' recording ', to: 'recording' },
        { line: 2, column: 'Date', from: '06/07/2026', to: '2026-07-06' },
      ],
      refused: [{ line: 3, reason: 'Peak must be a whole number, not "x"' }],
    });
    expect((await give(table)).body.refused[0]?.reason).toContain('may have day and month swapped');
    const json = await app.post<FiguresReport>(`${O}/vendor-figures`, [{ date: '2026-07-07', licenceType: 'Agent Calls', value: 4 }]);
    expect(json.body).toMatchObject({ rows: 1, added: 0, changed: 1 });
    const { items } = (await app.get<Page<VendorFigure>>(`${O}/vendor-figures?from=2026-07-07`)).body;
    expect(items).toEqual([
      {
        source: 'vendor',
        date: '2026-07-07',
        licenceType: 'Agent Calls',
        value: 4,
        kind: 'day',
        contingency: null,
        rows: 1,
        givenAt: expect.any(String),
      },
    ]);
  });

  it("FIGURE-21 storm's rows of five minutes: the highest of both pools on each day of the organisation's clock", async () => {
    const app = await appWithJuly();
    const head = 'Organisation ID,Licence Type,Start Date Time,End Date Time,Total Concurrent Count,Total Contingency Count\n';
    const rows = [
      '129,Recording,2026-07-06 10:00:00,2026-07-06 10:05:00,3,1',
      '129,Recording,2026-07-06 23:55:00,2026-07-07 00:00:00,4,2',
      '129,OUTBOUND Agent,2026-07-06 23:55:00,2026-07-07 00:00:00,1,0',
      '130,Recording,2026-07-06 10:00:00,2026-07-06 10:05:00,9,9',
      '129,Recording,2026-07-06 10:00:00,2026-07-06 10:05:00,3',
    ];
    const given = await app.post<FiguresReport>(`${O}/vendor-figures?source=storm`, head + rows.join('\n'), csv);
    expect(given.body).toMatchObject({ kind: 'samples', rows: 5, taken: 3, added: 2, refused: [{ line: 5 }, { line: 6 }] });
    const values = async () => {
      const { items } = (await app.get<Page<VendorFigure>>(`${O}/vendor-figures`)).body;
      return items.map(({ date, licenceType, value, contingency, rows: made }) => [date, licenceType, value, contingency, made]);
    };
    expect(await values()).toEqual([
      ['2026-07-06', 'Outbound Agent', 1, 0, 1],
      ['2026-07-06', 'Recording', 6, 2, 2],
    ]);
    await app.del(`${O}/vendor-figures?source=storm`);
    // The same file, written by a clock in UTC: five to midnight is the next day in London.
    await app.post(`${O}/vendor-figures?source=storm&timeZone=UTC`, head + rows.join('\n'), csv);
    expect((await values()).map(([date, type, value]) => [date, type, value])).toEqual([
      ['2026-07-06', 'Recording', 4],
      ['2026-07-07', 'Outbound Agent', 1],
      ['2026-07-07', 'Recording', 6],
    ]);
  });

  it('FIGURE-22 our own rows, exported and given back, are the same on every day', async () => {
    const app = await appWithJuly();
    const own = await app.get<string>(`${O}/organisation-licence-usage?from=2026-07-05T23:00:00Z&to=2026-07-07T23:00:00Z`, {
      accept: 'text/csv',
    });
    await app.post(`${O}/vendor-figures?source=own`, own.body, csv);
    const { body } = await app.get<Comparison>(`${O}/billing/comparison?period=2026-07`);
    expect(body.source).toBe('own');
    expect(body.days.map(({ date, theirs, ours, cause }) => [date, theirs, ours['sample:5m'], cause])).toEqual([
      ['2026-07-06', 1, 1, 'none'],
      ['2026-07-07', 0, 0, 'none'],
    ]);
  });

  it('FIGURE-22 users over both pools are in our own rows, and in what is given back', async () => {
    const app = await startApp(onTestFinished);
    await app.put(O, { name: 'Northwind', entitlements: { Recording: { concurrent: 1, contingency: 1 } } });
    const login = { type: 'login', organisation: '129', logonSource: 'Agent Desktop', licences: ['Recording'], at: '2026-07-06T09:00:00Z' };
    await app.post(
      '/api/v1/events',
      ['a', 'b', 'c', 'd'].map((user) => ({ ...login, user })),
    );
    const own = await app.get<string>(`${O}/organisation-licence-usage?from=2026-07-06T09:00:00Z&to=2026-07-06T09:05:00Z`, {
      accept: 'text/csv',
    });
    expect(own.body).toContain('2026-07-06 09:05:00,1,1,');
    expect((await app.post<FiguresReport>(`${O}/vendor-figures?source=own`, own.body, csv)).body).toMatchObject({ taken: 1, refused: [] });
    const { body } = await app.get<Page<VendorFigure>>(`${O}/vendor-figures`);
    expect(body.items).toMatchObject([{ value: 4, contingency: 1 }]);
  });

  it('FIGURE-26 a figure of a month, as CSV or JSON, is that of the whole billing period, with its likely cause', async () => {
    const app = await appWithJuly();
    const give = (body: unknown, headers?: Record<string, string>) =>
      app.post<FiguresReport>(`${O}/vendor-figures?source=acme`, body, headers);
    const table = 'Month,Licence Type,Peak,Contingency\n07/2026,Recording,2,1\n2026-07,Agent Calls,3,\n2026-13,Recording,1,\n';
    const first = await give(table, csv);
    expect(first.body).toMatchObject({ kind: 'month', rows: 3, taken: 2, added: 2, periods: ['2026-07'], refused: [{ line: 4 }] });
    expect(first.body.normalised).toContainEqual({ line: 2, column: 'Date', from: '07/2026', to: '2026-07' });
    expect((await give([{ date: '2026-07', licenceType: 'Recording', value: 2, contingency: 1 }])).body).toMatchObject({ unchanged: 1 });
    const compared = async () => (await app.get<Comparison>(`${O}/billing/comparison?period=2026-07`)).body;
    const { source, licences, days } = await compared();
    expect([source, days.map(({ theirs }) => theirs)]).toEqual(['acme', [null]]);
    expect(licences).toMatchObject([
      {
        licenceType: 'Recording',
        theirs: 2,
        given: 'month',
        daysGiven: 0,
        ours: { instant: 1 },
        difference: { instant: 1 },
        cause: 'not-recording',
        explanation: 'Highwater was not recording for part of the period and knows of 1.',
        contingency: { theirs: 1, ours: 0 },
      },
      { licenceType: 'Agent Calls', theirs: 3, given: 'month', ours: { instant: 0 }, contingency: { theirs: null, ours: 0 } },
    ]);
    // Beside figures of days: the one of the month is theirs, and the neighbours are left alone.
    await give('Date,Licence Type,Peak\n2026-07-06,Recording,1\n2026-06,Recording,9\n2026-08,Recording,9\n', csv);
    expect((await compared()).licences.find(({ licenceType }) => licenceType === 'Recording')).toMatchObject({ theirs: 2, daysGiven: 1 });
    const listed = async (query: string) =>
      (await app.get<Page<VendorFigure>>(`${O}/vendor-figures?${query}`)).body.items.map(({ date, kind }) => `${date} ${kind}`);
    expect(await listed('from=2026-07-01&to=2026-08-01')).toEqual(['2026-07 month', '2026-07 month', '2026-07-06 day']);
    expect(await listed('from=2026-07-02&to=2026-08-02')).toEqual(['2026-07-06 day', '2026-08 month']);
    expect((await app.del(`${O}/vendor-figures?source=acme&from=2026-07-01&to=2026-07-02`)).body).toEqual({ deleted: 2 });
    const { status, body } = await app.post<{ errors: { path: string }[] }>(`${O}/vendor-figures`, [
      { date: '2026-00', licenceType: 'A', value: 1 },
    ]);
    expect([status, body.errors.map(({ path }) => path)]).toEqual([400, ['date']]);
  });

  it('FIGURE-23 figures of a source are removed, all or of some days; pages go on where they ended', async () => {
    const app = await appWithJuly();
    const figures = Array.from({ length: 31 }, (_, day) => ({
      date: `2026-07-${String(day + 1).padStart(2, '0')}`,
      licenceType: 'Recording',
      value: day,
    }));
    for (const source of ['b', 'a', 'ä']) await app.post(`${O}/vendor-figures?source=${encodeURIComponent(source)}`, figures);
    const all: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Answer<Page<VendorFigure>> = await app.get(`${O}/vendor-figures?limit=20&cursor=${cursor}`);
      all.push(...page.body.items.map(({ source, date }) => `${source} ${date}`));
      cursor = page.body.nextCursor;
    }
    expect(all).toEqual(['a', 'b', 'ä'].flatMap((source) => figures.map(({ date }) => `${source} ${date}`)));
    expect((await app.del(`${O}/vendor-figures?source=a&from=2026-07-10&to=2026-07-20`)).body).toEqual({ deleted: 10 });
    expect((await app.del(`${O}/vendor-figures?source=a`)).body).toEqual({ deleted: 21 });
    expect((await app.get<Page<VendorFigure>>(`${O}/vendor-figures`)).body.items).toHaveLength(62);
    const first = await app.get<Comparison>(`${O}/billing/comparison?period=2026-07`);
    expect([first.body.source, first.body.sources]).toEqual(['b', ['b', 'ä']]);
  });

  it('FIGURE-24 what is no figure is refused with its place, and changes nothing', async () => {
    const app = await appWithJuly();
    const paths = async (answer: Promise<Answer<unknown>>) => {
      const { status, body } = await answer;
      return [
        status,
        ((body as { errors?: { index?: number; path: string }[] }).errors ?? []).map(({ index, path }) =>
          index === undefined ? path : `${index} ${path}`,
        ),
      ];
    };
    const { post } = api(app.url);
    const bad = [
      { date: '2026-02-30', licenceType: '', value: -1 },
      { date: '2026-02-01', licenceType: 'A', value: 1, more: 1 },
    ];
    expect(await paths(post(`${O}/vendor-figures`, bad))).toEqual([400, ['0 date', '0 licenceType', '0 value', '1 more']]);
    const twice = [
      { date: '2026-02-01', licenceType: '__proto__', value: 1 },
      { date: '2026-02-01', licenceType: '__proto__', value: 2 },
    ];
    expect(await paths(post(`${O}/vendor-figures`, twice))).toEqual([400, ['1 date']]);
    expect(await paths(post(`${O}/vendor-figures`, {}))).toEqual([400, ['']]);
    expect(await paths(post(`${O}/vendor-figures`, 'a,b\n1,2\n', csv))).toEqual([400, ['Date', 'Licence Type', 'Peak']]);
    expect(await paths(post(`${O}/vendor-figures`, 'Date,Licence Type,Peak\n', csv))).toEqual([400, ['']]);
    expect(await paths(post(`${O}/vendor-figures?source=&timeZone=Mars&dateOrder=x`, 'Date,Licence Type,Peak\n', csv))).toEqual([
      400,
      ['timeZone', 'dateOrder'],
    ]);
    expect((await post(`${O}/vendor-figures`, '<x/>', { 'content-type': 'application/xml' })).status).toBe(415);
    expect((await post('/api/v1/organisations/none/vendor-figures', [])).status).toBe(404);
    expect(await paths(app.get(`${O}/billing/comparison?period=9999-01`))).toEqual([400, ['period']]);
    expect(await paths(app.get(`${O}/billing/comparison?period=2026-07&source=nobody`))).toEqual([400, ['source']]);
    expect(await paths(app.del(`${O}/vendor-figures`))).toEqual([400, ['source']]);
    expect((await app.get<Page<VendorFigure>>(`${O}/vendor-figures`)).body.items).toEqual([]);
    expect((await app.get<Comparison>(`${O}/billing/comparison?period=2026-07`)).body).toMatchObject({ source: null, sources: [] });
  });
});
