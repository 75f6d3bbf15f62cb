/**
 * Seeded months, both changes of the clocks among them: events that come late, files of another system, sizes and prices that change and
 * that say from when. Bills, history and reports are those of a plain walk through everything that was received.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Reports } from '../../server/pipeline-types.ts';
import { answerOf } from '../../server/reports/work.ts';
import { type BillLicence, RECEIPT_RULES } from '../../shared/bill.ts';
import type { ReportQuery } from '../../shared/reports.ts';
import { formatInstant } from '../../shared/time.ts';
import type { HistoryRow } from '../../shared/views.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { compareBooks } from '../support/compare-books.ts';
import { compareBuckets } from '../support/compare-buckets.ts';
import { type FileRow, naiveRow, textOf } from '../support/file-rows.ts';
import { importCsv } from '../support/import.ts';
import { settle } from '../support/let-pass.ts';
import { marksOf, receiptOf } from '../support/naive-bill.ts';
import { type NaiveEvent, type NaiveInput, type NaiveRecord, type NaiveSettings, naiveBooks } from '../support/naive-books.ts';
import { figuresOf, LEVELS, standsOf, stepsOf } from '../support/naive-levels.ts';
import { bucketLabels, changesOf } from '../support/naive-local-time.ts';
import { TYPES, USERS } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LENGTH = 34 * DAY;

/** In these zones five minutes and hours of the clock are those of UTC. */
const MONTHS = [
  { start: Date.parse('2026-03-10T00:00:00Z'), timeZone: 'Europe/London', billingPeriodStartDay: 28 },
  { start: Date.parse('2026-10-08T00:00:00Z'), timeZone: 'Europe/London', billingPeriodStartDay: 25 },
  { start: Date.parse('2026-10-15T00:00:00Z'), timeZone: 'America/New_York', billingPeriodStartDay: 1 },
].map((month) => {
  const labels = bucketLabels(month.timeZone, month.billingPeriodStartDay);
  const end = month.start + LENGTH;
  return {
    ...month,
    end,
    periodName: labels.billing,
    periods: changesOf(labels.billing, month.start - 65 * DAY, end + 65 * DAY, 12 * HOUR),
    days: changesOf(labels['1d'], month.start - 2 * DAY, end + 2 * DAY, HOUR),
  };
});
type Month = (typeof MONTHS)[number];

const instant = ({ start }: Month) =>
  fc.oneof(
    fc.integer({ min: 0, max: LENGTH / HOUR }).map((n) => start + n * HOUR),
    fc.integer({ min: 0, max: LENGTH / 300_000 }).map((n) => start + n * 300_000),
    fc.integer({ min: 0, max: LENGTH / 1000 }).map((n) => start + n * 1000),
  );

/** Most logins are followed by a logout some hours later: nobody stays for a month. */
const visits = (month: Month): fc.Arbitrary<NaiveEvent[]> =>
  fc
    .record({
      user: fc.constantFrom(...USERS),
      device: fc.constantFrom('desktop', 'deskphone'),
      at: instant(month),
      licences: fc.subarray(TYPES, { minLength: 1 }),
      stays: fc.constantFrom(null, 60_000, 900_000, 1_800_000, 5 * HOUR, 30 * HOUR),
    })
    .map(({ stays, licences, ...who }): NaiveEvent[] => {
      const source = 'Agent Desktop';
      const login: NaiveEvent = { ...who, type: 'login', source, licences };
      return stays === null ? [login] : [login, { ...who, type: 'logout', source, at: Math.min(who.at + stays, month.end) }];
    });

const fileRows = (month: Month): fc.Arbitrary<FileRow[]> =>
  fc
    .array(
      fc.record({
        usage: fc.constantFrom('Acquired', 'Released'),
        at: instant(month),
        type: fc.constantFrom(...TYPES),
        user: fc.constantFrom(...USERS),
        source: fc.constantFrom('Agent Desktop', 'Paired Device'),
        device: fc.constantFrom('', 'deskphone'),
      }),
      { minLength: 1, maxLength: 10 },
    )
    .map((rows) => [...new Map(rows.map((row) => [[row.user, row.type, row.at].join(), row])).values()].sort((a, b) => a.at - b.at));

const price = fc.constantFrom(undefined, 10, 12.5);
const sizes = fc.record({
  concurrent: fc.integer({ min: 0, max: 3 }),
  contingency: fc.integer({ min: 0, max: 2 }),
  unitPrice: price,
  contingencyPrice: price,
});
interface Change {
  /** Null: from when it is received. */
  from: number | null;
  entitlements: Record<
    string,
    { concurrent: number; contingency: number; unitPrice?: number | undefined; contingencyPrice?: number | undefined }
  >;
  scheduledLogOff?: string;
}
const changes = (month: Month): fc.Arbitrary<Change> =>
  fc.record(
    {
      from: fc.oneof(fc.constant(null), instant(month)),
      entitlements: fc.dictionary(fc.constantFrom(...TYPES), sizes),
      scheduledLogOff: fc.constantFrom('23:30', '01:30', '02:30'),
    },
    { requiredKeys: ['from', 'entitlements'] },
  );

type Step = { events: NaiveEvent[] } | { rows: FileRow[] } | { change: Change };
/** Milliseconds by which a request comes after what it tells of. */
const delay = fc.constantFrom(0, 0, 90_000, 5 * HOUR, 9 * DAY);
const lives = fc.constantFrom(...MONTHS).chain((month) =>
  fc.record({
    month: fc.constant(month),
    first: changes(month),
    live: fc.boolean(),
    steps: fc.array(
      fc.tuple(
        fc.oneof(
          { weight: 4, arbitrary: fc.array(visits(month), { minLength: 1, maxLength: 5 }).map((some): Step => ({ events: some.flat() })) },
          { weight: 1, arbitrary: fileRows(month).map((rows): Step => ({ rows })) },
          { weight: 1, arbitrary: changes(month).map((change): Step => ({ change })) },
        ),
        delay,
      ),
      { minLength: 1, maxLength: 9 },
    ),
  }),
);

const toldAt = (step: Step, month: Month): number => {
  if ('change' in step) return step.change.from ?? month.start;
  return Math.max(...('events' in step ? step.events : step.rows).map(({ at }) => at));
};

interface Told {
  versions: (NaiveSettings & Pick<Change, 'entitlements'>)[];
  received: NaiveInput[];
}

async function take(books: TestBooks, { timeZone, billingPeriodStartDay }: Month, step: Step, { versions, received }: Told): Promise<void> {
  if ('events' in step) {
    await books.send(...step.events.map((item) => ({ ...item, logonSource: item.source })));
    received.push(...step.events);
  } else if ('rows' in step) {
    const { unpaired, refused } = await importCsv(books, textOf(step.rows), { timeZone: 'UTC' });
    const without = new Set([...unpaired, ...refused].map(({ line }) => line));
    received.push(...step.rows.filter((_, index) => !without.has(index + 2)).map(naiveRow));
  } else {
    const { from, ...value } = step.change;
    const settings = { ...value, timeZone, billingPeriodStartDay };
    await books.settings({ ...settings, ...(from !== null && { effectiveFrom: formatInstant(from) }) } as Parameters<
      TestBooks['settings']
    >[0]);
    versions.push({ ...settings, from: from ?? books.clock.now() });
  }
}

/** What a period costs: by the sizes and prices that count at its end, or now. */
function priceAt(versions: Told['versions'], type: string, at: number, contingencyMaxUsed: number): number | undefined {
  const dated = versions.map((version, index) => ({ ...version, from: index === 0 ? Number.NEGATIVE_INFINITY : version.from }));
  const known = dated.filter(({ from }) => from <= at).reduce((last, each) => (each.from >= last.from ? each : last));
  const found = known.entitlements[type];
  if (!found || (found.unitPrice === undefined && found.contingencyPrice === undefined)) return undefined;
  return found.concurrent * (found.unitPrice ?? 0) + contingencyMaxUsed * (found.contingencyPrice ?? 0);
}

async function compareBills(books: TestBooks, month: Month, versions: Told['versions'], records: NaiveRecord[]): Promise<void> {
  const now = books.clock.now();
  for (const [index, start] of month.periods.slice(0, -1).entries()) {
    const end = month.periods[index + 1] as number;
    if (start > now || end < month.start) continue;
    const bill = await books.pipeline.committed.reports(ORGANISATION)?.bill(month.periodName(start));
    expect(bill).toMatchObject({ start: formatInstant(start), end: formatInstant(end), provisional: end > now });
    for (const type of new Set(records.map((record) => record.type))) {
      const steps = stepsOf(records, type);
      const inUse = standsOf(steps, 'inUse', start, end, now);
      const contingency = figuresOf(standsOf(steps, 'contingency', start, end, now));
      const { highest, highestAt } = figuresOf(inUse);
      const until = Math.min(end, now);
      const first = Math.floor(start / 300_000) + 1;
      // Before the first thing that happened nothing can be sampled.
      const from = Math.max(first, Math.floor(month.start / 300_000));
      const ends = Array.from({ length: Math.max(0, Math.floor(until / 300_000) - from + 1) }, (_, i) => (from + i) * 300_000);
      const marks = marksOf(inUse, ends);
      const row = bill?.licences.find(({ licenceType }) => licenceType === type) as BillLicence;
      expect(row.highWaterMark, type).toEqual({
        instant: { value: highest, at: highestAt },
        'sustained:30m': { value: marks.sustained },
        'steady:15m': { value: marks.steady },
        'sample:5m': { value: marks.sample },
        p95: { value: marks.p95 },
      });
      expect(row.contingencyMaxUsed, type).toEqual({ value: contingency.highest, at: contingency.highestAt });
      expect(row.secondsAtOrAbove, type).toEqual(marks.secondsAtOrAbove);
      const sampled = row.receipts['sample:5m'];
      expect([sampled.at && Date.parse(sampled.at), sampled.heldForSeconds], type).toEqual(marks.sampled);
      expect(row.receipt).toMatchObject({ at: highestAt, value: highest, heldForSeconds: marks.heldForSeconds });
      for (const rule of RECEIPT_RULES) {
        const { at, holders, tippedBy } = row.receipts[rule];
        const expected = receiptOf(records, type, at === null ? null : Date.parse(at));
        expect({ rule, holders, by: tippedBy && { user: tippedBy.user, device: tippedBy.device } }).toEqual({
          rule,
          holders: expected.holders,
          by: expected.tippedBy,
        });
      }
      expect(row.price?.total, type).toEqual(priceAt(versions, type, Math.min(end - 1, now), contingency.highest));
    }
  }
}

async function compareHistory(books: TestBooks, month: Month, records: NaiveRecord[]): Promise<void> {
  const now = books.clock.now();
  const hours = Array.from({ length: LENGTH / HOUR + 1 }, (_, n) => month.start + n * HOUR);
  for (const [resolution, edges] of [
    ['1h', hours],
    ['1d', month.days],
    ['billing', month.periods],
  ] as const) {
    const rows = new Map<string, HistoryRow>();
    const range = { resolution, from: month.start, to: month.end };
    for await (const list of books.pipeline.committed.reports(ORGANISATION)?.history(range) ?? [])
      for (const row of list) rows.set(`${row.start} ${row.licenceType}`, row);
    for (const type of new Set(records.map((record) => record.type))) {
      const steps = stepsOf(records, type);
      for (const [index, start] of edges.slice(0, -1).entries()) {
        const end = edges[index + 1] as number;
        // An hour in which nothing happened says what the one before it said at its end.
        if (start > now || end <= month.start || start >= month.end) continue;
        if (resolution === '1h' && index > 0 && !steps.some(({ at }) => at >= start - HOUR && at <= end)) continue;
        const row = rows.get(`${formatInstant(start)} ${type}`);
        const expected = LEVELS.map((name) => [name, figuresOf(standsOf(steps, name, start, end, now))] as const);
        if (!row) expect([type, expected[0]?.[1].highest]).toEqual([type, 0]);
        else expect(row, `${resolution} ${type}`).toMatchObject({ end: formatInstant(end), ...Object.fromEntries(expected) });
      }
    }
  }
}

async function compareReports(books: TestBooks, month: Month, records: NaiveRecord[]): Promise<void> {
  const now = books.clock.now();
  const [from, to] = [month.start + 5 * DAY + 1_234_567, month.end - 3 * DAY];
  const reports = books.pipeline.committed.reports(ORGANISATION) as Reports;
  const ask = async (query: Omit<ReportQuery, 'filters' | 'from' | 'to' | 'dimensions'>) =>
    (await answerOf(reports.answer({ ...query, dimensions: ['licenceType'], filters: [], from, to }))).rows;
  const levels = await ask({
    dataSource: 'organisation-licence-usage',
    metrics: ['lowestConcurrent', 'highestConcurrent', 'highestContingent', 'lowestContingent'],
  });
  for (const [type, ...cells] of levels) {
    const stands = (name: 'concurrent' | 'contingency') => figuresOf(standsOf(stepsOf(records, String(type)), name, from, to, now));
    const [concurrent, contingency] = [stands('concurrent'), stands('contingency')];
    expect([type, ...cells]).toEqual([type, concurrent.lowest, concurrent.highest, contingency.highest, contingency.lowest]);
  }
  const usage = await ask({ dataSource: 'licence-usage', metrics: ['acquired', 'released', 'distinctUsers', 'heldSeconds'] });
  const inside = records.filter(({ loggedAt }) => loggedAt >= from && loggedAt < to);
  const expected = [...new Set(inside.map(({ type }) => type))].sort().map((type) => {
    const of = inside.filter((record) => record.type === type);
    const count = (word: string) => of.filter(({ usageType }) => usageType === word).length;
    const held = of.reduce((sum, { source, heldSeconds }) => sum + (source === 'Refresh Contingency' ? 0 : (heldSeconds ?? 0)), 0);
    return [type, count('Acquired'), count('Released'), new Set(of.map(({ user }) => user)).size, held];
  });
  const rounded = usage.map((row) => row.map((cell) => (typeof cell === 'number' ? Math.round(cell * 1000) / 1000 : cell)));
  expect(rounded.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))).toEqual(expected);
}

property(
  'BILL-13 months with late events, imports, dated sizes and prices and a change of clocks: bills, history and reports of a plain walk',
  12,
  lives,
  async ({ month, first, live, steps }) => {
    const books = await openTestBooks(live ? month.start : month.end);
    const told: Told = { versions: [], received: [] };
    await take(books, month, { change: first }, told);
    const arriving = steps.map(([step, late]) => ({ step, arrival: Math.min(toldAt(step, month) + late, month.end) }));
    for (const { step, arrival } of live ? arriving.sort((a, b) => a.arrival - b.arrival) : arriving) {
      if (live) {
        // No commit is under way while days pass at once: that would be a store that does not answer.
        await settle();
        await books.passTo(Math.max(books.clock.now(), arrival));
      }
      await take(books, month, step, told);
    }
    await settle();
    if (live) await books.passTo(month.end);
    await books.recomputed();
    await compareBooks(books, told.versions, told.received);
    compareBuckets(books);
    const { records } = naiveBooks(told.versions, told.received, books.clock.now());
    await compareBills(books, month, told.versions, records);
    await compareHistory(books, month, records);
    await compareReports(books, month, records);
  },
);
