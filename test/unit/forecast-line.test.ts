import { describe, expect, it, onTestFinished } from 'vitest';
import { createForecaster, type ForecasterParts } from '../../server/forecaster.ts';
import { NotRecordingError } from '../../server/pipeline-types.ts';
import type { AlertRule } from '../../shared/alerts.ts';
import type { ForecastRow } from '../../shared/forecast.ts';
import { alertRule } from '../support/alert-rule.ts';
import { startApp } from '../support/app.ts';
import { type EventInput, ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';

const MINUTE = 60_000;
const WEEK = 7 * 86_400_000;
const utc = (text: string) => Date.parse(`${text}Z`);

const rule = (given: Partial<AlertRule>) => alertRule({ metric: 'secondsUntilFull', op: '<=', threshold: 600, ...given });

const users = (from: number, to: number, at: number): EventInput[] =>
  Array.from({ length: to - from }, (_, i) => ({ user: `u${from + i}`, licences: ['A'], at }));
/** Ten users from nine to six, four more from noon. @param nine when the local clock shows it */
const usualDay = (nine: number, noon = 4): EventInput[] => [
  ...users(0, 10, nine),
  ...users(10, 10 + noon, nine + 180 * MINUTE),
  { type: 'logout-all', at: nine + 540 * MINUTE },
];
const forecast = async (books: TestBooks): Promise<ForecastRow> => {
  const found = await books.pipeline.committed.reports(ORGANISATION)?.forecast('A');
  return found?.items[0] as ForecastRow;
};
const alert = (books: TestBooks) => books.pipeline.alerts.shown.alerts(ORGANISATION)[0];

describe('what today comes to', () => {
  const NINE = utc('2026-11-24T09:00:00');

  it('FORECAST-20 by the same weekdays in the store; the days before are tried like today', async () => {
    const books = await openTestBooks(NINE - 60 * MINUTE);
    for (const weeks of [4, 3, 2, 1]) await books.send(...usualDay(NINE - weeks * WEEK, weeks === 1 ? 6 : 4));
    // Another weekday says nothing about this one.
    await books.send(...usualDay(NINE - 6 * 86_400_000, 40));
    books.clock.jumpTo(NINE);
    await books.send(...users(0, 10, NINE));
    await books.passTo(NINE + 60 * MINUTE);
    expect(await forecast(books)).toEqual({
      licenceType: 'A',
      inUse: 10,
      ratePerMinute: 0,
      fullInSeconds: null,
      fullAt: null,
      fullPool: null,
      expectedPeakToday: { value: 14, at: '2026-11-24T12:00:00.000Z', low: 14, high: 16 },
      newHighWaterMark: { likely: false, at: null, mark: 50 },
      basedOnWeeks: 4,
      // The last Tuesday, which had two more, by three; the one before by two.
      backtest: { days: 2, meanAbsoluteError: 1, meanAbsoluteErrorMinutes: 0 },
    });
  });

  it('FORECAST-21 on the local clock, over days on which it is changed', async () => {
    const sunday = utc('2026-11-01T09:00:00');
    const books = await openTestBooks(sunday - 120 * MINUTE);
    await books.settings({ timeZone: 'Europe/London' });
    // 11 and 18 October are an hour ahead of UTC; 25 October has 25 hours.
    await books.send(
      ...usualDay(utc('2026-10-11T08:00:00')),
      ...usualDay(utc('2026-10-18T08:00:00')),
      ...usualDay(utc('2026-10-25T09:00:00')),
    );
    expect(await forecast(books)).toMatchObject({
      expectedPeakToday: { value: 14, at: '2026-11-01T12:00:00.000Z', low: 14, high: 14 },
      newHighWaterMark: { likely: true, at: '2026-11-01T09:00:00.000Z', mark: 0 },
      basedOnWeeks: 3,
      backtest: { days: 1, meanAbsoluteError: 0, meanAbsoluteErrorMinutes: 0 },
    });
  });

  it('FORECAST-22 says nothing with fewer than two same weekdays, and reads the past again when more of it becomes known, within the hour', async () => {
    const books = await openTestBooks(NINE);
    await books.send(...usualDay(NINE - WEEK), ...users(0, 1, NINE));
    const nothing = { expectedPeakToday: null, newHighWaterMark: null, basedOnWeeks: 1, backtest: null };
    expect(await forecast(books)).toMatchObject(nothing);
    await books.send(...usualDay(NINE - 2 * WEEK));
    expect(await forecast(books)).toMatchObject(nothing);
    await books.passTo(NINE + 61 * MINUTE);
    expect(await forecast(books)).toMatchObject({ basedOnWeeks: 2, expectedPeakToday: { value: expect.any(Number) } });
  });

  it('FORECAST-23 a rule says that a new mark is likely and when; it stays as it is over a restart, and ends when the mark is reached', async () => {
    const books = await openTestBooks(utc('2026-12-01T08:00:00'));
    const nine = utc('2026-12-01T09:00:00');
    for (const weeks of [2, 1]) await books.send(...usualDay(nine - weeks * WEEK));
    const ahead = rule({ metric: 'billingPeriodPeakRiseExpected', op: '>', threshold: 0 });
    await books.pipeline.alerts.putRules(ORGANISATION, [{ id: 'mark', rule: ahead }]);
    expect(alert(books)).toBeUndefined();
    const foretell = async () => {
      expect(books.pipeline.alerts.forecastsDue()).toEqual([ORGANISATION]);
      const found = await books.pipeline.committed.reports(ORGANISATION)?.forecast();
      if (found) await books.pipeline.alerts.foretell(ORGANISATION, found);
      expect(books.pipeline.alerts.forecastsDue()).toEqual([]);
    };
    await foretell();
    expect(alert(books)).toMatchObject({
      state: 'firing',
      value: 14,
      expectedAt: '2026-12-01T09:00:00.000Z',
      summary: 'A: a new high-water mark is likely today at about 09:00, 14 above the present one (limit: more than 0).',
    });
    await books.restart();
    expect(alert(books)).toMatchObject({ state: 'firing', id: alert(books)?.id });
    await books.send(...users(0, 14, books.clock.now()));
    await foretell();
    expect(alert(books)).toMatchObject({ state: 'resolved' });
    expect(books.pipeline.alerts.shown.history(ORGANISATION, { limit: 9 }).items).toHaveLength(2);
  });

  it('FORECAST-24 is worked out beside the line for those that have a rule about it, and again every five minutes', async () => {
    const books = await openTestBooks(NINE);
    for (const weeks of [2, 1]) await books.send(...usualDay(NINE - weeks * WEEK));
    await books.pipeline.alerts.putRules(ORGANISATION, [
      { id: 'mark', rule: rule({ metric: 'billingPeriodPeakExpected', op: '>=', threshold: 14 }) },
    ]);
    const forecaster = createForecaster({
      clock: books.clock,
      pipeline: books.pipeline,
      log: { error: (fields) => expect(fields).toBeNull() },
    });
    const worked = async () => {
      for (let round = 0; books.pipeline.alerts.forecastsDue().length > 0 && round < 500; round++) await new Promise(setImmediate);
    };
    await worked();
    await books.pipeline.ingest([]);
    expect(alert(books)).toMatchObject({ state: 'firing', value: 14 });
    await books.passTo(NINE + 5 * MINUTE);
    expect(books.pipeline.alerts.forecastsDue()).toEqual([ORGANISATION]);
    await books.passTo(NINE + 5 * MINUTE + 10_000);
    await worked();
    expect(books.pipeline.alerts.forecastsDue()).toEqual([]);
    await forecaster.close();
  });

  it('FORECAST-24 is no error and not worked out for the others while nothing can be recorded', async () => {
    const books = await openTestBooks(NINE);
    const asked: string[] = [];
    const errors: object[] = [];
    const pipeline = {
      alerts: { forecastsDue: () => ['1', '2'], foretell: () => Promise.reject(new NotRecordingError('the disk is full')) },
      committed: { reports: (id: string) => ({ forecast: async () => asked.push(id) }) },
    } as unknown as ForecasterParts['pipeline'];
    const forecaster = createForecaster({ clock: books.clock, pipeline, log: { error: (fields) => errors.push(fields) } });
    await new Promise(setImmediate);
    expect([asked, errors]).toEqual([['1'], []]);
    await books.passTo(NINE + 10_000);
    await new Promise(setImmediate);
    expect([asked, errors]).toEqual([['1', '1'], []]);
    await forecaster.close();
  });
});

describe('when the pool is full', () => {
  const START = utc('2026-11-24T09:30:00');

  /** Two more each minute, the twentieth at ten minutes. */
  async function rising(): Promise<TestBooks> {
    const books = await openTestBooks(START);
    await books.settings({ timeZone: 'Europe/Berlin', entitlements: { A: { concurrent: 30, contingency: 4 } } });
    await books.pipeline.alerts.putRules(ORGANISATION, [{ id: 'soon', rule: rule({ threshold: 420 }) }]);
    for (let minute = 0; minute < 10; minute++) {
      await books.send(...users(2 * minute, 2 * minute + 2, books.clock.now()));
      await books.passTo(START + (minute + 1) * MINUTE);
    }
    return books;
  }

  it('FORECAST-25 a rule about the time until a pool is full moves with every minute and every login, and says which pool and when', async () => {
    const books = await rising();
    expect(await forecast(books)).toMatchObject({
      ratePerMinute: 2,
      fullInSeconds: 300,
      fullAt: '2026-11-24T09:45:00.000Z',
      fullPool: 'concurrent',
    });
    expect(alert(books)).toMatchObject({
      state: 'firing',
      value: 300,
      summary: 'A: at this rate the concurrent pool is full in about 5 min (around 10:45) (limit: 7 min or less).',
    });
    await books.send(...users(20, 30, books.clock.now()));
    expect(alert(books)).toMatchObject({
      value: 120,
      summary: expect.stringContaining('the contingency (overflow) pool is full in about 2 min'),
    });
    await books.send(...users(30, 34, books.clock.now()));
    expect(alert(books)).toMatchObject({ value: 0, summary: expect.stringContaining('the contingency (overflow) pool is full (limit') });
    await books.send({ type: 'logout-all', at: books.clock.now() });
    // Nobody comes any more: minute by minute the rate goes down.
    for (let minute = 11; minute < 22; minute++) await books.passTo(START + minute * MINUTE);
    expect(alert(books)).toMatchObject({ state: 'resolved' });
  });

  it('FORECAST-25 what comes late, within one minute, counts at once', async () => {
    const books = await openTestBooks(START - MINUTE);
    await books.settings({ entitlements: { A: { concurrent: 30, contingency: 0 } } });
    await books.pipeline.alerts.putRules(ORGANISATION, [{ id: 'soon', rule: rule({}) }]);
    await books.send(...users(30, 31, books.clock.now()));
    await books.passTo(START + 10 * MINUTE);
    expect((await forecast(books)).ratePerMinute).toBe(0);
    for (let minute = 0; minute < 10; minute++) await books.send(...users(2 * minute, 2 * minute + 2, START + minute * MINUTE));
    expect(await forecast(books)).toMatchObject({ ratePerMinute: 2, fullInSeconds: 270 });
    expect(alert(books)).toMatchObject({ state: 'firing', value: 270 });
  });

  it('FORECAST-26 the rate survives a restart', async () => {
    const books = await rising();
    await books.restart();
    // Of buckets that were in memory only both ends are on disk: between them it is a straight line.
    expect((await forecast(books)).ratePerMinute).toBeCloseTo(2, 0);
    expect(alert(books)).toMatchObject({ state: 'firing' });
    expect(books.pipeline.alerts.shown.history(ORGANISATION, { limit: 9 }).items).toHaveLength(1);
  });

  it('FORECAST-27 over HTTP: all types or one; an organisation that is not there and a parameter that is none are refused', async () => {
    const app = await startApp(onTestFinished);
    await app.post('/api/v1/events', {
      type: 'login',
      organisation: '129',
      user: 'a',
      logonSource: 'Agent Desktop',
      licences: ['Agent Calls', 'Recording'],
    });
    const asked = async (query: string) => (await app.get<{ items: ForecastRow[] }>(`/api/v1/organisations/129/forecast${query}`)).body;
    expect((await asked('')).items.map(({ licenceType, basedOnWeeks }) => [licenceType, basedOnWeeks])).toEqual([
      ['Recording', 0],
      ['Agent Calls', 0],
    ]);
    expect((await asked('?licenceType=Agent%20Calls')).items).toMatchObject([{ licenceType: 'Agent Calls', expectedPeakToday: null }]);
    expect(await app.get('/api/v1/organisations/130/forecast')).toMatchObject({ status: 404 });
    expect(await app.get('/api/v1/organisations/129/forecast?type=A')).toMatchObject({ status: 400 });
  });
});
