/** What is likely to come, of every licence type: when a pool is full at the present rate, and how high today goes. */
import type { ForecastRow, ForecastView } from '../../shared/forecast.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import type { LicenceRow } from '../../shared/views.ts';
import { backTest } from '../forecast/back-test.ts';
import { clockOfSlot, type DayCurve, slotAt } from '../forecast/day-curve.ts';
import { expectDay, MOST_DAYS } from '../forecast/expect-day.ts';
import { fillOf, MOST_SECONDS } from '../forecast/fill.ts';
import { ratePerMinute } from '../forecast/rate.ts';
import type { Span } from '../licensing/calendar.ts';
import { readDay, type WeekdayCurves } from './day-curves.ts';
import type { ReportScope } from './scope.ts';
import { createEffort, type Work } from './work.ts';

export interface ForecastParts {
  rows: readonly LicenceRow[];
  /** In use just before each of the last full minutes. */
  recent: (licenceType: string) => readonly number[];
  curves: WeekdayCurves;
  day: Span;
}

export function* readForecast(scope: ReportScope, { rows, recent, curves, day }: ForecastParts): Work<ForecastView> {
  const { now } = scope;
  const effort = createEffort();
  const items: ForecastRow[] = [];
  for (const row of rows) {
    const past = curves.get(row.licenceType) ?? [];
    const today = past.length > 0 ? readDay(scope, row.licenceType, day, now, effort) : null;
    items.push(forecastRow(scope, row, ratePerMinute(recent(row.licenceType)), past, today));
    yield;
  }
  return { items, asOf: formatInstant(now) };
}

function forecastRow(
  { now, buckets }: ReportScope,
  row: LicenceRow,
  rate: number,
  past: readonly DayCurve[],
  today: DayCurve | null,
): ForecastRow {
  const { licenceType, inUse } = row;
  const slot = slotAt(now + buckets.offsetAt(now));
  const mark = row.peak.billingPeriod.value;
  const expected = today && expectDay(today, slot, past, mark);
  const at = (one: number, earliest = Number.NEGATIVE_INFINITY) => formatInstant(Math.max(earliest, instantOfSlot(buckets, now, one)));
  return {
    licenceType,
    inUse,
    ratePerMinute: Math.round(rate * 100) / 100,
    ...fill(row, rate, now),
    expectedPeakToday: expected && { value: expected.value, at: at(expected.slot), low: expected.low, high: expected.high },
    newHighWaterMark: expected && { likely: expected.passes !== null, at: expected.passes && at(expected.passes.slot, now), mark },
    basedOnWeeks: Math.min(past.length, MOST_DAYS),
    backtest: expected && backTest(past, slot),
  };
}

function fill(row: LicenceRow, rate: number, now: Instant): Pick<ForecastRow, 'fullInSeconds' | 'fullAt' | 'fullPool'> {
  const found = fillOf(row, rate);
  if (!found || found.seconds === MOST_SECONDS) return { fullInSeconds: null, fullAt: null, fullPool: found?.pool ?? null };
  return { fullInSeconds: found.seconds, fullAt: formatInstant(now + found.seconds * 1000), fullPool: found.pool };
}

const instantOfSlot = ({ calendar }: ReportScope['buckets'], now: Instant, slot: number): Instant =>
  calendar.localTime(now, 0, clockOfSlot(slot)).at;
