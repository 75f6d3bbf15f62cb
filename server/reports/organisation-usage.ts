/** `GET O/organisation-licence-usage`: five minutes after five minutes, every licence type as it stood just before their end. */
import { formatInstant, type Instant } from '../../shared/time.ts';
import type { OrganisationUsageRow } from '../../shared/views.ts';
import type { OrganisationUsageQuery } from '../pipeline-types.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { type LevelBucket, readBuckets } from './history.ts';
import type { ReportScope } from './scope.ts';

/** Where a page ended: the next one begins behind this row. */
export const organisationUsageCursor = ({ startDateTime, licenceType }: OrganisationUsageRow): string =>
  encodeCursor([Date.parse(startDateTime), licenceType]);

/**
 * A row for every type that was ever used or entitled, whoever is there: storm has one for every assigned type.
 * @throws BadCursorError
 */
export function readOrganisationUsage(scope: ReportScope, query: OrganisationUsageQuery): Generator<OrganisationUsageRow[], void, void> {
  const { cursor } = query;
  return readRows(scope, query, cursor === undefined ? [] : (decodeCursor(cursor, ['number', 'string']) as [number, string]));
}

function* readRows(
  scope: ReportScope,
  { from, to, licenceType, limit }: OrganisationUsageQuery,
  [at, last]: [at?: Instant, licenceType?: string],
): Generator<OrganisationUsageRow[], void, void> {
  const range = {
    resolution: '5m' as const,
    from: Math.max(from, at ?? from),
    // What runs has no end yet to be sampled at.
    to: Math.min(to, scope.buckets.bucket('5m', scope.now).start),
    ...(licenceType !== undefined && { licenceType }),
  };
  const order = new Map(scope.types.map((type, index) => [type, index]));
  const behind = ({ span, licenceType: type }: LevelBucket): boolean =>
    at === undefined || span.start > at || (order.get(type) as number) > (order.get(last as string) ?? -1);
  let left = limit;
  for (const buckets of readBuckets(scope, range, (bucket) => bucket, true)) {
    const page = buckets.filter(behind).slice(0, left);
    left -= page.length;
    yield page.map((bucket) => usageRow(scope, bucket));
    if (left === 0) return;
  }
}

function usageRow(
  { organisation, covered, now, provisionalFrom }: ReportScope,
  { span: { start, end }, licenceType, stretch }: LevelBucket,
): OrganisationUsageRow {
  const [, concurrent, contingency, overLimit] = stretch.exit;
  return {
    organisationId: organisation,
    licenceType,
    startDateTime: formatInstant(start),
    endDateTime: formatInstant(end),
    totalConcurrentCount: concurrent,
    totalContingencyCount: contingency,
    totalOverLimitCount: overLimit,
    provisional: end > Math.min(now, provisionalFrom),
    complete: covered(start, end),
  };
}
