/** A vendor's figures of a billing period beside ours, day by day and type by type. */
import { BILLING_RULES, type BillingRule } from '../../shared/bill.ts';
import { getOrMake } from '../../shared/maps.ts';
import { formatInstant } from '../../shared/time.ts';
import type { ComparedDay, ComparedType, Comparison, DifferenceCause } from '../../shared/vendor-figures.ts';
import { figuresIn, type KeptFigure } from '../books/vendor-figures.ts';
import type { BillingPeriod } from '../licensing/calendar.ts';
import { certaintyOf, type ReportScope } from '../reports/scope.ts';
import type { Work } from '../reports/work.ts';
import { type DayFigures, readDayFigures } from './day-figures.ts';
import { type DayEvidence, explain, likelyCauses, possibleCauses } from './difference-cause.ts';

/** Sources that know something of the days of a period. */
export function sourcesIn({ disk, organisation, buckets }: ReportScope, period: BillingPeriod): string[] {
  return [...new Set([...figuresIn(disk, organisation, datesOf(buckets, period))].map(({ source }) => source))];
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
  const { disk, organisation, buckets } = scope;
  const given = source === null ? [] : [...figuresIn(disk, organisation, { source, ...datesOf(buckets, period) })];
  const byKey = new Map(given.map((figure) => [`${figure.date} ${figure.licenceType}`, figure]));
  const types = [...new Set([...scope.types, ...given.map(({ licenceType }) => licenceType)])];
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
    organisation,
    period: period.name,
    start: formatInstant(period.start),
    end: formatInstant(period.end),
    timeZone: scope.timeZone,
    provisional: certaintyOf(scope, period).provisional,
    source,
    sources: sourcesIn(scope, period),
    licences: [...pairs].map(([licenceType, ofType]) => comparedType(licenceType, ofType, days, figures.whole(licenceType))),
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
  licenceType: string,
  pairs: readonly Pair[],
  days: readonly ComparedDay[],
  ours: Record<BillingRule, number>,
): ComparedType {
  const given = pairs.flatMap(({ theirs }) => (theirs === null ? [] : [theirs]));
  const theirs = given.length > 0 ? Math.max(...given) : null;
  const causes: ComparedType['causes'] = {};
  for (const { cause, licenceType: type } of days) if (cause !== null && type === licenceType) causes[cause] = (causes[cause] ?? 0) + 1;
  return { licenceType, theirs, daysGiven: given.length, ours, difference: theirs === null ? null : lessOurs(theirs, ours), causes };
}

const lessOurs = (theirs: number, ours: Record<BillingRule, number>): Record<BillingRule, number> =>
  Object.fromEntries(BILLING_RULES.map((rule) => [rule, theirs - ours[rule]])) as Record<BillingRule, number>;
