/** A vendor's figures of a billing period beside ours, day by day and type by type. */
import { BILLING_RULES, type BillingRule } from '../../shared/bill.ts';
import { getOrMake } from '../../shared/maps.ts';
import { formatInstant } from '../../shared/time.ts';
import type { ComparedDay, ComparedType, Comparison, DifferenceCause } from '../../shared/vendor-figures.ts';
import { figuresIn, type KeptFigure } from '../books/vendor-figures.ts';
import type { BillingPeriod } from '../licensing/calendar.ts';
import { certaintyOf, type ReportScope } from '../reports/scope.ts';
import type { Work } from '../reports/work.ts';
import { compareKeys } from '../store/keys.ts';
import { type DayFigures, readDayFigures } from './day-figures.ts';
import { type DayEvidence, explain, likelyCauses, possibleCauses } from './difference-cause.ts';

/** Sources that know something of the days of a period, or of it as a whole. */
export function sourcesIn(scope: ReportScope, period: BillingPeriod): string[] {
  return [...new Set([...daysIn(scope, period), ...monthsIn(scope, period)].map(({ source }) => source))].sort((a, b) =>
    compareKeys([a], [b]),
  );
}

function daysIn({ disk, organisation, buckets }: ReportScope, period: BillingPeriod, source?: string): KeptFigure[] {
  const range = { ...datesOf(buckets, period), ...(source !== undefined && { source }) };
  return [...figuresIn(disk, organisation, range)].filter(({ kind }) => kind !== 'month');
}

/** Figures of the whole period: under its name. */
function monthsIn({ disk, organisation }: ReportScope, { name }: BillingPeriod, source?: string): KeptFigure[] {
  const range = { from: `${name}-01`, to: `${name}-02`, ...(source !== undefined && { source }) };
  return [...figuresIn(disk, organisation, range)].filter(({ kind }) => kind === 'month');
}

function datesOf({ calendar }: ReportScope['buckets'], { start, end }: BillingPeriod): { from: string; to: string } {
  return { from: calendar.localDateTime(start).slice(0, 10), to: calendar.localDateTime(end).slice(0, 10) };
}

interface Pair {
  day: DayFigures['days'][number];
  licenceType: string;
  theirs: number | null;
  evidence: DayEvidence;
  possible: DifferenceCause[];
}

/** @param source one of `sourcesIn`, or null where there is none */
export function* compareFigures(scope: ReportScope, period: BillingPeriod, source: string | null): Work<Comparison> {
  const given = source === null ? [] : daysIn(scope, period, source);
  const months = new Map((source === null ? [] : monthsIn(scope, period, source)).map((figure) => [figure.licenceType, figure]));
  const byKey = new Map(given.map((figure) => [`${figure.date} ${figure.licenceType}`, figure]));
  const types = [...new Set([...scope.types, ...given.map(({ licenceType }) => licenceType), ...months.keys()])];
  const figures = yield* readDayFigures(scope, period, types);
  const pairs = new Map<string, Pair[]>();
  for (const day of figures.days) {
    for (const licenceType of types) {
      const pair = pairOf(figures, day, licenceType, byKey.get(`${day.date} ${licenceType}`));
      if (pair) getOrMake(pairs, licenceType, () => []).push(pair);
    }
    yield;
  }
  const days = [...pairs.values()].flatMap((ofType) => comparedDays(scope, ofType));
  return {
    organisation: scope.organisation,
    period: period.name,
    start: formatInstant(period.start),
    end: formatInstant(period.end),
    timeZone: scope.timeZone,
    provisional: certaintyOf(scope, period).provisional,
    source,
    sources: sourcesIn(scope, period),
    licences: types
      .filter((type) => pairs.has(type) || months.has(type))
      .map((type) => comparedType(figures, type, pairs.get(type) ?? [], days, months.get(type))),
    days: days.sort((a, b) => (a.date === b.date ? types.indexOf(a.licenceType) - types.indexOf(b.licenceType) : a.date < b.date ? -1 : 1)),
  };
}

function pairOf(figures: DayFigures, day: Pair['day'], licenceType: string, figure: KeptFigure | undefined): Pair | null {
  const evidence = figures.evidence(licenceType, day.date, figure?.givenAt ?? Number.POSITIVE_INFINITY);
  if (!evidence || (!figure && evidence.ours.instant === 0)) return null;
  const theirs = figure?.value ?? null;
  return { day, licenceType, theirs, evidence, possible: theirs === null ? [] : possibleCauses(theirs, evidence) };
}

function comparedDays(scope: ReportScope, pairs: readonly Pair[]): ComparedDay[] {
  const likely = likelyCauses(pairs.map(({ possible }) => possible).filter((possible) => possible.length > 0));
  let next = 0;
  return pairs.map(({ day, licenceType, theirs, evidence, possible }) => {
    const cause = theirs === null ? null : (likely[next++] as DifferenceCause);
    return {
      date: day.date,
      start: formatInstant(day.start),
      end: formatInstant(day.end),
      licenceType,
      theirs,
      ours: evidence.ours,
      difference: theirs === null ? null : lessOurs(theirs, evidence.ours),
      complete: evidence.complete && day.end <= scope.now,
      cause,
      explanation: cause === null ? null : explain(cause, theirs as number, evidence),
      alsoPossible: possible.filter((other) => other !== cause),
    };
  });
}

function comparedType(
  figures: DayFigures,
  licenceType: string,
  pairs: readonly Pair[],
  days: readonly ComparedDay[],
  month: KeptFigure | undefined,
): ComparedType {
  const given = pairs.flatMap(({ theirs }) => (theirs === null ? [] : [theirs]));
  const ofDays = given.length > 0 ? Math.max(...given) : null;
  const theirs = month?.value ?? ofDays;
  const evidence = figures.wholeEvidence(licenceType, month?.givenAt ?? Number.POSITIVE_INFINITY);
  const [cause = null, ...alsoPossible] = month ? possibleCauses(month.value, evidence) : [];
  const causes: ComparedType['causes'] = {};
  for (const { cause: ofDay, licenceType: type } of days)
    if (ofDay !== null && type === licenceType) causes[ofDay] = (causes[ofDay] ?? 0) + 1;
  return {
    licenceType,
    theirs,
    given: month ? 'month' : ofDays === null ? null : 'days',
    cause,
    explanation: cause === null ? null : explain(cause, month?.value ?? 0, evidence, 'period'),
    alsoPossible,
    contingency: { theirs: month?.contingency ?? null, ours: figures.contingency(licenceType) },
    daysGiven: given.length,
    ours: evidence.ours,
    difference: theirs === null ? null : lessOurs(theirs, evidence.ours),
    causes,
  };
}

const lessOurs = (theirs: number, ours: Record<BillingRule, number>): Record<BillingRule, number> =>
  Object.fromEntries(BILLING_RULES.map((rule) => [rule, theirs - ours[rule]])) as Record<BillingRule, number>;
