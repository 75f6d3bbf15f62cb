/** `GET O/history`: lowest, average and highest levels by stretches of the local clock. */
import type { HistoryQuery } from '../../shared/history.ts';
import { formatInstant } from '../../shared/time.ts';
import type { HistoryRow, LevelView } from '../../shared/views.ts';
import type { Span } from '../licensing/calendar.ts';
import { type Figures, figures, type Stretch } from '../usage/levels.ts';
import { toldFrom } from './coverage.ts';
import { createLevelReader } from './level-reader.ts';
import { createLevelWalk } from './level-walk.ts';
import { type ReportScope, withKeptNow } from './scope.ts';
import { createEffort } from './work.ts';

/**
 * Whole buckets that overlap the range, by start and then by type, in lists; between two lists others may be let in.
 * Types that nobody used in all of them are left out, and so are buckets that have not begun.
 */
export const readHistory = (scope: ReportScope, query: HistoryQuery): Generator<HistoryRow[], void, void> =>
  readBuckets(scope, query, (bucket) => historyRow(scope, bucket));

/** What one licence type did in one bucket. */
export interface LevelBucket {
  span: Span;
  licenceType: string;
  stretch: Stretch;
  /** Told from the entries, being finer than what is kept of levels. */
  finer: boolean;
}

/** @param listed also the types that nobody used in all of the buckets, and only as far back as buckets like these are kept */
export function* readBuckets<T>(
  asked: ReportScope,
  { resolution, from: first, to, licenceType }: HistoryQuery,
  rowOf: (bucket: LevelBucket) => T,
  listed = false,
): Generator<T[], void, void> {
  const scope = withKeptNow(asked);
  const { buckets, horizon, kept } = scope;
  const told = toldFrom(resolution, kept);
  const from = Math.max(first, listed ? told : Math.min(told, kept.entries));
  if (to <= from) return;
  const effort = createEffort();
  const start = buckets.bucket(resolution, from).start;
  const end = buckets.bucket(resolution, to - 1).end;
  const wanted = scope.types.filter((type) => licenceType === undefined || type === licenceType);
  const types = listed ? wanted : wanted.filter((type) => !isIdle(scope, type, { start, end }));
  const walk = createLevelWalk(scope, types, listed, effort);
  let rows: T[] = [];
  for (let span = buckets.bucket(resolution, start); types.length > 0 && span.start < end; span = buckets.bucket(resolution, span.end)) {
    if (span.start > horizon) break;
    for (const [nth, type] of types.entries()) {
      // Put together while others were let in.
      if (listed && span.start < toldFrom(resolution, walk.kept)) break;
      const stretch = walk.next(nth, span);
      rows.push(rowOf({ span, licenceType: type, stretch, finer: walk.finer }));
      effort.spend(2);
      if (!effort.tired()) continue;
      yield rows;
      walk.rested();
      rows = [];
    }
  }
  yield rows;
}

/** Whether nobody used a type on the days of a stretch. */
export function isIdle(scope: ReportScope, type: string, { start, end }: Span): boolean {
  const { buckets, kept } = scope;
  if (start >= kept.buckets) return createLevelReader(scope, type, start, createEffort()).idleUntil(end);
  const { day } = buckets.calendar;
  return createLevelReader(scope, type, day(start).start, createEffort()).idleUntil(day(end - 1).end);
}

function historyRow(
  { covered, recorded, now, horizon, provisionalFrom }: ReportScope,
  { span: { start, end }, licenceType, stretch, finer }: LevelBucket,
): HistoryRow {
  const soFar = Math.max(Math.min(end, horizon), stretch.until);
  const known = figures(stretch, soFar);
  return {
    start: formatInstant(start),
    end: formatInstant(end),
    licenceType,
    inUse: levelView(known, 0, soFar - start),
    concurrent: levelView(known, 1, soFar - start),
    contingency: levelView(known, 2, soFar - start),
    overLimit: levelView(known, 3, soFar - start),
    provisional: end > Math.min(now, provisionalFrom),
    complete: (finer ? recorded : covered)(start, Math.min(end, now)),
  };
}

function levelView({ low, high, highAt, area, exit }: Figures, metric: 0 | 1 | 2 | 3, milliseconds: number): LevelView {
  return {
    lowest: low[metric],
    average: milliseconds > 0 ? area[metric] / milliseconds : exit[metric],
    highest: high[metric],
    highestAt: high[metric] === 0 ? null : formatInstant(highAt[metric]),
    atEnd: exit[metric],
  };
}
