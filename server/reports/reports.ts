/** Everything that is read over a length of time, for one organisation. */
import type { BillingPeriodView } from '../../shared/bill.ts';
import type { Catalogue } from '../../shared/catalogue.ts';
import type { DataSource } from '../../shared/reports.ts';
import type { Instant } from '../../shared/time.ts';
import type { LicenceRow } from '../../shared/views.ts';
import { periodView, readBill, readPeak } from '../billing/bill.ts';
import type { BillCache } from '../billing/bill-cache.ts';
import { readWhatIf } from '../billing/what-if.ts';
import { DEFAULT_SETTINGS, EVERYTHING_KEPT, type OrganisationCounters, type Settings } from '../books/organisation.ts';
import type { Downtime } from '../licensing/sessions.ts';
import { inForce, lastReceived, type Version } from '../licensing/versions.ts';
import type { Reports } from '../pipeline-types.ts';
import { AFTER_NAMES, type Reader } from '../store/store.ts';
import { createCoverage, knownFrom, onlyWhereKept } from './coverage.ts';
import { createCutBuckets } from './cut-buckets.ts';
import { readWeekdayCurves } from './day-curves.ts';
import { dataSources } from './fields.ts';
import { readForecast } from './forecast.ts';
import type { ForecastCache } from './forecast-cache.ts';
import { readHistory } from './history.ts';
import { createLocalBuckets } from './local-buckets.ts';
import { readOrganisationUsage } from './organisation-usage.ts';
import { answerReport } from './query.ts';
import type { ReadWatches } from './read-watch.ts';
import { recomputingFrom } from './recomputing.ts';
import type { ReportScope } from './scope.ts';
import { tryRule } from './try-rule.ts';
import { inPieces, runInPieces, type Work } from './work.ts';

/** How often a report is read before it is given out although the past keeps changing. */
const ATTEMPTS = 3;

export interface ReportsOptions {
  disk: Reader;
  organisation: string;
  /** Every licence type that was ever used or entitled, in the order in which they are listed. */
  types: readonly string[];
  downtimes: readonly Downtime[];
  catalogue: Catalogue;
  watches: ReadWatches;
  bills: BillCache;
  forecasts: ForecastCache;
  /** As last shown, in the order of the catalogue. */
  rows: readonly LicenceRow[];
  /** In use just before each of the last full minutes. */
  recent: (licenceType: string) => readonly number[];
  now: () => Instant;
}

export function createReports(options: ReportsOptions): Reports {
  return {
    history: (query) => inPieces(readHistory(scopeOf(options), query)),
    organisationUsage: (query) => inPieces(readOrganisationUsage(scopeOf(options), query)),
    billingPeriods: () => billingPeriods(scopeOf(options)),
    async bill(name) {
      const { buckets, now } = scopeOf(options);
      const period = name === undefined ? buckets.calendar.billingPeriod(now) : buckets.billingPeriodNamed(name);
      if (!period || period.start > now) return null;
      return readUndisturbed(options, (scope) => readBill(scope, period));
    },
    async peak(query) {
      if (query.from > scopeOf(options).now) return null;
      return readUndisturbed(options, (scope) => readPeak(scope, query));
    },
    async whatIf(query) {
      const { buckets, now } = scopeOf(options);
      const { period, from, to } = query;
      const named = period === undefined ? buckets.calendar.billingPeriod(now) : buckets.billingPeriodNamed(period);
      const span = from === undefined || to === undefined ? named : { start: from, end: to };
      if (!span || span.start > now) return null;
      return readUndisturbed(options, (scope) => readWhatIf(scope, query, span));
    },
    async tryRule(rule, from, to) {
      const { provisional, ...tried } = await readUndisturbed(options, (scope) => tryRule(scope, rule, from, to));
      return { ...tried, complete: tried.complete && !provisional };
    },
    async forecast(licenceType) {
      const scope = scopeOf(options);
      const day = scope.buckets.calendar.day(scope.now);
      const name = [scope.timeZone, day.start, ...scope.types].join('\u0000');
      const { forecasts, rows, recent } = options;
      const read = () => runInPieces(readWeekdayCurves(scope, day));
      const curves = await forecasts.curves(options.organisation, name, day.start, scope.now, read);
      const wanted = rows.filter((row) => licenceType === undefined || row.licenceType === licenceType);
      return runInPieces(readForecast(scopeOf(options), { rows: wanted, recent, curves, day }));
    },
    answer(query) {
      const source = dataSources(options.catalogue).find(({ id }) => id === query.dataSource) as DataSource;
      return readUndisturbed(options, (scope) => answerReport(scope, source, query));
    },
  };
}

/** Reads again what late events have changed behind the reader; where they do not stop, the last answer is provisional. */
async function readUndisturbed<T extends { provisional: boolean }>(
  options: ReportsOptions,
  read: (scope: ReportScope) => Work<T>,
): Promise<T> {
  const { watches, organisation } = options;
  for (let attempt = 1; ; attempt++) {
    const watch = watches.begin(organisation);
    try {
      const reached = (at: Instant) => {
        watch.readTo = at;
      };
      const answer = await runInPieces(read({ ...scopeOf(options), reached, undisturbed: () => !watch.disturbed }));
      if (!watch.disturbed) return answer;
      if (attempt === ATTEMPTS) return { ...answer, provisional: true };
    } finally {
      watches.end(organisation, watch);
    }
  }
}

/** From the newest to that of the oldest entry. */
function billingPeriods(scope: ReportScope): BillingPeriodView[] {
  const { calendar } = scope.buckets;
  const periods: BillingPeriodView[] = [];
  const first = Math.min(scope.firstEntryAt ?? scope.now, scope.now);
  for (let at = scope.now; at >= first; ) {
    const period = calendar.billingPeriod(at);
    periods.push(periodView(scope, period));
    at = period.start - 1;
  }
  return periods;
}

/** What every report is about, as it is at this moment. */
function scopeOf({ disk, organisation, types, downtimes, now, bills }: ReportsOptions): ReportScope {
  const versions = disk.get<Version<Settings>[]>('organisations', [organisation]) ?? [];
  const { timeZone, billingPeriodStartDay } = lastReceived(versions) ?? DEFAULT_SETTINGS;
  const buckets = createLocalBuckets(timeZone, billingPeriodStartDay);
  const firstEntryAt = firstEntry(disk, organisation);
  const firstStartAt = disk.get<Instant>('meta', ['firstStartAt']) ?? Number.POSITIVE_INFINITY;
  const known = knownFrom(firstStartAt, firstEntryAt, (at) => buckets.calendar.day(at).start);
  const at = now();
  const { newestAt = at, kept = EVERYTHING_KEPT } = disk.get<OrganisationCounters>('states', [organisation]) ?? {};
  return {
    disk,
    organisation,
    types,
    cuts: createCutBuckets(disk, organisation),
    timeZone,
    buckets,
    entitlementsAt: (instant) => inForce(versions, instant)?.entitlements ?? DEFAULT_SETTINGS.entitlements,
    versions,
    settingsFrom: versions.map((version) => version.from).filter(Number.isFinite),
    covered: onlyWhereKept(createCoverage(downtimes, known), kept, buckets),
    kept,
    provisionalFrom: Math.min(recomputingFrom(disk, organisation) ?? Number.POSITIVE_INFINITY, kept.stale),
    firstEntryAt,
    now: at,
    horizon: Math.max(at, newestAt),
    reached: () => {},
    undisturbed: () => true,
    bills,
  };
}

function firstEntry(disk: Reader, organisation: string): Instant | null {
  const range = { start: [organisation, Number.NEGATIVE_INFINITY], end: [organisation, AFTER_NAMES], limit: 1 };
  const [row] = disk.range('entries', range);
  return row ? (row.key[1] as Instant) : null;
}
