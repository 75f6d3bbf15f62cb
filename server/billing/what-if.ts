/** What would have been: a stretch of the past, its pools played anew with other sizes. */
import { formatInstant, formatInstantOrNull, type Instant } from '../../shared/time.ts';
import type { Peak } from '../../shared/views.ts';
import type { PoolFigures, PoolSizes, SizedPools, UnitPrices, WhatIf, WhatIfQuery, WhatIfType } from '../../shared/what-if.ts';
import { CLASS, type Entry, type EntryRecord, levelChange, positionOf } from '../books/entry.ts';
import type { Span } from '../licensing/calendar.ts';
import { createLevelReader, levelBefore } from '../reports/level-reader.ts';
import { certaintyOf, type ReportScope } from '../reports/scope.ts';
import { createEffort, pagedRows, type Work } from '../reports/work.ts';
import { addLevels, figures, type Levels } from '../usage/levels.ts';
import { Crowd } from './crowd.ts';
import { findHolders, type MomentHolders, momentKey } from './holders.ts';
import type { LineMark } from './level-line.ts';
import { PoolReplay } from './pool-replay.ts';
import { money } from './price.ts';

const USUAL_STALE_SECONDS = 43_200;
/** Numbers of licences that are played for the curve, of each type. */
const CURVE_POINTS = 17;
const DESKTOP_SOURCES = new Set(['Agent Desktop', 'CRM']);
const DESKTOPS = new Set(['desktop', 'crm']);

/** Everything that is played for one licence type. */
interface Played {
  type: string;
  sizes: PoolSizes | undefined;
  chosen: PoolReplay;
  curve: PoolReplay[];
  /** The sessions that the pools are played with; all of them; and the two by whose absence peaks are compared. */
  crowds: [asked: Crowd, all: Crowd, fresh: Crowd, desktop: Crowd];
  asIs: RecordedPools;
}

/** @param span a stretch that has begun */
export function* readWhatIf(scope: ReportScope, query: WhatIfQuery, span: Span): Work<WhatIf> {
  const to = Math.min(span.end, scope.horizon);
  const staleSeconds = scope.versions.at(-1)?.value.staleAfterSeconds ?? USUAL_STALE_SECONDS;
  const staleAfterSeconds = typeof query.without.staleSessions === 'number' ? query.without.staleSessions : staleSeconds;
  const types = scope.types.filter((type) => query.licenceTypes?.includes(type) ?? true);
  const holders = yield* findHolders(
    scope,
    types.map((type) => ({ type, at: span.start - 1 })),
  );
  const played = new Map<string, Played>();
  for (const type of types) {
    const there = holders.get(momentKey({ type, at: span.start - 1 })) as MomentHolders;
    played.set(type, beginType(scope, query, type, { start: span.start, end: to }, staleAfterSeconds * 1000, there));
    yield;
  }
  const periods = yield* playEntries(scope, query, { start: span.start, end: to }, played);
  return {
    from: formatInstant(span.start),
    to: formatInstant(span.end),
    billingPeriods: periods,
    ...certaintyOf(scope, span),
    staleAfterSeconds,
    licences: [...played.values()].map((each) => typeView(scope, query, each, periods, to)).filter(({ peak }) => peak.value > 0),
  };
}

function beginType(scope: ReportScope, query: WhatIfQuery, type: string, span: Span, staleMs: number, there: MomentHolders): Played {
  const { without } = query;
  const entitlement = scope.entitlementsAt(Math.min(span.end, scope.now)).get(type);
  const sizes = query.sizes.get(type) ?? entitlement;
  const chosen = new PoolReplay(sizes);
  const peak = figures(createLevelReader(scope, type, span.start, createEffort()).next(span.end), span.end).high[0];
  const points = Math.min(CURVE_POINTS - 1, peak);
  const numbers = Array.from({ length: points + 1 }, (_, i) => Math.round((i * peak) / Math.max(1, points)));
  for (const more of [sizes?.concurrent, entitlement?.concurrent]) if (more !== undefined) numbers.push(more);
  const curve = [...new Set(numbers)]
    .sort((a, b) => a - b)
    .map((concurrent) => new PoolReplay({ concurrent, contingency: Number.POSITIVE_INFINITY }));
  const asked = { staleMs: without.staleSessions === undefined ? null : staleMs, endWithDesktop: without.secondDevices === true };
  const crowds: Played['crowds'] = [
    new Crowd(span.start, asked, [chosen, ...curve]),
    new Crowd(span.start, { staleMs: null, endWithDesktop: false }),
    new Crowd(span.start, { staleMs, endWithDesktop: false }),
    new Crowd(span.start, { staleMs: null, endWithDesktop: true }),
  ];
  for (const { user, since, devices } of there.holders) {
    for (const device of devices) {
      for (const crowd of crowds) crowd.come(span.start, Date.parse(since), user, device, DESKTOPS.has(device));
    }
  }
  return { type, sizes, chosen, curve, crowds, asIs: new RecordedPools(span.start, levelBefore(scope, type, span.start)) };
}

/** Plays everything that was recorded, and returns how many billing periods the range touches. */
function* playEntries(scope: ReportScope, query: WhatIfQuery, span: Span, played: ReadonlyMap<string, Played>): Work<number> {
  const { disk, organisation } = scope;
  const { calendar } = scope.buckets;
  const leftOut = new Set(query.without.logonSources);
  let boundary = calendar.billingPeriod(span.start).end;
  let periods = 1;
  const refreshBefore = (at: Instant, order: number): void => {
    while (boundary < at || (boundary === at && order >= CLASS.refresh)) {
      for (const { crowds } of played.values()) {
        for (const crowd of crowds) {
          crowd.reach(boundary);
          crowd.refresh();
        }
      }
      boundary = calendar.billingPeriod(boundary).end;
      periods++;
    }
  };
  const effort = createEffort();
  const reached = (key: readonly (string | number)[]) => scope.reached(key[1] as Instant);
  for (const { key, value } of pagedRows<Entry>(disk, 'entries', [organisation, span.start], [organisation, span.end], reached)) {
    const { at, class: order } = positionOf(key, 1);
    refreshBefore(at, order);
    for (const record of value.records) {
      const each = played.get(record.type);
      if (each) playRecord(each, at, value, record, leftOut.has(value.source));
    }
    effort.spend(1 + value.records.length * 4);
    if (effort.tired()) yield;
  }
  refreshBefore(span.end, CLASS.leaseEnd);
  for (const { crowds, asIs } of played.values()) {
    asIs.reach(span.end);
    for (const crowd of crowds) {
      crowd.reach(span.end);
      crowd.look();
    }
  }
  return periods;
}

function playRecord({ crowds, asIs }: Played, at: Instant, entry: Entry, record: EntryRecord, leftOut: boolean): void {
  const { kind, user, device, source } = entry;
  asIs.reach(at);
  asIs.change(kind, record);
  if (kind === 'refresh') return;
  for (const [index, crowd] of crowds.entries()) {
    crowd.reach(at);
    if (!record.acquired) crowd.go(user, device, kind === 'login');
    else if (!leftOut || index > 0) crowd.come(at, at, user, device, DESKTOP_SOURCES.has(source) || DESKTOPS.has(device));
  }
}

/** The pools as the records have them. */
class RecordedPools {
  #level: Levels;
  #since: Instant;
  #inContingencyMs = 0;
  #overLimitMs = 0;
  readonly #counts = { loginsInContingency: 0, loginsOverLimit: 0, contingencyMaxUsed: 0 };

  constructor(start: Instant, enter: Levels) {
    this.#since = start;
    this.#level = enter;
  }

  reach(at: Instant): void {
    if (at <= this.#since) return;
    const [, , contingency, overLimit] = this.#level;
    if (contingency > 0) this.#inContingencyMs += at - this.#since;
    if (overLimit > 0) this.#overLimitMs += at - this.#since;
    this.#counts.contingencyMaxUsed = Math.max(this.#counts.contingencyMaxUsed, contingency);
    this.#since = at;
  }

  change(kind: Entry['kind'], record: EntryRecord): void {
    const by = levelChange(kind, record);
    if (by) this.#level = addLevels(this.#level, by);
    if (kind === 'refresh' || !record.acquired || !record.turned) return;
    if (record.pool === 1) this.#counts.loginsInContingency++;
    if (record.pool === 2) this.#counts.loginsOverLimit++;
  }

  figures(): PoolFigures {
    return { secondsInContingency: this.#inContingencyMs / 1000, secondsOverLimit: this.#overLimitMs / 1000, ...this.#counts };
  }
}

const figuresOf = (replay: PoolReplay): PoolFigures => ({
  secondsInContingency: replay.inContingencyMs / 1000,
  secondsOverLimit: replay.overLimitMs / 1000,
  loginsInContingency: replay.loginsInContingency,
  loginsOverLimit: replay.loginsOverLimit,
  contingencyMaxUsed: Math.max(...replay.maxUsed),
});

function typeView(scope: ReportScope, query: WhatIfQuery, played: Played, periods: number, to: Instant): WhatIfType {
  const { type, sizes, chosen, curve, asIs } = played;
  const [asked, all, fresh, desktop] = played.crowds;
  const entitlement = scope.entitlementsAt(Math.min(to, scope.now)).get(type);
  const prices: UnitPrices = query.prices.get(type) ?? entitlement ?? {};
  const priceOf = (concurrent: number, maxUsed: readonly number[]): number | null => {
    const { unitPrice, contingencyPrice } = prices;
    const overflow = maxUsed.reduce((sum, max) => sum + max, 0);
    if (unitPrice === undefined || (overflow > 0 && contingencyPrice === undefined)) return null;
    return money(periods * concurrent * unitPrice + overflow * (contingencyPrice ?? 0));
  };
  const points = curve.map((replay) => {
    const { concurrent } = replay.sizes as PoolSizes;
    const { secondsInContingency, secondsOverLimit, contingencyMaxUsed: contingency } = figuresOf(replay);
    return { concurrent, contingency, price: priceOf(concurrent, replay.maxUsed), secondsInContingency, secondsOverLimit };
  });
  const cheapest = cheapestOf(points, asked, (concurrent) =>
    priceOf(
      concurrent,
      asked.peaks.map((peak) => Math.max(0, peak - concurrent)),
    ),
  );
  const without = (crowd: Crowd) => ({ ...peakOf(crowd.peak), saves: all.peak.value - crowd.peak.value });
  return {
    licenceType: type,
    asIs: { concurrent: entitlement?.concurrent ?? null, contingency: entitlement?.contingency ?? null, ...asIs.figures() },
    sizes: sizes ? { concurrent: sizes.concurrent, contingency: sizes.contingency } : null,
    ...figuresOf(chosen),
    price: sizes ? priceOf(sizes.concurrent, chosen.maxUsed) : null,
    cheapest,
    curve: points,
    peak: { ...peakOf(all.peak), holdings: all.holdingsPeak },
    peakWithout: { staleSessions: without(fresh), secondDevices: without(desktop) },
    suggestion: suggestionOf(type, asked, cheapest),
  };
}

const peakOf = ({ value, at }: LineMark): Peak => ({ value, at: formatInstantOrNull(at) });

/** @param atLeast what a number of licences costs at least: everybody beyond them in contingency, and nobody staying there */
function cheapestOf(
  points: readonly SizedPools[],
  { peaks }: Crowd,
  atLeast: (concurrent: number) => number | null,
): WhatIfType['cheapest'] {
  const priced = points.filter((point) => point.price !== null);
  if (priced.length === 0) return null;
  const best = priced.reduce((cheapest, point) => ((point.price as number) < (cheapest.price as number) ? point : cheapest));
  const known = new Set(points.map(({ concurrent }) => concurrent));
  let proven = true;
  for (let concurrent = 0; concurrent <= Math.max(...peaks); concurrent++) {
    const least = known.has(concurrent) ? null : atLeast(concurrent);
    if (least !== null && least < (best.price as number)) proven = false;
  }
  return { concurrent: best.concurrent, contingency: best.contingency, price: best.price, proven };
}

function suggestionOf(type: string, { peaks }: Crowd, cheapest: WhatIfType['cheapest']): string {
  const assumption = 'if what comes is like the range that was looked at';
  if (!cheapest)
    return `${Math.max(...peaks)} ${type} licences would be enough for everybody without contingency, ${assumption}. Name prices to learn what is cheapest.`;
  return `${cheapest.concurrent} ${type} licences with ${cheapest.contingency} of contingency cost least (${cheapest.price}), ${assumption}.`;
}
