/** Reports over `licence-usage`: every record in force of the range, read as a stream. */
import type { Pool } from '../../shared/events.ts';
import type { ReportFilter, ReportQuery } from '../../shared/reports.ts';
import type { Instant } from '../../shared/time.ts';
import { type Entry, type Position, poolIndex, positionOf } from '../books/entry.ts';
import type { Key } from '../store/store.ts';
import { spansWith, type Wanted } from './day-spans.ts';
import { type CellOf, createGrouping, type Grouping, type MetricOf } from './grouping.ts';
import { createLocalTime } from './local-time.ts';
import type { ReportScope } from './scope.ts';
import { usageMetrics } from './usage-metrics.ts';
import { cellFilter, createAssignments, USAGE_CELLS, type UsageRecord } from './usage-records.ts';
import { entriesOfUsers, FEW_USERS } from './user-entries.ts';
import { createEffort, pagedRows, type Work } from './work.ts';

export function* groupUsage(scope: ReportScope, query: ReportQuery, from: Instant, to: Instant): Work<Grouping<UsageRecord>> {
  const { buckets } = scope;
  const metrics = usageMetrics();
  const grouping = createGrouping(
    query.dimensions.map((id) => USAGE_CELLS[id] as CellOf<UsageRecord>),
    query.metrics.map((id) => metrics[id] as MetricOf<UsageRecord>),
  );
  const filters = query.filters.map(({ field, in: values }) => cellFilter(USAGE_CELLS[field] as CellOf<UsageRecord>, values));
  const localTime = createLocalTime(buckets);
  const assignmentOf = createAssignments(scope);
  const effort = createEffort();
  for (const { position, entry } of entriesOf(scope, query, from, to)) {
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

/** What may match: everything of the range, or what was done by the few users that are asked for. */
function entriesOf(
  scope: ReportScope,
  { filters }: ReportQuery,
  from: Instant,
  to: Instant,
): Iterable<{ position: Position; entry: Entry }> {
  const users = new Set(filters.find(({ field }) => field === 'user')?.in.map(String));
  if (users.size === 0 || users.size > FEW_USERS) return allEntries(scope, filters, from, to);
  // One is read ahead of the other: whatever comes to be known of the range has them read again.
  scope.reached(to);
  return entriesOfUsers(scope.disk, scope.organisation, users, from, to);
}

function* allEntries(
  { disk, organisation, reached }: ReportScope,
  filters: readonly ReportFilter[],
  from: Instant,
  to: Instant,
): Iterable<{ position: Position; entry: Entry }> {
  const onPage = (last: Key) => reached(last[1] as Instant);
  for (const { start, end } of spansWith(disk, organisation, wantedBy(filters), from, to)) {
    for (const { key, value } of pagedRows<Entry>(disk, 'entries', [organisation, start], [organisation, end], onPage)) {
      yield { position: positionOf(key, 1), entry: value };
    }
  }
}

function wantedBy(filters: readonly ReportFilter[]): Wanted {
  const valuesOf = (id: string) => filters.find(({ field }) => field === id)?.in.map(String);
  const [types, sources, pools] = [valuesOf('licenceType'), valuesOf('logonSource'), valuesOf('pool')];
  return {
    ...(types && { types: new Set(types) }),
    ...(sources && { sources: new Set(sources) }),
    ...(pools && { pools: new Set(pools.map((pool) => poolIndex(pool as Pool))) }),
  };
}
