/** Reports over `licence-usage`: every record in force of the range, read as a stream. */
import type { ReportQuery } from '../../shared/reports.ts';
import type { Instant } from '../../shared/time.ts';
import { type Entry, positionOf } from '../books/entry.ts';
import type { Key } from '../store/store.ts';
import { type CellOf, createGrouping, type Grouping, type MetricOf } from './grouping.ts';
import { createLocalTime } from './local-time.ts';
import type { ReportScope } from './scope.ts';
import { usageMetrics } from './usage-metrics.ts';
import { cellFilter, createAssignments, USAGE_CELLS, type UsageRecord } from './usage-records.ts';
import { createEffort, pagedRows, type Work } from './work.ts';

export function* groupUsage(scope: ReportScope, query: ReportQuery, from: Instant, to: Instant): Work<Grouping<UsageRecord>> {
  const { disk, organisation, buckets } = scope;
  const metrics = usageMetrics();
  const grouping = createGrouping(
    query.dimensions.map((id) => USAGE_CELLS[id] as CellOf<UsageRecord>),
    query.metrics.map((id) => metrics[id] as MetricOf<UsageRecord>),
  );
  const filters = query.filters.map(({ field, in: values }) => cellFilter(USAGE_CELLS[field] as CellOf<UsageRecord>, values));
  const localTime = createLocalTime(buckets);
  const assignmentOf = createAssignments(scope);
  const effort = createEffort();
  const reached = (last: Key) => scope.reached(last[1] as Instant);
  for (const { key, value: entry } of pagedRows<Entry>(disk, 'entries', [organisation, from], [organisation, to], reached)) {
    const position = positionOf(key, 1);
    const local = () => localTime(position.at);
    const assignment = () => assignmentOf(entry.user, position.at);
    for (const record of entry.records) {
      const row = { position, entry, record, local, assignment };
      if (filters.every((accepts) => accepts(row))) grouping.add(row);
    }
    effort.spend(1 + entry.records.length);
    if (effort.tired()) yield;
  }
  return grouping;
}
