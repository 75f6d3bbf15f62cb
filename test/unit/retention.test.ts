import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../server/books/entry.ts';
import { answerOf } from '../../server/reports/work.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import { TABLES } from '../../server/store/store.ts';
import { verifyStore } from '../../server/verify/verify.ts';
import type { ReportQuery, ReportView } from '../../shared/reports.ts';
import type { HistoryRow } from '../../shared/views.ts';
import { type EventInput, ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { settle } from '../support/let-pass.ts';
import { type Centre, centres, play, TYPES, USERS } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const DAY = 86_400_000;
const O = ORGANISATION;

async function history(books: TestBooks, resolution: '5m' | '1h' | '1d' | 'billing', from: number, to: number): Promise<HistoryRow[]> {
  const rows: HistoryRow[] = [];
  for await (const page of books.pipeline.committed.reports(O)?.history({ resolution, from, to }) ?? []) rows.push(...page);
  return rows;
}

/** What is told of levels, but for whether it is complete, and for types of which nobody was there: these may be left out. */
function told(rows: HistoryRow[]) {
  const used = new Set(rows.filter(({ inUse }) => inUse.highest > 0).map(({ licenceType }) => licenceType));
  return rows.filter(({ licenceType }) => used.has(licenceType)).map(({ complete: _, ...row }) => row);
}

/** Lets ticks pass until nothing is left to be done for retention. */
async function kept(books: TestBooks): Promise<void> {
  const size = () => TABLES.reduce((rows, table) => rows + [...books.store.range(table, {})].length, 0);
  for (let still = 0, before = -1; still < 4; ) {
    await books.passTo(books.clock.now() + 1_100);
    await settle(10);
    const now = size();
    still = now === before ? still + 1 : 0;
    before = now;
  }
}

/** Old enough zones are left alone: their days do not begin with five minutes. */
const modern = centres.filter(({ scene }) => scene.timeZone !== 'Africa/Monrovia');

const late = fc.array(
  fc.record({
    type: fc.constantFrom('login' as const, 'logout' as const),
    user: fc.constantFrom(...USERS),
    device: fc.constantFrom('desktop', 'deskphone'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    licences: fc.subarray(TYPES, { minLength: 1 }),
  }),
  { maxLength: 6 },
);

const whole = ({ scene: { start, end } }: Centre): [number, number] => [start - 2 * DAY, end + 3 * DAY];

describe('retention of levels', () => {
  property(
    'RETAIN-1..3 days, hours and five minutes say the same when they are kept no longer, whatever comes late',
    4,
    fc.tuple(modern, late, fc.integer({ min: 14, max: 40 }), fc.constantFrom(null, null, 'Asia/Tokyo')),
    async ([centre, events, months, zone]) => {
      const { start, end } = centre.scene;
      const opened = centre.live ? start : end;
      const [books, all] = [await openTestBooks(opened), await openTestBooks(opened)];
      for (const each of [books, all]) await play(each, centre);
      const then = Math.max(books.clock.now(), end) + months * 31 * DAY;
      // The other one never has a tick: it keeps everything.
      books.clock.jumpTo(then);
      all.clock.jumpTo(then);
      await all.send();
      await kept(books);
      for (const { at, licences, ...event } of events) {
        const input = { ...event, at: Math.floor(start + at * (end - start)), ...(event.type === 'login' && { licences }) };
        await books.send(input);
        await all.send(input);
      }
      if (zone !== null) for (const each of [books, all]) await each.settings({ ...centre.settings, timeZone: zone });
      // What comes late where nothing was kept before is looked at with the next day.
      books.clock.jumpTo(books.clock.now() + DAY);
      await kept(books);
      await all.recomputed();
      const [from, to] = whole(centre);
      expect(told(await history(books, '1d', from, to))).toEqual(told(await history(all, '1d', from, to)));
      expect(told(await history(books, 'billing', from, to))).toEqual(told(await history(all, 'billing', from, to)));
      expect(told(await history(books, '1h', from, to))).toEqual(told(await history(all, '1h', from, to)));
      // Finer than what is kept of levels, they are told from the entries.
      expect(told(await history(books, '5m', from, to))).toEqual(told(await history(all, '5m', from, to)));
      expect(await receipts(books)).toEqual(await receipts(all));
      const cut = { from: from + 3 * DAY + 1_234_567, to: to - 3 * DAY - 1_234_567 };
      for (const dimensions of [[], ['hourOfDay'], ['date', 'licenceType']]) {
        expect((await report(books, { dimensions, ...cut })).rows).toEqual((await report(all, { dimensions, ...cut })).rows);
      }
      const starts = [...books.store.range('buckets', {})].map(({ key }) => key[2] as number);
      expect(Math.min(...starts)).toBeGreaterThan(then - 400 * DAY);
      expect(verifyStore(books.store).differences).toEqual([]);
      await books.restart();
      expect(told(await history(books, '1d', from, to))).toEqual(told(await history(all, '1d', from, to)));
    },
  );
});

it('RETAIN-2 a day that does not begin with an hour of UTC ends before what happens in the same hour after it', async () => {
  const midnight = Date.parse('2026-07-01T00:00:00+05:30');
  const books = await openTestBooks(midnight - DAY);
  await books.settings({ timeZone: 'Asia/Kolkata' });
  await books.send({ user: 'a', licences: ['Recording'], at: midnight - DAY + 60_000 });
  await books.passTo(midnight + 60_000);
  await books.send({ user: 'b', licences: ['Recording'] });
  await books.passTo(midnight + 7_200_000);
  await books.send({ user: 'c', licences: ['Recording'] });
  books.clock.jumpTo(midnight + 14 * 31 * DAY);
  await kept(books);
  const days = await history(books, '1d', midnight - DAY, midnight + DAY);
  expect(days.map(({ inUse }) => [inUse.highest, inUse.atEnd])).toEqual([
    [1, 1],
    [3, 3],
  ]);
});

const live = (books: TestBooks) => {
  const { epoch: _, seq: __, asOf: ___, lastEventAt: ____, anomalies, ...usage } = books.usage();
  return { ...usage, anomalies };
};

async function report(books: TestBooks, query: Partial<ReportQuery>): Promise<ReportView> {
  const reports = books.pipeline.committed.reports(O);
  if (!reports) throw new Error('nothing was recorded');
  const metrics = ['avgConcurrent', 'highestConcurrent', 'lowestConcurrent'];
  return answerOf(reports.answer({ dataSource: 'organisation-licence-usage', metrics, dimensions: [], filters: [], ...query }));
}

/** Of the billing periods that are over. */
async function receipts(books: TestBooks): Promise<unknown[]> {
  const reports = books.pipeline.committed.reports(O);
  const found: unknown[] = [];
  for (const { period, provisional } of (await reports?.billingPeriods()) ?? []) {
    const licences = (provisional ? null : await reports?.bill(period))?.licences ?? [];
    for (const { licenceType, receipts: each } of licences) if (each.instant.value > 0) found.push([period, licenceType, each]);
  }
  return found;
}

describe('what is told from the entries once only days are kept', () => {
  const day = Date.parse('2022-11-03T00:00:00Z');
  const at = (hour: number, minute = 0): number => day + hour * 3_600_000 + minute * 60_000;
  const licences = ['Recording'];

  async function old(months: number): Promise<TestBooks> {
    const books = await openTestBooks(day);
    await books.settings({ timeZone: 'UTC' });
    await books.send(
      { user: 'a', licences, at: at(9) },
      { user: 'b', licences, at: at(10, 10) },
      { type: 'logout', user: 'b', at: at(10, 40) },
      { type: 'logout', user: 'a', at: at(12) },
    );
    books.clock.jumpTo(day + months * 31 * DAY);
    await kept(books);
    expect([...books.store.range('buckets', {})].every(({ key }) => (key[2] as number) > day + DAY)).toBe(true);
    return books;
  }

  it.each([14, 40])('RETAIN-2 the receipt of a mark names who was counted, after %i months too', async (months) => {
    const found = await (await old(months)).pipeline.committed.reports(O)?.bill('2022-11');
    expect(found?.licences[0]?.receipt).toMatchObject({ value: 2, tippedBy: { user: 'b' } });
    expect(found?.licences[0]?.receipt.holders.map(({ user }) => user)).toEqual(['a', 'b']);
    expect(found?.licences[0]?.receipts['sustained:30m'].holders.map(({ user }) => user)).toEqual(['a', 'b']);
    expect(found?.licences[0]?.receipts['steady:15m'].value).toBe(2);
  });

  it.each([14, 40])('RETAIN-2 reports cut days in pieces as before, after %i months too', async (months) => {
    const books = await old(months);
    const byHour = await report(books, { dimensions: ['hourOfDay'], from: at(8, 30), to: at(12, 30) });
    expect(byHour.rows).toEqual([
      [8, 0, 0, 0],
      [9, 1, 1, 1],
      [10, 1.5, 2, 1],
      [11, 1, 1, 1],
      [12, 0, 0, 0],
    ]);
    expect(byHour.complete).toBe(true);
    const whole = await report(books, { from: at(10, 20), to: day + 2 * DAY + 60_000 });
    const hours = (day + 2 * DAY + 60_000 - at(10, 20)) / 3_600_000;
    expect(whole.rows).toEqual([[(100 / 60 + 20 / 60) / hours, 2, 0]]);
  });
});

describe('what is put together while somebody reads', () => {
  const start = Date.parse('2022-11-03T00:00:00Z');

  async function twelveDays(): Promise<TestBooks> {
    const books = await openTestBooks(start);
    await books.settings({ timeZone: 'UTC' });
    await books.send({ user: 'a', licences: ['Recording'], at: start + 60_000 });
    // So many rows that a reader does not have them all before others are let in.
    for (let day = 0; day < 12; day++) {
      const events = Array.from({ length: 288 }, (_, n): EventInput[] => {
        const at = start + day * DAY + n * 300_000 + 120_000;
        return [
          { user: 'b', licences: ['Recording'], at },
          { type: 'logout', user: 'b', at: at + 60_000 },
        ];
      });
      await books.send(...events.flat());
    }
    return books;
  }

  it('RETAIN-2 history of five minutes goes on as it began', async () => {
    const books = await twelveDays();
    const query = { resolution: '5m', from: start, to: start + 12 * DAY } as const;
    const before = await history(books, '5m', query.from, query.to);
    const rows: HistoryRow[] = [];
    for await (const page of books.pipeline.committed.reports(O)?.history(query) ?? []) {
      rows.push(...page);
      if (rows.length > 600 && books.clock.now() === start) {
        books.clock.jumpTo(start + 40 * 31 * DAY);
        await kept(books);
      }
    }
    expect(told(rows)).toEqual(told(before));
  });

  it('RETAIN-2 a report by the hour goes on as it began', async () => {
    const books = await twelveDays();
    const query = { dimensions: ['date', 'hourOfDay'], from: start, to: start + 80 * DAY };
    books.clock.jumpTo(query.to + DAY);
    const before = await report(books, query);
    const pieces = books.pipeline.committed.reports(O)?.answer({
      dataSource: 'organisation-licence-usage',
      metrics: ['avgConcurrent', 'highestConcurrent', 'lowestConcurrent'],
      filters: [],
      ...query,
    });
    let answer: ReportView | null = null;
    let rests = 0;
    for await (const piece of pieces ?? []) {
      if ('answer' in piece) answer = piece.answer;
      else if (++rests === 1) {
        books.clock.jumpTo(start + 40 * 31 * DAY);
        await kept(books);
      }
    }
    expect(rests).toBeGreaterThan(0);
    expect(answer?.rows).toEqual(before.rows);
  });
});

it('RETAIN-2 on Lord Howe an hour of a day whose clock goes on by whole hours knows who came before it', async () => {
  const books = await openTestBooks(Date.parse('2025-10-04T00:00:00Z'));
  await books.settings({ timeZone: 'Australia/Lord_Howe' });
  await books.send({ user: 'a', licences: ['Recording'], at: Date.parse('2025-10-04T13:30:00.001Z') });
  books.clock.jumpTo(Date.parse('2026-12-01T00:00:00Z'));
  await kept(books);
  const [hour] = await history(books, '1h', Date.parse('2025-10-04T16:00:00Z'), Date.parse('2025-10-04T17:00:00Z'));
  expect(hour?.inUse).toMatchObject({ lowest: 1, highest: 1, atEnd: 1 });
});

it('RETAIN-2 a record in the first five minutes that are kept as such counts those who came before', async () => {
  const midnight = Date.parse('2025-11-04T00:00:00Z');
  const books = await openTestBooks(midnight - DAY);
  await books.settings({ timeZone: 'UTC' });
  await books.send(
    { user: 'a', licences: ['Recording'], at: midnight - DAY },
    { user: 'b', licences: ['Recording'], at: midnight + 1_000 },
  );
  books.clock.jumpTo(Date.parse('2026-12-04T12:00:00Z'));
  await kept(books);
  const { items } = books.pipeline.committed.records(O, { limit: 10, order: 'asc', from: midnight }) ?? { items: [] };
  expect(items.map(({ user, inUse }) => [user, inUse])).toEqual([['b', 2]]);
});

it('RETAIN-3 days that another time zone cuts elsewhere are derived again to the end, and what is too old goes on being put together', async () => {
  const midnight = Date.parse('2025-06-02T22:00:00Z');
  const books = await openTestBooks(midnight - 3 * DAY);
  await books.settings({ timeZone: 'Europe/Berlin' });
  for (let n = 0; n < 4; n++) await books.send({ user: `u${n}`, licences: ['Recording'], at: midnight - 3 * DAY + n * DAY });
  books.clock.jumpTo(midnight + 13 * 31 * DAY);
  await kept(books);
  await books.settings({ timeZone: 'Pacific/Chatham' });
  await kept(books);
  const days = await history(books, '1d', midnight - 3 * DAY, midnight + 20 * DAY);
  expect(days.map(({ inUse, provisional }) => [inUse.atEnd, provisional])).toEqual(expect.arrayContaining([[4, false]]));
  expect(days.filter(({ provisional }) => provisional)).toEqual([]);
  expect(verifyStore(books.store).differences).toEqual([]);
});

async function bill(books: TestBooks, period: string) {
  const found = await books.pipeline.committed.reports(O)?.bill(period);
  return found?.licences
    .filter(({ highWaterMark }) => highWaterMark.instant.value > 0)
    .map(({ licenceType, highWaterMark, contingencyMaxUsed, secondsAtOrAbove }) => [
      licenceType,
      highWaterMark,
      contingencyMaxUsed,
      secondsAtOrAbove,
    ]);
}

describe('retention of records', () => {
  property(
    'RETAIN-4..6 records go, and everything else stays as if they had not: who is there, bills, days, and what comes late after them',
    5,
    fc.tuple(modern, late, fc.integer({ min: 2, max: 20 })),
    async ([centre, events, months]) => {
      const { start, end } = centre.scene;
      const opened = centre.live ? start : end;
      const books = await openTestBooks(opened, createMemoryStore(), { retention: { recordsMonths: 1 } });
      const all = await openTestBooks(opened);
      for (const each of [books, all]) await play(each, centre);
      const then = Math.max(books.clock.now(), end) + months * 31 * DAY;
      for (const each of [books, all]) {
        each.clock.jumpTo(then);
        await each.send();
      }
      await kept(books);
      const { closed } = books.store.get<{ kept: { closed: number } }>('states', [O])?.kept ?? { closed: Number.NEGATIVE_INFINITY };
      const [oldest] = books.store.range('entries', {});
      if (oldest) expect(oldest.key[1]).toBeGreaterThanOrEqual(closed);
      for (const { at, licences, ...event } of events) {
        const input = { ...event, ...(event.type === 'login' && { licences }) };
        const [old] = await books.send({ ...input, at: Math.floor(start + at * (end - start)) });
        if (closed > end) expect(old).toEqual({ index: 0, status: 'ignored', reason: 'older_than_kept', records: [] });
        else await all.send({ ...input, at: Math.floor(start + at * (end - start)) });
        const within = Math.floor(Math.max(closed, end) + at * (then - Math.max(closed, end)));
        expect((await books.send({ ...input, at: within }))[0]?.status).toBe((await all.send({ ...input, at: within }))[0]?.status);
      }
      await kept(books);
      all.clock.jumpTo(books.clock.now());
      await all.send();
      await all.recomputed();
      expect(live(books)).toEqual(live(all));
      const [from, to] = whole(centre);
      expect(told(await history(books, '1d', from, to))).toEqual(told(await history(all, '1d', from, to)));
      for (const { period } of all.pipeline.committed.reports(O)?.billingPeriods() ?? []) {
        expect([period, await bill(books, period)]).toEqual([period, await bill(all, period)]);
      }
      expect(verifyStore(books.store).differences).toEqual([]);
      await books.restart();
      expect(verifyStore(books.store).differences).toEqual([]);
    },
  );
});

it('RETAIN-4 whoever came before anything that is kept is carried into the running period, for verify too', async () => {
  const books = await openTestBooks(Date.parse('2026-03-02T08:00:00Z'), createMemoryStore(), { retention: { recordsMonths: 1 } });
  await books.send({ user: 'a', licences: ['Recording'] });
  books.clock.jumpTo(Date.parse('2026-08-10T08:00:00Z'));
  await kept(books);
  expect([...books.store.range('entries', {})].length).toBe(0);
  await books.send({ user: 'a', licences: ['Recording'], at: Date.parse('2026-08-01T00:05:00Z') });
  expect(books.usage().licences[0]?.peak.billingPeriod).toEqual({ value: 1, at: '2026-08-01T00:00:00.000Z' });
  expect(verifyStore(books.store).differences).toEqual([]);
});

it('RETAIN-4 records go a few at a time, and the books are as they should be after each piece, over restarts too', async () => {
  const start = Date.parse('2026-01-05T08:00:00Z');
  const books = await openTestBooks(start, createMemoryStore(), { retention: { recordsMonths: 1 } });
  await books.settings({ entitlements: { Recording: { concurrent: 3, contingency: 2 } } });
  for (let n = 0; n < 24; n++) {
    const events = Array.from({ length: 50 }, (_, i) => ({
      user: `u${(n * 50 + i) % 7}`,
      licences: ['Recording'],
      at: start + n * 60_000 + i,
    }));
    await books.passTo(start + (n + 1) * 60_000);
    await books.send(...events, { type: 'logout', user: `u${n % 7}` }, { type: 'logout', user: 'nobody' });
  }
  books.clock.jumpTo(start + 70 * DAY);
  await books.send();
  const counts: number[] = [];
  for (let round = 0; round < 12; round++) {
    await books.passTo(books.clock.now() + 1_100);
    await settle();
    counts.push([...books.store.range('entries', {})].length);
    expect(verifyStore(books.store).differences).toEqual([]);
    if (round === 4) await books.restart();
  }
  expect(new Set(counts).size).toBeGreaterThan(3);
  expect(counts.at(-1)).toBeLessThan(20);
  expect(books.usage().anomalies).toBe(24);
  const kept = await bill(books, '2026-01');
  expect(kept?.[0]?.[1]).toMatchObject({ instant: { value: 7 } });
  const whole = await books.pipeline.committed.reports(O)?.bill('2026-01');
  expect(whole?.licences[0]?.receipt).toMatchObject({ value: 7, tippedBy: null, holders: [] });
});

it('CHAIN-2 what comes once all records before it are gone is in a link of its own, and held against it', async () => {
  const books = await openTestBooks(Date.parse('2026-03-02T08:00:00Z'), createMemoryStore(), { retention: { recordsMonths: 1 } });
  await books.send({ user: 'a', licences: ['Recording'] });
  books.clock.jumpTo(Date.parse('2026-08-10T08:00:00Z'));
  await kept(books);
  await books.send({ user: 'b', licences: ['Recording'] });
  expect(verifyStore(books.store).differences).toEqual([]);
  const [entry] = books.store.range<Entry>('entries', {});
  await books.store.commit([{ table: 'entries', key: entry?.key ?? [], value: { ...entry?.value, source: 'CRM' } }]);
  expect(verifyStore(books.store).differences.filter(({ table }) => table === 'chain')).toHaveLength(1);
});
