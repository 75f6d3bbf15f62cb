/** Reports over `licence-usage`: every record in force of the range, from packs where there are some and else from the entries. */
import type { Pool } from '../../shared/events.ts';
import type { ReportFilter, ReportQuery } from '../../shared/reports.ts';
import type { Instant } from '../../shared/time.ts';
import { type Entry, type EntryRecord, type Position, poolIndex, positionOf } from '../books/entry.ts';
import { type Pack, PackBuilder } from '../books/pack.ts';
import { AFTER_NAMES, type Key } from '../store/store.ts';
import { spansWith, type Wanted } from './day-spans.ts';
import type { Grouping } from './grouping.ts';
import { type ReportScope, shareOf } from './scope.ts';
import { createUsageFold, type UsageFold } from './usage-fold.ts';
import type { UsageRecords } from './usage-records.ts';
import { entriesOfUsers, FEW_USERS } from './user-entries.ts';
import { createEffort, pagedRows, type Work } from './work.ts';

/** Fields that only entries tell, and of which a report is not about much. */
type Accepts = (entry: Entry, record: EntryRecord) => boolean;
const OF_ENTRIES: Record<string, (entry: Entry, record: EntryRecord) => string | null> = {
  session: (_, record) => String(record.session),
  eventId: (entry) => entry.id,
};

interface Read {
  scope: ReportScope;
  query: ReportQuery;
  fold: UsageFold;
  accepts: Accepts | null;
  /** Everything before an instant has been counted. */
  counted(at: Instant): void;
}

export function* groupUsage(scope: ReportScope, query: ReportQuery, from: Instant, to: Instant): Work<Grouping<UsageRecords>> {
  const ofEntries = query.filters.filter(({ field }) => Object.hasOwn(OF_ENTRIES, field));
  const fold = createUsageFold(scope, { ...query, filters: query.filters.filter((filter) => !ofEntries.includes(filter)) });
  const share = shareOf(scope, from, to);
  const accepts = ofEntries.length > 0 ? acceptsOf(ofEntries) : null;
  const read: Read = { scope, query, fold, accepts, counted: (at) => scope.progress(share(at)) };
  const users = new Set(query.filters.find(({ field }) => field === 'user')?.in.map(String));
  if (users.size > 0 && users.size <= FEW_USERS) {
    // One is read ahead of the other: whatever comes to be known of the range has them read again.
    scope.reached(to);
    yield* addEntries(read, entriesOfUsers(scope.disk, scope.organisation, users, from, to));
  } else if (read.accepts) yield* addWalked(read, from, to);
  else yield* addPacked(read, from, to);
  return fold.grouping;
}

function acceptsOf(filters: readonly ReportFilter[]): Accepts {
  const wanted = filters.map(({ field, in: values }) => ({
    cell: OF_ENTRIES[field] as (entry: Entry, record: EntryRecord) => string | null,
    values: new Set(values.map((value) => (value === null ? null : String(value)))),
  }));
  return (entry, record) => wanted.every(({ cell, values }) => values.has(cell(entry, record)));
}

/** Packs, and between them entries. Packs come and go meanwhile: each is looked up when it is its turn. */
function* addPacked(read: Read, from: Instant, to: Instant): Work<void> {
  const { scope, fold } = read;
  for (let at = from; at < to; ) {
    const next = packFrom(scope, at, to);
    const start = next?.start ?? to;
    if (start > at) {
      yield* addWalked(read, at, start);
      at = start;
    } else if (next) {
      fold.add(next.pack, next.start, at, to);
      at = next.pack.until;
      scope.reached(Math.min(at, to) - 1);
      read.counted(at);
      yield;
    }
  }
}

/** The pack that an instant is in, else the first after it. */
function packFrom({ disk, organisation }: ReportScope, at: Instant, to: Instant): { start: Instant; pack: Pack } | null {
  const before = { start: [organisation, Number.NEGATIVE_INFINITY], end: [organisation, at + 1], reverse: true, limit: 1 };
  const after = { start: [organisation, at + 1], end: [organisation, Number.isFinite(to) ? to : AFTER_NAMES], limit: 1 };
  for (const { key, value } of disk.range<Pack>('packs', before)) if (value.until > at) return { start: key[1] as Instant, pack: value };
  for (const { key, value } of disk.range<Pack>('packs', after)) return { start: key[1] as Instant, pack: value };
  return null;
}

/** Entries of a stretch, but for days that are known to have none that are asked for. */
function* addWalked(read: Read, from: Instant, to: Instant): Work<void> {
  const { disk, organisation, reached } = read.scope;
  const onPage = (last: Key) => reached(last[1] as Instant);
  for (const { start, end } of spansWith(disk, organisation, wantedBy(read.query.filters), from, to)) {
    const rows = pagedRows<Entry>(disk, 'entries', [organisation, start], [organisation, end], onPage);
    yield* addEntries(read, positioned(rows));
  }
}

function* positioned(rows: Iterable<{ key: Key; value: Entry }>): Iterable<{ position: Position; entry: Entry }> {
  for (const { key, value } of rows) yield { position: positionOf(key, 1), entry: value };
}

/** As packs would have them, a piece at a time. */
function* addEntries({ fold, accepts, counted }: Read, entries: Iterable<{ position: Position; entry: Entry }>): Work<void> {
  const effort = createEffort();
  let builder: PackBuilder | null = null;
  let start = 0;
  let last = 0;
  const flush = (): void => {
    if (builder) fold.add(builder.finish(last + 1), start, start, last + 1);
    builder = null;
  };
  for (const { position, entry } of entries) {
    if (!builder) {
      builder = new PackBuilder(position.at);
      start = position.at;
    }
    builder.add(position, entry, accepts ? entry.records.filter((record) => accepts(entry, record)) : entry.records);
    last = position.at;
    effort.spend(1 + entry.records.length);
    if (!effort.tired()) continue;
    flush();
    counted(last);
    yield;
  }
  flush();
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
