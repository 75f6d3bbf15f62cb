/** `POST O/reports`: from a question to columns, rows and totals. */
import type { DataSource, ReportColumn, ReportQuery, ReportView } from '../../shared/reports.ts';
import { formatInstant } from '../../shared/time.ts';
import type { Span } from '../licensing/calendar.ts';
import { ReportTooLargeError } from '../pipeline-types.ts';
import { groupLevels } from './level-report.ts';
import type { ReportScope } from './scope.ts';
import { groupUsage } from './usage-report.ts';
import type { Work } from './work.ts';

const HOUR_MS = 3_600_000;
/** Levels are looked at hour by hour: fifty years of them. */
const MOST_HOURS = 438_300;

export function* answerReport(scope: ReportScope, source: DataSource, query: ReportQuery): Work<ReportView> {
  const { day } = scope.buckets.calendar;
  const yesterday = day(day(scope.now).start - 1);
  const to = query.to ?? (query.from === undefined ? yesterday.end : Math.max(scope.now, query.from));
  const from = query.from ?? day(to - 1).start;
  if (query.dataSource === 'organisation-licence-usage' && to - from > MOST_HOURS * HOUR_MS)
    throw new ReportTooLargeError(MOST_HOURS, 'hours');
  const grouping =
    query.dataSource === 'licence-usage' ? yield* groupUsage(scope, query, from, to) : yield* groupLevels(scope, query, from, to);
  const totals = grouping.totals();
  return {
    dataSource: query.dataSource,
    from: formatInstant(from),
    to: formatInstant(to),
    timeZone: scope.timeZone,
    provisional: to > Math.min(scope.now, scope.provisionalFrom),
    complete: isComplete(scope, query, { start: from, end: Math.min(to, scope.now) }),
    columns: [
      ...query.dimensions.map((id): ReportColumn => ({ id, name: nameOf(source.dimensions, id), kind: 'dimension' })),
      ...query.metrics.map((id): ReportColumn => ({ id, name: nameOf(source.metrics, id), kind: 'metric' })),
    ],
    rows: yield* grouping.rows(),
    totals: Object.fromEntries(query.metrics.map((id, i) => [id, totals[i] ?? null])),
  };
}

/** Levels of times at which nothing as fine is kept are told from the entries, as long as these are. */
const isComplete = ({ recorded, covered }: ReportScope, { dataSource }: ReportQuery, { start, end }: Span): boolean =>
  recorded(start, end) || (dataSource === 'organisation-licence-usage' && covered(start, end));

const nameOf = (list: readonly { id: string; name: string }[], id: string): string => list.find((item) => item.id === id)?.name ?? id;
