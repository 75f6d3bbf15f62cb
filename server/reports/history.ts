/** `GET O/history`: lowest, average and highest levels by stretches of the local clock. */
import type { HistoryQuery } from '../../shared/history.ts';
import { formatInstant } from '../../shared/time.ts';
import type { HistoryRow, LevelView } from '../../shared/views.ts';
import type { Span } from '../licensing/calendar.ts';
import { type Figures, figures, type Stretch } from '../usage/levels.ts';
import { toldFrom } from './coverage.ts';
import { createLevelReader } from './level-reader.ts';
import type { ReportScope } from './scope.ts';
import { createEffort } from './work.ts';

/**
 * Whole buckets that overlap the range, by start and then by type, in lists; between two lists others may be let in.
 * Types that nobody used in all of them are left out, and so are buckets that have not begun.
 */
export const readHistory = (scope: ReportScope, query: HistoryQuery): Generator<HistoryRow[], void, void> =>
  readBuckets(scope, query, ({ span, licenceType, stretch }) => historyRow(scope, span, licenceType, stretch));

/** What one licence type did in one bucket. */
export interface LevelBucket {
  span: Span;
  licenceType: string;
  stretch: Stretch;
}

/** @param idleToo also the types that nobody used in all of the buckets */
export function* readBuckets<T>(
  scope: ReportScope,
  { resolution, from: asked, to, licenceType }: HistoryQuery,
  rowOf: (bucket: LevelBucket) => T,
  idleToo = false,
): Generator<T[], void, void> {
  const { buckets, horizon } = scope;
  const from = Math.max(asked, toldFrom(resolution, scope.kept));
  if (to <= from) return;
  const effort = createEffort();
  const start = buckets.bucket(resolution, from).start;
  const end = buckets.bucket(resolution, to - 1).end;
  const wanted = scope.types.filter((type) => licenceType === undefined || type === licenceType);
  const all = wanted.map((type) => createLevelReader(scope, type, start, effort));
  const readers = idleToo ? all : all.filter((reader) => !reader.idleUntil(end));
  let rows: T[] = [];
  for (let span = buckets.bucket(resolution, start); readers.length > 0 && span.start < end; span = buckets.bucket(resolution, span.end)) {
    if (span.start > horizon) break;
    for (const reader of readers) {
      rows.push(rowOf({ span, licenceType: reader.type, stretch: reader.next(span.end) }));
      effort.spend(2);
      if (!effort.tired()) continue;
      yield rows;
      rows = [];
    }
  }
  yield rows;
}

function historyRow(
  { covered, now, horizon, provisionalFrom }: ReportScope,
  { start, end }: Span,
  licenceType: string,
  stretch: Stretch,
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
    complete: covered(start, Math.min(end, now)),
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
