/** Everything that is read over a length of time, for one organisation. */
import type { Bill } from '../../shared/bill.ts';
import type { Catalogue } from '../../shared/catalogue.ts';
import type { DataSource } from '../../shared/reports.ts';
import type { BillingPeriodRow, BillStatement } from '../../shared/statements.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import type { LicenceRow } from '../../shared/views.ts';
import { periodView, readBill, readPeak } from '../billing/bill.ts';
import type { BillCache } from '../billing/bill-cache.ts';
import { checkpointToKeep, isMuch } from '../billing/bill-keeping.ts';
import { type ClosingTimes, closesAt, closesByItself } from '../billing/closing-times.ts';
import { compareFigures, sourcesIn } from '../billing/comparison.ts';
import { differencesOf, type Figures, settingsAtEnd } from '../billing/statement.ts';
import { readWhatIf } from '../billing/what-if.ts';
import type { WhatIfCache } from '../billing/what-if-cache.ts';
import { DEFAULT_SETTINGS, keptOf, type OrganisationCounters, type Settings } from '../books/organisation.ts';
import { closingOf } from '../books/statements.ts';
import type { BillingPeriod } from '../licensing/calendar.ts';
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
import { listStatements, readStatement, summaryOf } from './statements.ts';
import { tryRule } from './try-rule.ts';
import type { Turns } from './turns.ts';
import { answerOf, type InProgress, inPieces, runInPieces, type Work } from './work.ts';

const LONGEST_LIST_MS = 100 * 366 * 86_400_000;

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
  turns: Turns;
  bills: BillCache;
  whatIfs: WhatIfCache;
  forecasts: ForecastCache;
  /** As last shown, in the order of the catalogue. */
  rows: readonly LicenceRow[];
  /** In use just before each of the last full minutes. */
  recent: (licenceType: string) => readonly number[];
  closing: ClosingTimes;
  now: () => Instant;
}

export function createReports(options: ReportsOptions): Reports {
  return {
    history: (query) => inPieces(readHistory(scopeOf(options), query), options.turns),
    organisationUsage: (query) => inPieces(readOrganisationUsage(scopeOf(options), query), options.turns),
    billingPeriods: () => billingPeriods(options),
    endedPeriods: (after) => endedPeriods(scopeOf(options), after),
    async bill(name) {
      const period = begunPeriod(scopeOf(options), name);
      if (!period) return null;
      const closed = closedBill(options, period);
      if (closed) return { ...closed, statement: compareStatement(options, period, null) };
      const figures = await readFigures(options, period);
      return { ...figures.bill, statement: compareStatement(options, period, figures) };
    },
    figureSources(name) {
      const scope = scopeOf(options);
      const period = begunPeriod(scope, name);
      return period && sourcesIn(scope, period);
    },
    async compare(name, source) {
      const period = begunPeriod(scopeOf(options), name);
      if (period && keptBill(options, period)) return 'records-gone';
      return period && readUndisturbed(options, (scope) => compareFigures(scope, period, source));
    },
    async figures(name, signal) {
      const period = begunPeriod(scopeOf(options), name);
      // Nothing can be worked out again of a period whose entries are gone: its statements stay.
      return period && !keptBill(options, period) ? readFigures(options, period, signal) : null;
    },
    async readOn(at, signal) {
      const scope = scopeOf(options);
      const period = scope.buckets.calendar.billingPeriod(at);
      if (keptBill(options, period) || !isMuch(scope, period)) return null;
      await readUndisturbed(options, (scope) => readBill(scope, period), signal);
      const found = checkpointToKeep(scopeOf(options), period);
      return found && { start: period.start, ...found };
    },
    async peak(query) {
      if (query.from > scopeOf(options).now) return null;
      return readUndisturbed(options, (scope) => readPeak(scope, query));
    },
    whatIf(query) {
      const { buckets, now } = scopeOf(options);
      const { period, from, to } = query;
      const named = period === undefined ? buckets.calendar.billingPeriod(now) : buckets.billingPeriodNamed(period);
      const span = from === undefined || to === undefined ? named : { start: from, end: to };
      if (!span || span.start > now) return null;
      return readInProgress(options, (scope) => readWhatIf(scope, query, span));
    },
    tryRule: (rule, from, to) => readUndisturbed(options, (scope) => tryRule(scope, rule, from, to)),
    async forecast(licenceType) {
      const scope = scopeOf(options);
      const day = scope.buckets.calendar.day(scope.now);
      const name = [scope.timeZone, day.start, ...scope.types].join('\u0000');
      const { forecasts, rows, recent } = options;
      const read = () => runInPieces(readWeekdayCurves(scope, day), options.turns);
      const curves = await forecasts.curves(options.organisation, name, day.start, scope.now, read);
      const wanted = rows.filter((row) => licenceType === undefined || row.licenceType === licenceType);
      return runInPieces(readForecast(scopeOf(options), { rows: wanted, recent, curves, day }), options.turns);
    },
    answer(query) {
      const source = dataSources(options.catalogue).find(({ id }) => id === query.dataSource) as DataSource;
      return readInProgress(options, (scope) => answerReport(scope, source, query));
    },
  };
}

/** Reads again what late events have changed behind the reader; where they do not stop, the last answer is provisional. */
async function* readInProgress<T extends { provisional: boolean }>(
  options: ReportsOptions,
  read: (scope: ReportScope) => Work<T>,
): InProgress<T> {
  const { watches, organisation } = options;
  for (let attempt = 1; ; attempt++) {
    const watch = watches.begin(organisation);
    let share = 0;
    const reached = (at: Instant) => {
      watch.readTo = at;
    };
    const progress = (done: number) => {
      share = done;
    };
    const work = read({ ...scopeOf(options), reached, progress, undisturbed: () => !watch.disturbed });
    try {
      let step = work.next();
      for (; !step.done; step = work.next()) {
        yield { share };
        await options.turns.next();
      }
      if (!watch.disturbed) return yield { answer: step.value };
      if (attempt === ATTEMPTS) return yield { answer: { ...step.value, provisional: true } };
    } finally {
      work.return(undefined as never);
      watches.end(organisation, watch);
    }
  }
}

const readUndisturbed = <T extends { provisional: boolean }>(
  options: ReportsOptions,
  read: (scope: ReportScope) => Work<T>,
  signal?: AbortSignal,
): Promise<T> => answerOf(readInProgress(options, read), signal);

/** @param name absent: the running one. Null: it has not begun */
function begunPeriod({ buckets, now }: ReportScope, name: string | undefined): BillingPeriod | null {
  const period = name === undefined ? buckets.calendar.billingPeriod(now) : buckets.billingPeriodNamed(name);
  return period && period.start <= now ? period : null;
}

async function readFigures(options: ReportsOptions, period: BillingPeriod, signal?: AbortSignal): Promise<Figures> {
  const bill = keptBill(options, period) ?? (await readUndisturbed(options, (scope) => readBill(scope, period), signal));
  return { bill, settings: settingsAtEnd(scopeOf(options), period) };
}

/** The bill of a closed period of which nothing has changed since: as it stands in its statement, which need not be worked out again. */
function closedBill(options: ReportsOptions, period: BillingPeriod): Bill | undefined {
  const { disk, organisation, types } = options;
  const newest = readStatement(disk, organisation, period.name);
  if (!newest || hasChanged(options, period)) return undefined;
  const { bill } = JSON.parse(newest.text()) as Figures;
  const scope = scopeOf(options);
  const now = { ...periodView(scope, period), timeZone: scope.timeZone };
  const told = new Set(bill.licences.map(({ licenceType }) => licenceType));
  // A type that came to be known since has a row as well.
  const isWhole = types.every((type) => told.has(type));
  return isWhole && Object.entries(now).every(([key, value]) => bill[key as keyof typeof now] === value) ? bill : undefined;
}

/** Whether something before its end has changed since statements and records were last compared. */
function hasChanged({ disk, organisation }: ReportsOptions, { end }: BillingPeriod): boolean {
  const { changedFrom } = closingOf(disk, organisation);
  return changedFrom !== null && changedFrom < end;
}

/** The bill of a period of which the entries are kept no more. */
const keptBill = ({ disk, organisation }: Pick<ReportsOptions, 'disk' | 'organisation'>, { name }: BillingPeriod): Bill | undefined =>
  disk.get<Bill>('bills', [organisation, name]);

/** The newest statement of a period beside what its records say now. @param figures null: they are those of the statement */
function compareStatement(options: ReportsOptions, period: BillingPeriod, figures: Figures | null): BillStatement | null {
  const { disk, organisation } = options;
  const { name } = period;
  const newest = readStatement(disk, organisation, name);
  if (!newest) return null;
  // Where nothing has changed since statements and records were last compared there is nothing to compare.
  const changed = hasChanged(options, period) && !keptBill(options, period);
  const differences = changed && figures ? differencesOf(JSON.parse(newest.text()) as Figures, figures) : [];
  const summary = summaryOf(newest.number, newest.stored);
  return { ...summary, revisions: newest.number - 1, agrees: differences.length === 0, differences };
}

/** From the newest to that of the oldest entry. */
function billingPeriods(options: ReportsOptions): BillingPeriodRow[] {
  const { disk, organisation } = options;
  const scope = scopeOf(options);
  const closing = closingOf(disk, organisation);
  const statements = new Map(listStatements(disk, organisation).map(({ period, ...summary }) => [period, summary]));
  return [scope.buckets.calendar.billingPeriod(scope.now), ...endedPeriods(scope, Number.NEGATIVE_INFINITY).reverse()].map((period) => {
    const statement = statements.get(period.name) ?? null;
    const kept = keptBill(options, period);
    const over = period.end <= scope.now;
    const settles = over && statement === null && closesByItself(period.end, scope.now);
    return {
      ...periodView(scope, period),
      ...(kept && { complete: kept.complete }),
      state: statement ? (statement.number > 1 ? 'revised' : 'closed') : over ? 'settling' : 'running',
      closesAt: settles ? formatInstant(closesAt(closing, period.end, options.closing)) : null,
      statement,
      changedSince: statement !== null && closing.changedFrom !== null && closing.changedFrom < period.end,
    };
  });
}

/** At most those of a hundred years. */
function endedPeriods({ buckets, firstEntryAt, now }: ReportScope, after: Instant): BillingPeriod[] {
  const periods: BillingPeriod[] = [];
  if (firstEntryAt === null) return periods;
  for (let at = Math.max(firstEntryAt, after, now - LONGEST_LIST_MS); ; ) {
    const period = buckets.calendar.billingPeriod(at);
    if (period.end > now) return periods;
    periods.push(period);
    at = period.end;
  }
}

/** What every report is about, as it is at this moment. */
function scopeOf({ disk, organisation, types, downtimes, now, bills, whatIfs }: ReportsOptions): ReportScope {
  const versions = disk.get<Version<Settings>[]>('organisations', [organisation]) ?? [];
  const { timeZone, billingPeriodStartDay } = lastReceived(versions) ?? DEFAULT_SETTINGS;
  const buckets = createLocalBuckets(timeZone, billingPeriodStartDay);
  const at = now();
  const counters = disk.get<OrganisationCounters>('states', [organisation]);
  const newestAt = counters?.newestAt ?? at;
  const kept = keptOf(counters ?? {});
  const firstKept = firstEntry(disk, organisation);
  const firstEntryAt = Number.isFinite(kept.first) ? Math.min(kept.first, firstKept ?? kept.first) : firstKept;
  const firstStartAt = disk.get<Instant>('meta', ['firstStartAt']) ?? Number.POSITIVE_INFINITY;
  const known = knownFrom(firstStartAt, firstEntryAt, (at) => buckets.calendar.day(at).start);
  const coverage = createCoverage(downtimes, known);
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
    covered: onlyWhereKept(coverage, kept, buckets),
    recorded: (start, end) => start >= kept.entries && coverage(start, end),
    kept,
    provisionalFrom: Math.min(recomputingFrom(disk, organisation) ?? Number.POSITIVE_INFINITY, kept.stale),
    firstEntryAt,
    now: at,
    horizon: Math.max(at, newestAt),
    reached: () => {},
    progress: () => {},
    undisturbed: () => true,
    bills,
    whatIfs,
  };
}

function firstEntry(disk: Reader, organisation: string): Instant | null {
  const range = { start: [organisation, Number.NEGATIVE_INFINITY], end: [organisation, AFTER_NAMES], limit: 1 };
  const [row] = disk.range('entries', range);
  return row ? (row.key[1] as Instant) : null;
}
