/** Reports over `licence-usage`: every record in force of the range, from packs where there are some and else from the entries. */
import type { Pool } from '../../shared/events.ts';
import type { ReportFilter, ReportQuery } from '../../shared/reports.ts';
import type { Instant } from '../../shared/time.ts';
import { type Entry, type EntryRecord, poolIndex } from '../books/entry.ts';
import type { Wanted } from './day-spans.ts';
import type { Grouping } from './grouping.ts';
import { entriesBetween, type PackedPiece, packEntries, packedPieces } from './packed-pieces.ts';
import { type ReportScope, shareOf } from './scope.ts';
import { createUsageFold } from './usage-fold.ts';
import type { UsageRecords } from './usage-records.ts';
import { entriesOfUsers, FEW_USERS } from './user-entries.ts';
import type { Work } from './work.ts';

/** Fields that only entries tell, and of which a report is not about much. */
type Accepts = (entry: Entry, record: EntryRecord) => boolean;
const OF_ENTRIES: Record<string, (entry: Entry, record: EntryRecord) => string | null> = {
  session: (_, record) => String(record.session),
  eventId: (entry) => entry.id,
};

export function* groupUsage(scope: ReportScope, query: ReportQuery, from: Instant, to: Instant): Work<Grouping<UsageRecords>> {
  const ofEntries = query.filters.filter(({ field }) => Object.hasOwn(OF_ENTRIES, field));
  const fold = createUsageFold(scope, { ...query, filters: query.filters.filter((filter) => !ofEntries.includes(filter)) });
  const share = shareOf(scope, from, to);
  const accepts = ofEntries.length > 0 ? acceptsOf(ofEntries) : null;
  for (const { pack, start, from: first, to: end } of piecesOf(scope, query, accepts, from, to)) {
    fold.add(pack, start, first, end);
    scope.progress(share(end));
    yield;
  }
  return fold.grouping;
}

function piecesOf(
  scope: ReportScope,
  { filters }: ReportQuery,
  accepts: Accepts | null,
  from: Instant,
  to: Instant,
): Iterable<PackedPiece> {
  const { disk, organisation } = scope;
  const users = new Set(filters.find(({ field }) => field === 'user')?.in.map(String));
  if (users.size > 0 && users.size <= FEW_USERS) {
    // One is read ahead of the other: whatever comes to be known of the range has them read again.
    scope.reached(to);
    return packEntries(entriesOfUsers(disk, organisation, users, from, to), organisation, accepts);
  }
  const wanted = wantedBy(filters);
  if (!accepts) return packedPieces(scope, [organisation, from], to, wanted);
  return packEntries(entriesBetween(scope, wanted, from, to), organisation, accepts);
}

function acceptsOf(filters: readonly ReportFilter[]): Accepts {
  const wanted = filters.map(({ field, in: values }) => ({
    cell: OF_ENTRIES[field] as (entry: Entry, record: EntryRecord) => string | null,
    values: new Set(values.map((value) => (value === null ? null : String(value)))),
  }));
  return (entry, record) => wanted.every(({ cell, values }) => values.has(cell(entry, record)));
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
