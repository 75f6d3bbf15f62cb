/** Reports over `organisation-licence-usage`: exact levels, cut at the hours or days that the dimensions tell apart. */
import type { Cell, ReportQuery } from '../../shared/reports.ts';
import type { Instant } from '../../shared/time.ts';
import type { Span } from '../licensing/calendar.ts';
import { beginStretch, type Figures, figures, NO_LEVELS, type Stretch } from '../usage/levels.ts';
import { BUCKET_MS, bucketStart } from '../usage/open-bucket.ts';
import { type Accumulator, type CellOf, createGrouping, type Grouping, type MetricOf } from './grouping.ts';
import { isIdle } from './history.ts';
import { createLevelWalk } from './level-walk.ts';
import { createLocalTime, type LocalTime } from './local-time.ts';
import { type ReportScope, withKeptNow } from './scope.ts';
import { cellFilter } from './usage-records.ts';
import { createEffort, type Work } from './work.ts';

/** The levels of one type over a stretch that every dimension calls by one name. */
export interface LevelRow {
  licenceType: string;
  local: LocalTime;
  milliseconds: number;
  figures: Figures;
}

const TIME_CELLS: Record<keyof LocalTime, CellOf<LevelRow>> = {
  date: ({ local }) => local.date,
  hourOfDay: ({ local }) => local.hourOfDay,
  dayOfWeek: ({ local }) => local.dayOfWeek,
  month: ({ local }) => local.month,
  billingPeriod: ({ local }) => local.billingPeriod,
};
export const LEVEL_CELLS: Record<string, CellOf<LevelRow>> = { licenceType: ({ licenceType }) => licenceType, ...TIME_CELLS };

/** Index of a pool in `Levels`. */
const CONCURRENT = 1;
const CONTINGENCY = 2;

const average =
  (pool: 1 | 2): MetricOf<LevelRow> =>
  () => {
    let area = 0;
    let length = 0;
    return {
      add({ figures: { area: areas }, milliseconds }) {
        area += areas[pool];
        length += milliseconds;
      },
      value: () => (length > 0 ? area / length : null),
    };
  };

const extreme =
  (pick: (figures: Figures) => number, better: (a: number, b: number) => number): MetricOf<LevelRow> =>
  (): Accumulator<LevelRow> => {
    let found: Cell = null;
    return {
      add: ({ figures: levels }) => {
        found = found === null ? pick(levels) : better(found as number, pick(levels));
      },
      value: () => found,
    };
  };

export const LEVEL_METRICS: Record<string, MetricOf<LevelRow>> = {
  avgConcurrent: average(CONCURRENT),
  highestConcurrent: extreme(({ high }) => high[CONCURRENT], Math.max),
  lowestConcurrent: extreme(({ low }) => low[CONCURRENT], Math.min),
  avgContingent: average(CONTINGENCY),
  highestContingent: extreme(({ high }) => high[CONTINGENCY], Math.max),
  lowestContingent: extreme(({ low }) => low[CONTINGENCY], Math.min),
};

export function* groupLevels(asked: ReportScope, query: ReportQuery, from: Instant, to: Instant): Work<Grouping<LevelRow>> {
  const { buckets, horizon } = asked;
  const grouping = createGrouping(
    query.dimensions.map((id) => LEVEL_CELLS[id] as CellOf<LevelRow>),
    query.metrics.map((id) => LEVEL_METRICS[id] as MetricOf<LevelRow>),
    query.dimensions,
  );
  const filters = query.filters.map(({ field, in: values }) => cellFilter(LEVEL_CELLS[field] as CellOf<LevelRow>, values));
  const end = Math.min(to, horizon);
  if (end <= from) return grouping;
  // What happens just now belongs to a range that goes on: its last bucket is not cut at this instant.
  const readTo = to > horizon ? bucketStart(horizon) + BUCKET_MS : to;
  yield* asked.cuts.prepare(from);
  yield* asked.cuts.prepare(readTo);
  const scope = withKeptNow(asked);
  const localTime = createLocalTime(buckets);
  const effort = createEffort();
  const take = (licenceType: string, span: Span, stretch: Stretch): void => {
    const until = Math.max(span.end, stretch.until);
    const row = { licenceType, local: localTime(span.start), milliseconds: until - span.start, figures: figures(stretch, until) };
    if (filters.every((accepts) => accepts(row))) grouping.add(row);
  };
  const types = scope.types.filter((type) => !isIdle(scope, type, { start: from, end: readTo }));
  // Rows in the store do not mean that somebody was there: at what they say, in the part that is asked for, the level may be 0.
  const used = new Set<string>();
  const passed: Span[] = [];
  const walk = createLevelWalk(scope, types, false, effort);
  for (const span of spans(scope, query, from, end)) {
    const until = span.end === end ? readTo : span.end;
    for (const [nth, type] of types.entries()) {
      const stretch = walk.next(nth, { start: span.start, end: until });
      if (!used.has(type) && !isUnused(stretch)) {
        used.add(type);
        for (const before of passed) take(type, before, beginStretch(before.start, NO_LEVELS));
      }
      if (used.has(type)) take(type, span, stretch);
      effort.spend(1);
      if (!effort.tired()) continue;
      scope.progress((span.end - from) / (end - from));
      yield;
      walk.rested();
    }
    passed.push(span);
  }
  return grouping;
}

/** Whether nobody was in use at any instant of a stretch. */
const isUnused = (stretch: Stretch): boolean => figures(stretch, stretch.until).high[0] === 0;

/** The range cut no finer than the dimensions and filters need, and where days are what is kept, at these. */
function* spans({ buckets, kept }: ReportScope, { dimensions, filters }: ReportQuery, from: Instant, end: Instant): Iterable<Span> {
  const fields = [...dimensions, ...filters.map(({ field }) => field)];
  const timed = fields.some((field) => Object.hasOwn(TIME_CELLS, field));
  const resolution = fields.includes('hourOfDay') ? '1h' : '1d';
  const { day } = buckets.calendar;
  const wholeDays = (start: Instant): Instant => {
    if (day(start).start !== start && start < kept.buckets) return day(start).end;
    const last = day(end).start;
    return last > start && end < kept.buckets ? last : end;
  };
  for (let start = from; start < end; ) {
    const next = Math.min(end, timed ? buckets.bucket(resolution, start).end : wholeDays(start));
    yield { start, end: next };
    start = next;
  }
}
