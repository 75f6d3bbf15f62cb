/** What would have been: a stretch of the past, its pools played anew with other sizes. */
import { formatAmount, formatMoney } from '../../shared/numbers.ts';
import { formatInstant, formatInstantOrNull, type Instant, millisOf } from '../../shared/time.ts';
import type { Peak } from '../../shared/views.ts';
import type { PoolFigures, SizedPools, UnitPrices, WhatIf, WhatIfQuery, WhatIfType } from '../../shared/what-if.ts';
import type { Span } from '../licensing/calendar.ts';
import { lastReceived } from '../licensing/versions.ts';
import { certaintyOf, type ReportScope, shareOf } from '../reports/scope.ts';
import { createEffort, type Work } from '../reports/work.ts';
import type { Crowd } from './crowd.ts';
import type { LineMark } from './level-line.ts';
import type { PlayedPools } from './pool-tape.ts';
import { money } from './price.ts';
import { beginReading, copyReading, finishReading, type LeftOut, type ReadType, readOn, type WhatIfReading } from './what-if-reading.ts';

const USUAL_STALE_SECONDS = 43_200;
/** Numbers of licences that are played for the curve, of each type. */
const CURVE_POINTS = 17;
/** What is younger may still be changed by events that come a little late: it is read every time. */
const SETTLED_MS = 15 * 60_000;
/** Of the work, when nothing of it was done before; the rest is playing. */
const READING_SHARE = 0.8;
/** Sizes of which it is remembered what came of them, of each type of a stretch. */
const MOST_PLAYED = 64;

type SizedPoint = WhatIfType['curve'][number];

/** @param span a stretch that has begun */
export function* readWhatIf(scope: ReportScope, query: WhatIfQuery, span: Span): Work<WhatIf> {
  const end = Math.min(span.end, scope.horizon);
  const staleSeconds = scope.versions.at(-1)?.value.staleAfterSeconds ?? USUAL_STALE_SECONDS;
  const { without } = query;
  const staleAfterSeconds = typeof without.staleSessions === 'number' ? without.staleSessions : staleSeconds;
  const reading = yield* readStretch(scope, span, end, {
    staleMs: millisOf(staleAfterSeconds),
    staleSessions: without.staleSessions !== undefined,
    secondDevices: without.secondDevices === true,
    logonSources: without.logonSources ?? [],
  });
  const licences: WhatIfType[] = [];
  let played = 0;
  for (const [type, read] of reading.types) {
    scope.progress(READING_SHARE + (1 - READING_SHARE) * (played++ / reading.types.size));
    if (read.crowds[1].peak.value === 0 || !(query.licenceTypes?.includes(type) ?? true)) continue;
    licences.push(yield* typeView(scope, query, type, read, reading.periods, end));
  }
  return {
    from: formatInstant(span.start),
    to: formatInstant(span.end),
    billingPeriods: reading.periods,
    ...certaintyOf(scope, span),
    staleAfterSeconds,
    licences,
  };
}

/** What was read before is read on; what has settled is kept. */
function* readStretch(scope: ReportScope, span: Span, end: Instant, leftOut: LeftOut): Work<WhatIfReading> {
  const { organisation, timeZone, types, versions, now, whatIfs } = scope;
  const settings = lastReceived(versions);
  const key = JSON.stringify([organisation, timeZone, settings?.billingPeriodStartDay, span, leftOut, types]);
  const reading = whatIfs.take(key) ?? (yield* beginReading(scope, span.start, leftOut));
  const settled = Math.min(span.end, now - SETTLED_MS);
  const share = shareOf(scope, span.start, span.end);
  const counted = (at: Instant) => scope.progress(READING_SHARE * share(at));
  let calledOff = true;
  try {
    yield* readOn(scope, reading, settled, counted);
    calledOff = false;
  } catch (error) {
    calledOff = false;
    throw error;
  } finally {
    // Whoever asks next goes on from here.
    if (calledOff && scope.undisturbed()) whatIfs.keep(key, organisation, reading);
  }
  const isOver = settled === span.end;
  if (isOver) finishReading(scope, reading, end);
  const whole = isOver ? reading : yield* copyReading(reading);
  if (scope.undisturbed()) whatIfs.keep(key, organisation, reading);
  if (isOver) return reading;
  yield* readOn(scope, whole, span.end, counted);
  finishReading(scope, whole, end);
  return whole;
}

function* typeView(
  scope: ReportScope,
  query: WhatIfQuery,
  type: string,
  { tape, crowds, asIs, played }: ReadType,
  periods: number,
  end: Instant,
): Work<WhatIfType> {
  const [asked, all, fresh, desktop] = crowds;
  const entitlement = scope.entitlementsAt(Math.min(end, scope.now)).get(type);
  const sizes = query.sizes.get(type) ?? entitlement;
  const prices: UnitPrices = query.prices.get(type) ?? entitlement ?? {};
  const priceOf = (concurrent: number, maxUsed: readonly number[]): number | null => {
    const { unitPrice, contingencyPrice } = prices;
    const overflow = maxUsed.reduce((sum, max) => sum + max, 0);
    if (unitPrice === undefined || (overflow > 0 && contingencyPrice === undefined)) return null;
    return money(periods * concurrent * unitPrice + overflow * (contingencyPrice ?? 0));
  };
  function* play(pools: { concurrent: number; contingency: number } | undefined): Work<PlayedPools> {
    const name = pools ? `${pools.concurrent} ${pools.contingency}` : '';
    const known = played.get(name) ?? (yield* tape.play(pools, end));
    played.set(name, known);
    if (played.size > MOST_PLAYED) played.delete(played.keys().next().value as string);
    return known;
  }
  const chosen = yield* play(sizes);
  const points: SizedPoint[] = [];
  for (const concurrent of curveOf(all.peak.value, [sizes?.concurrent, entitlement?.concurrent])) {
    const pools = yield* play({ concurrent, contingency: Number.POSITIVE_INFINITY });
    const { secondsInContingency, secondsOverLimit, contingencyMaxUsed: contingency, maxUsed } = pools;
    points.push({ concurrent, contingency, price: priceOf(concurrent, maxUsed), secondsInContingency, secondsOverLimit });
  }
  const cheapest = yield* cheapestOf(points, asked, (concurrent) =>
    priceOf(
      concurrent,
      asked.peaks.map((peak) => Math.max(0, peak - concurrent)),
    ),
  );
  const without = (crowd: Crowd) => ({ ...peakOf(crowd.peak), saves: all.peak.value - crowd.peak.value });
  const { maxUsed, ...figures } = chosen;
  return {
    licenceType: type,
    asIs: { concurrent: entitlement?.concurrent ?? null, contingency: entitlement?.contingency ?? null, ...asIs.figures() },
    sizes: sizes ? { concurrent: sizes.concurrent, contingency: sizes.contingency } : null,
    ...(figures satisfies PoolFigures),
    price: sizes ? priceOf(sizes.concurrent, maxUsed) : null,
    cheapest,
    curve: points,
    peak: { ...peakOf(all.peak), holdings: all.holdingsPeak },
    peakWithout: { staleSessions: without(fresh), secondDevices: without(desktop) },
    suggestion: suggestionOf(type, asked, cheapest),
  };
}

/** Numbers of licences from none to the peak, and those that somebody has in mind. */
function curveOf(peak: number, more: readonly (number | undefined)[]): number[] {
  const points = Math.min(CURVE_POINTS - 1, peak);
  const numbers = Array.from({ length: points + 1 }, (_, i) => Math.round((i * peak) / Math.max(1, points)));
  for (const each of more) if (each !== undefined) numbers.push(each);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

const peakOf = ({ value, at }: LineMark): Peak => ({ value, at: formatInstantOrNull(at) });

/** @param atLeast what a number of licences costs at least: everybody beyond them in contingency, and nobody staying there */
function* cheapestOf(
  points: readonly SizedPools[],
  { peaks }: Crowd,
  atLeast: (concurrent: number) => number | null,
): Work<WhatIfType['cheapest']> {
  const priced = points.filter((point) => point.price !== null);
  if (priced.length === 0) return null;
  const best = priced.reduce((cheapest, point) => ((point.price as number) < (cheapest.price as number) ? point : cheapest));
  const known = new Set(points.map(({ concurrent }) => concurrent));
  let proven = true;
  const effort = createEffort();
  for (let concurrent = 0; proven && concurrent <= Math.max(...peaks); concurrent++) {
    effort.spend(peaks.length);
    if (effort.tired()) yield;
    const least = known.has(concurrent) ? null : atLeast(concurrent);
    if (least !== null && least < (best.price as number)) proven = false;
  }
  return { concurrent: best.concurrent, contingency: best.contingency, price: best.price, proven };
}

function suggestionOf(type: string, { peaks }: Crowd, cheapest: WhatIfType['cheapest']): string {
  const assumption = 'if what comes is like the range that was looked at';
  const licences = (count: number) => `${formatAmount(count)} ${type} ${count === 1 ? 'licence' : 'licences'}`;
  if (!cheapest)
    return `${licences(Math.max(...peaks))} would be enough for everybody without contingency, ${assumption}. Name prices to learn what is cheapest.`;
  const { concurrent, contingency, price } = cheapest;
  const costs = `${concurrent === 1 ? 'costs' : 'cost'} least (${formatMoney(price ?? 0)})`;
  return `${licences(concurrent)} with ${formatAmount(contingency)} of contingency ${costs}, ${assumption}.`;
}
