import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReportTooLargeError } from '../../server/pipeline-types.ts';
import { dataSources } from '../../server/reports/fields.ts';
import { createGrouping } from '../../server/reports/grouping.ts';
import { ReadWatches } from '../../server/reports/read-watch.ts';
import { sortInPieces } from '../../server/reports/sort-in-pieces.ts';
import { answerOf } from '../../server/reports/work.ts';
import { verifyStore } from '../../server/verify/verify.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import type { Cell, ReportFilter, ReportQuery, ReportView } from '../../shared/reports.ts';
import type { RecordView } from '../../shared/views.ts';
import { type EventInput, ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { standsOf, stepsOf } from '../support/naive-levels.ts';
import { bucketLabels, changesOf } from '../support/naive-local-time.ts';
import { groupBy, LEVEL_METRICS, type LevelPiece, timeCells, USAGE_METRICS } from '../support/naive-report.ts';
import { packed, packs } from '../support/packs.ts';
import { centres, play, SCENES, TYPES, USERS } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const HOUR = 3_600_000;

async function answer(books: TestBooks, query: ReportQuery): Promise<ReportView> {
  const reports = books.pipeline.committed.reports(ORGANISATION);
  if (!reports) throw new Error('no such organisation');
  return answerOf(reports.answer(query));
}

const hoursOf = new Map(
  SCENES.map(({ name, timeZone, billingPeriodStartDay, start, end }) => {
    const label = bucketLabels(timeZone, billingPeriodStartDay)['1h'];
    return [name, changesOf(label, start - 2 * HOUR, end + 2 * HOUR, 300_000)];
  }),
);

/** Rows have an order, which the naive report has not; averages are sums in another order. */
const comparable = (rows: Cell[][]) =>
  rows.map((row) => JSON.stringify(row.map((cell) => (typeof cell === 'number' ? Number(cell.toPrecision(12)) : cell)))).sort();
const rounded = (totals: Record<string, Cell>) =>
  Object.fromEntries(Object.entries(totals).map(([id, cell]) => [id, typeof cell === 'number' ? Number(cell.toPrecision(12)) : cell]));

/** Packs of three entries, of whatever there is. */
const AT_ONCE = { entries: 3, settledMs: 0, quietMs: 0, everyMs: 0 };
const TIME = ['date', 'hourOfDay', 'dayOfWeek', 'month', 'billingPeriod'];
const part = fc.double({ min: 0, max: 1, noNaN: true });
const someUsers: fc.Arbitrary<ReportFilter[]> = fc.subarray(USERS, { minLength: 1 }).map((users) => [{ field: 'user', in: users }]);
const someTypes: fc.Arbitrary<ReportFilter[]> = fc.subarray(TYPES, { minLength: 1 }).map((types) => [{ field: 'licenceType', in: types }]);
const someHours: fc.Arbitrary<ReportFilter[]> = fc
  .subarray([0, 1, 2, 9, 10, 23], { minLength: 1 })
  .map((hours) => [{ field: 'hourOfDay', in: hours }]);
const noGroup: fc.Arbitrary<ReportFilter[]> = fc.constant([{ field: 'group', in: [null, 'North'] }]);

describe('reports', () => {
  const usageDimensions = ['licenceType', 'user', 'group', 'userType', 'logonSource', 'device', 'pool', ...TIME];
  property(
    'REPORT-1 records by any dimensions, filters and range are what a plain group-by makes of them',
    30,
    fc.tuple(
      centres,
      fc.shuffledSubarray(usageDimensions, { maxLength: 3 }),
      fc.oneof(fc.constant<ReportFilter[]>([]), someUsers, someTypes, someHours, noGroup),
      part,
      part,
      fc.array(fc.record({ user: fc.constantFrom(...USERS), licences: fc.subarray(TYPES, { minLength: 1 }), at: part }), { maxLength: 3 }),
    ),
    async ([centre, dimensions, filters, a, b, late]) => {
      const { scene } = centre;
      const books = await openTestBooks(centre.live ? scene.start : scene.end, undefined, { pace: AT_ONCE });
      await books.settings({});
      const assign = (user: string, group: string | undefined, userType: string) =>
        books.pipeline.putUsers(
          ORGANISATION,
          [{ user, assignment: { userType, serviceFeatures: [], ...(group !== undefined && { group }) } }],
          null,
        );
      await assign('a', 'North', 'Supervisor');
      await assign('b', undefined, 'Supervisor');
      await assign('c', 'South', 'Inbound Agent');
      await play(books, centre);
      const at = (share: number) => Math.round(scene.start + share * (scene.end - scene.start));
      const [from, to] = [at(Math.min(a, b)), at(Math.max(a, b))];
      const query: ReportQuery = { dataSource: 'licence-usage', metrics: Object.keys(USAGE_METRICS), dimensions, filters, from, to };
      await packed(books);
      await books.send(...late.map(({ at: share, ...event }) => ({ ...event, at: at(share) })));
      const report = await answer(books, query);
      const records = books.pipeline.committed.records(ORGANISATION, { limit: 10_000, order: 'asc', from, to })?.items ?? [];
      const time = timeCells(scene.timeZone, scene.billingPeriodStartDay);
      const cell = (id: string) => (record: RecordView) =>
        TIME.includes(id) ? (time[id]?.(Date.parse(record.loggedAt)) ?? null) : ((record as unknown as Record<string, Cell>)[id] ?? null);
      const wanted = records.filter((record) => filters.every(({ field, in: values }) => values.includes(cell(field)(record))));
      const expected = groupBy(wanted, dimensions.map(cell), USAGE_METRICS);
      expect(comparable(report.rows)).toEqual(comparable(expected.rows));
      expect(rounded(report.totals)).toEqual(rounded(expected.totals));
      expect(report.columns.map(({ id, kind }) => [id, kind])).toEqual([
        ...dimensions.map((id) => [id, 'dimension']),
        ...Object.keys(USAGE_METRICS).map((id) => [id, 'metric']),
      ]);
    },
  );

  property(
    'REPORT-2 levels by any dimensions are exact, of every hour and of the parts of hours at the ends',
    60,
    fc.tuple(
      centres,
      fc.shuffledSubarray(['licenceType', ...TIME], { maxLength: 3 }),
      fc.oneof(fc.constant<ReportFilter[]>([]), someTypes, someHours),
      part,
      part,
    ),
    async ([centre, dimensions, filters, a, b]) => {
      const { scene } = centre;
      const books = await openTestBooks(centre.live ? scene.start : scene.end);
      const { records } = await play(books, centre);
      const now = books.clock.now();
      const at = (share: number) => Math.round(scene.start + share * (scene.end - scene.start));
      const [from, to] = [at(Math.min(a, b)), at(Math.max(a, b))];
      const query: ReportQuery = {
        dataSource: 'organisation-licence-usage',
        metrics: Object.keys(LEVEL_METRICS),
        dimensions,
        filters,
        from,
        to,
      };
      const report = await answer(books, query);
      const edges = [from, ...(hoursOf.get(scene.name) ?? []).filter((edge) => edge > from && edge < Math.min(to, now))];
      const pieces = [...new Set(records.map((record) => record.type))].flatMap((licenceType): LevelPiece[] => {
        if (Math.min(to, now) <= from) return [];
        const steps = stepsOf(records, licenceType);
        if (standsOf(steps, 'inUse', from, to, now).every((stand) => stand.level === 0)) return [];
        return edges.map((start, i) => {
          const end = edges[i + 1] ?? to;
          return {
            licenceType,
            at: start,
            concurrent: standsOf(steps, 'concurrent', start, end, now),
            contingency: standsOf(steps, 'contingency', start, end, now),
          };
        });
      });
      const time = timeCells(scene.timeZone, scene.billingPeriodStartDay);
      const cell = (id: string) => (piece: LevelPiece) => (id === 'licenceType' ? piece.licenceType : (time[id]?.(piece.at) ?? null));
      const wanted = pieces.filter((piece) => filters.every(({ field, in: values }) => values.includes(cell(field)(piece))));
      const expected = groupBy(wanted, dimensions.map(cell), LEVEL_METRICS);
      expect(comparable(report.rows)).toEqual(comparable(expected.rows));
      expect(rounded(report.totals)).toEqual(rounded(expected.totals));
    },
  );

  const at = (text: string): number => Date.parse(`2026-11-${text}Z`);
  const login = (user: string, time: string, more: EventInput = {}): EventInput => ({
    user,
    at: at(time),
    licences: ['Recording'],
    ...more,
  });
  const logout = (user: string, time: string, more: EventInput = {}): EventInput => ({ type: 'logout', user, at: at(time), ...more });

  it('REPORT-2 a type that nobody used in the range is left out, though it was used in the same five minutes, or for no time at all', async () => {
    const books = await openTestBooks(at('05T00:00:00'));
    await books.send(
      login('a', '02T09:04:00'),
      login('b', '02T10:01:00', { licences: ['Agent Calls'] }),
      logout('b', '02T10:01:00'),
      login('c', '02T11:00:00', { licences: ['Conferencing'] }),
    );
    const query: ReportQuery = {
      dataSource: 'organisation-licence-usage',
      metrics: ['highestConcurrent'],
      dimensions: ['licenceType'],
      filters: [],
    };
    const rows = async (from: string, to: string) => (await answer(books, { ...query, from: at(from), to: at(to) })).rows;
    expect(await rows('02T08:00:00', '02T09:03:00')).toEqual([]);
    expect(await rows('02T08:00:00', '02T09:05:00')).toEqual([['Recording', 1]]);
    expect(await rows('02T10:00:00', '02T11:00:00')).toEqual([['Recording', 1]]);
    expect(await rows('02T10:00:00', '02T11:02:00')).toEqual([
      ['Conferencing', 1],
      ['Recording', 1],
    ]);
    const hours = await answer(books, {
      ...query,
      dimensions: ['licenceType', 'hourOfDay'],
      from: at('02T08:00:00'),
      to: at('02T10:00:00'),
    });
    expect(hours.rows).toEqual([
      ['Recording', 8, 0],
      ['Recording', 9, 1],
    ]);
  });

  it('REPORT-3 totals are worked out over everything, never summed from the rows', async () => {
    const books = await openTestBooks(at('05T00:00:00'));
    await books.send(
      login('a', '02T09:00:00', { licences: ['Recording', 'Agent Calls'] }),
      logout('a', '02T10:00:00'),
      login('a', '03T09:00:00'),
      logout('a', '03T12:00:00'),
    );
    const range = { from: at('02T00:00:00'), to: at('04T00:00:00'), filters: [] };
    const metrics = ['logins', 'distinctUsers', 'avgHeldSeconds', 'longestHeldSeconds'];
    const usage = await answer(books, { dataSource: 'licence-usage', dimensions: ['licenceType'], metrics, ...range });
    expect(usage.rows).toEqual([
      ['Agent Calls', 1, 1, 3600, 3600],
      ['Recording', 2, 1, 7200, 10_800],
    ]);
    expect(usage.totals).toEqual({ logins: 2, distinctUsers: 1, avgHeldSeconds: 6000, longestHeldSeconds: 10_800 });
    const levels = await answer(books, {
      dataSource: 'organisation-licence-usage',
      dimensions: ['date', 'licenceType'],
      metrics: ['avgConcurrent', 'highestConcurrent', 'lowestConcurrent'],
      ...range,
    });
    expect(levels.rows).toEqual([
      ['2026-11-02', 'Agent Calls', 1 / 24, 1, 0],
      ['2026-11-02', 'Recording', 1 / 24, 1, 0],
      ['2026-11-03', 'Agent Calls', 0, 0, 0],
      ['2026-11-03', 'Recording', 3 / 24, 1, 0],
    ]);
    expect(levels.totals).toEqual({ avgConcurrent: 5 / 96, highestConcurrent: 1, lowestConcurrent: 0 });
  });

  it('REPORT-4 a refresh ends no holding; what opened a session is a login, whatever it acquired', async () => {
    const books = await openTestBooks(at('03T00:00:00'));
    await books.settings({ entitlements: { Recording: { concurrent: 0, contingency: 5 } } });
    await books.send({ user: 'a', at: Date.parse('2026-10-31T12:00:00Z'), licences: ['Recording'] }, logout('a', '01T12:00:00'));
    const metrics = ['acquired', 'released', 'logins', 'heldSeconds', 'contingencyAcquired'];
    const query: ReportQuery = { dataSource: 'licence-usage', dimensions: ['logonSource'], metrics, filters: [] };
    const range = { from: Date.parse('2026-10-31T00:00:00Z'), to: at('02T00:00:00') };
    expect((await answer(books, { ...query, ...range })).rows).toEqual([
      ['Agent Desktop', 1, 1, 1, 86_400, 1],
      ['Refresh Contingency', 1, 1, 0, 0, 1],
    ]);
  });

  it('REPORT-5 the range is yesterday of the local clock unless given; days of the week come in their order', async () => {
    const books = await openTestBooks(at('05T12:00:00'));
    await books.settings({ timeZone: 'America/New_York' });
    await books.send(login('a', '01T15:00:00'), login('a', '03T12:00:00'), login('a', '04T12:00:00'), login('a', '04T20:00:00'));
    const query: ReportQuery = { dataSource: 'licence-usage', dimensions: ['dayOfWeek'], metrics: ['acquired'], filters: [] };
    const yesterday = await answer(books, query);
    expect([yesterday.from, yesterday.to, yesterday.rows]).toEqual([
      '2026-11-04T05:00:00.000Z',
      '2026-11-05T05:00:00.000Z',
      [['Wednesday', 2]],
    ]);
    const all = await answer(books, { ...query, from: at('01T00:00:00') });
    expect([all.to, all.provisional, all.rows]).toEqual([
      '2026-11-05T12:00:00.000Z',
      false,
      [
        ['Tuesday', 1],
        ['Wednesday', 2],
        ['Sunday', 1],
      ],
    ]);
    const none = await answer(books, { ...query, dimensions: [], from: at('01T00:00:00'), to: at('01T00:00:00') });
    expect([none.rows, none.totals]).toEqual([[[0]], { acquired: 0 }]);
  });

  it('REPORT-5 users who are called like days of the week are sorted by their letters', async () => {
    const books = await openTestBooks(at('05T12:00:00'));
    const names = ['Gamma', 'Monday', 'Friday', 'Sunday', 'Alpha'];
    await books.send(...names.map((name) => login(name, '04T12:00:00')));
    const query: ReportQuery = { dataSource: 'licence-usage', dimensions: ['user', 'dayOfWeek'], metrics: ['acquired'], filters: [] };
    const { rows } = await answer(books, query);
    expect(rows.map(([user]) => user)).toEqual(['Alpha', 'Friday', 'Gamma', 'Monday', 'Sunday']);
  });

  it.each([
    ['behind where it is', '129', 99, true],
    ['just where it is', '129', 100, true],
    ['before it', '129', 101, false],
    ['of another organisation', '130', 99, false],
  ])('REPORT-6 what is written %s is noticed by a read: %s %i', (_, organisation, at, disturbed) => {
    const watches = new ReadWatches();
    const watch = watches.begin('129');
    watch.readTo = 100;
    watches.note([{ table: 'buckets', key: ['129', 'Recording', 1], value: 1 }]);
    watches.note([{ table: 'entries', key: [organisation, at, 5, 1], value: undefined }]);
    expect(watch.disturbed).toBe(disturbed);
    watches.end('129', watch);
  });

  it('REPORT-6 what becomes known of the past while a report is read is in all of it or in none of it', async () => {
    const books = await openTestBooks(at('05T12:00:00'));
    const visits = Array.from({ length: 1500 }, (_, i) => [
      login(`u${i}`, '02T09:00:00', { at: at('02T09:00:00') + i * 1000 }),
      logout(`u${i}`, '02T09:00:00', { at: at('02T09:00:00') + i * 1000 + 500 }),
    ]);
    await books.send(...visits.flat());
    const range = { from: at('02T00:00:00'), to: at('03T00:00:00') };
    const query: ReportQuery = {
      dataSource: 'licence-usage',
      dimensions: [],
      metrics: ['acquired', 'released', 'distinctUsers'],
      filters: [],
      ...range,
    };
    const reports = books.pipeline.committed.reports(ORGANISATION);
    const under = [answer(books, query), reports?.bill('2026-11')] as const;
    for (let i = 0; i < 3; i++) {
      await books.send(
        login('late', '02T08:00:00', { at: at('02T08:00:00') + i * 60_000 }),
        logout('late', '02T20:00:00', { at: at('02T20:00:00') + i }),
      );
    }
    const [usage, bill] = await Promise.all(under);
    // Three logins on one device: each closes the one before it; of three logouts one finds a session.
    expect(usage.rows).toEqual([[1503, 1503, 1501]]);
    expect(bill?.licences.map((row) => [row.licenceType, row.highWaterMark.instant.value, row.receipt.holders.length])).toEqual([
      ['Recording', 2, 2],
    ]);
    expect([usage.provisional, bill?.provisional]).toEqual([false, true]);
  });

  it('REPORT-9 packs are made of what is old enough, go with whatever comes late into them, and come again', async () => {
    const books = await openTestBooks(at('02T09:00:00'), undefined, { pace: { ...AT_ONCE, settledMs: 60_000, quietMs: 600_000 } });
    const first = Array.from({ length: 8 }, (_, i) => login(`u${i}`, '02T08:00:00', { at: at('02T08:00:00') + i * 1000 }));
    await books.send(...first, login('young', '02T08:59:30'));
    await packed(books);
    const counts = () => packs(books).map(({ value }) => value.count);
    expect(counts()).toEqual([3, 3]);
    await books.send(login('late', '02T08:00:01'));
    expect(counts()).toEqual([3]);
    const query: ReportQuery = { dataSource: 'licence-usage', dimensions: ['user'], metrics: ['acquired'], filters: [] };
    const range = { from: at('02T08:00:01'), to: at('02T08:00:05') };
    expect((await answer(books, { ...query, ...range })).rows.map(([user]) => user)).toEqual(['late', 'u1', 'u2', 'u3', 'u4']);
    await books.passTo(books.clock.now() + 600_000);
    await packed(books);
    expect(counts()).toEqual([4, 3]);
    expect(verifyStore(books.store).differences).toEqual([]);
    const [row] = packs(books);
    const wrong = { ...row?.value, types: ['Conferencing'] };
    await books.store.commit([{ table: 'packs', key: row?.key ?? [], value: wrong }]);
    expect(verifyStore(books.store).differences.map(({ table }) => table)).toEqual(['packs']);
    await books.store.commit([{ table: 'packs', key: row?.key ?? [], value: row?.value }]);
    await books.restart();
    expect((await answer(books, { ...query, ...range })).rows.map(([user]) => user)).toEqual(['late', 'u1', 'u2', 'u3', 'u4']);
  });

  it.each([
    'licence-usage',
    'organisation-licence-usage',
  ] as const)('REPORT-24 %s: the share of the work grows up to the answer', async (dataSource) => {
    const books = await openTestBooks(at('02T23:00:00'));
    const some = Array.from({ length: 1_500 }, (_, i) => login(`u${i % 40}`, '02T08:00:00', { at: at('02T08:00:00') + i * 20_000 }));
    await books.send(...some);
    const metrics = dataSource === 'licence-usage' ? ['acquired'] : ['highestConcurrent'];
    const range = { from: at('01T00:00:00') - 400 * 86_400_000, to: at('03T00:00:00') };
    const query: ReportQuery = { dataSource, dimensions: ['date', 'hourOfDay'], metrics, filters: [], ...range };
    const shares: number[] = [];
    let rows = 0;
    for await (const piece of books.pipeline.committed.reports(ORGANISATION)?.answer(query) ?? []) {
      if ('answer' in piece) rows = piece.answer.rows.length;
      else shares.push(piece.share);
    }
    expect(rows).toBeGreaterThan(8);
    expect(shares.length).toBeGreaterThan(1);
    expect(shares.toSorted((a, b) => a - b)).toEqual(shares);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(shares.at(-1)).toBeGreaterThan(0.5);
  });

  it('REPORT-20 every field that is said to filter or to group does, and every metric has a value', async () => {
    const books = await openTestBooks(Date.parse('2026-11-24T12:00:00Z'));
    await books.send({ user: 'a', licences: ['Recording'], id: 'one' });
    await books.passTo(Date.parse('2026-11-24T13:00:00Z'));
    await books.send({ user: 'a', type: 'logout' });
    const [from, to] = [Date.parse('2026-11-24T00:00:00Z'), Date.parse('2026-11-25T00:00:00Z')];
    for (const { id: dataSource, fields, metrics } of dataSources(BUILT_IN_CATALOGUE)) {
      for (const { id, filter, dimension } of fields) {
        const metric = (metrics[0] as { id: string }).id;
        const ask = (filters: ReportFilter[], dimensions: string[]) =>
          answer(books, { dataSource, metrics: [metric], dimensions, filters, from, to });
        if (dimension) expect((await ask([], [id])).rows.length, id).toBeGreaterThan(0);
        if (filter) expect((await ask([{ field: id, in: ['no such thing'] }], ['date'])).rows, id).toEqual([]);
        if (filter && dimension) {
          const value = (await ask([], [id])).rows[0]?.[0] ?? null;
          expect(
            (await ask([{ field: id, in: [value] }], [id])).rows.map(([cell]) => cell),
            id,
          ).toEqual([value]);
        }
      }
      const all = await answer(books, { dataSource, metrics: metrics.map(({ id }) => id), dimensions: [], filters: [], from, to });
      for (const { id } of metrics) expect(all.totals[id], id).not.toBeNull();
    }
  });

  it('REPORT-7 a report of more rows than are kept at once is refused; long lists are sorted in pieces as they would be in one', () => {
    const grouping = createGrouping<number>([(row) => row], []);
    for (let row = 0; row < 100_000; row++) grouping.add(row);
    expect(() => grouping.add(99_999)).not.toThrow();
    expect(() => grouping.add(100_000)).toThrow(ReportTooLargeError);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 1, max: 97 }), (length, factor) => {
        const list = Array.from({ length }, (_, i) => ({ key: (i * factor) % 89, i }));
        const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key;
        const work = sortInPieces(list, byKey);
        let step = work.next();
        while (!step.done) step = work.next();
        expect(step.value).toEqual(list.toSorted(byKey));
      }),
      { numRuns: 20 },
    );
  });
});
