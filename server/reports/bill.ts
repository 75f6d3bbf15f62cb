/** The bill of one period: every licence type's line followed through the entries, as a stream. */
import type { Bill, BillingPeriodView, BillLicence, PeakQuery, PeakView } from '../../shared/bill.ts';
import { getOrMake } from '../../shared/maps.ts';
import type { Entitlement } from '../../shared/organisation.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import type { Peak } from '../../shared/views.ts';
import { type Entry, levelChange, type Position, positionOf } from '../books/entry.ts';
import type { StoredSession } from '../books/stored.ts';
import type { BillingPeriod, Span } from '../licensing/calendar.ts';
import { AFTER_NAMES, type Key } from '../store/store.ts';
import { ninetyFifth, secondsAtOrAbove, sustained } from './billing-rules.ts';
import { LevelLine, type LineMark } from './level-line.ts';
import { levelBefore } from './level-reader.ts';
import { MarkHolders } from './mark-holders.ts';
import type { ReportScope } from './scope.ts';
import { createEffort, type Effort, pagedRows, type Work } from './work.ts';

interface BilledType {
  line: LevelLine;
  holders: MarkHolders;
}
type BilledTypes = Map<string, BilledType>;
/** Nothing for a type that is not asked about. */
type BilledTypeOf = (licenceType: string) => BilledType | undefined;

export function periodView({ now, covered }: ReportScope, { name, start, end }: BillingPeriod): BillingPeriodView {
  return {
    period: name,
    start: formatInstant(start),
    end: formatInstant(end),
    provisional: end > now,
    complete: covered(start, Math.min(end, now)),
  };
}

export function* readBill(scope: ReportScope, period: BillingPeriod): Work<Bill> {
  const types: BilledTypes = new Map();
  for (const type of scope.types) types.set(type, beginType(scope, type, period));
  yield* readLines(scope, period, types, (type) => getOrMake(types, type, () => beginType(scope, type, period)));
  const entitlements = scope.entitlementsAt(Math.min(period.end - 1, scope.now));
  const licences: BillLicence[] = [];
  for (const [type, billed] of types) {
    licences.push(billLicence(type, billed, entitlements.get(type)));
    yield;
  }
  return { organisation: scope.organisation, ...periodView(scope, period), timeZone: scope.timeZone, licences };
}

/** The highest level of one licence type in any stretch that has begun, and who made it. */
export function* readPeak(scope: ReportScope, { licenceType, from, to }: PeakQuery): Work<PeakView> {
  const billed = beginType(scope, licenceType, { start: from, end: to });
  const types: BilledTypes = new Map([[licenceType, billed]]);
  yield* readLines(scope, { start: from, end: to }, types, (type) => types.get(type));
  return {
    licenceType,
    from: formatInstant(from),
    to: formatInstant(to),
    provisional: to > scope.now,
    complete: scope.covered(from, Math.min(to, scope.now)),
    receipt: billed.holders.receipt(billed.line.heldMs),
  };
}

/** Leads every line to the end of the stretch, and finds who was counted at the marks. */
function* readLines(scope: ReportScope, span: Span, types: BilledTypes, billedType: BilledTypeOf): Work<void> {
  const readTo = yield* followLines(scope, span, billedType);
  const end = Math.min(span.end, scope.horizon);
  for (const { line, holders } of types.values()) if (line.finish(end)) holders.markAt(line.mark);
  yield* findHolders(scope, readTo, types);
}

function beginType(scope: ReportScope, type: string, { start }: Span): BilledType {
  const enter = levelBefore(scope, type, start);
  return { line: new LevelLine(start, enter, (at) => scope.buckets.bucket('5m', at).end), holders: new MarkHolders() };
}

/** Follows all lines through the stretch, and returns where the entries after it begin. */
function* followLines(scope: ReportScope, span: Span, billedType: BilledTypeOf): Work<Key> {
  const { disk, organisation } = scope;
  const effort = createEffort();
  let next: Key = [organisation, span.start];
  const reached = (last: Key) => scope.reached(last[1] as Instant);
  for (const { key, value } of pagedRows<Entry>(disk, 'entries', next, [organisation, span.end], reached)) {
    const position = positionOf(key, 1);
    next = [...key, Number.NEGATIVE_INFINITY];
    for (const record of value.records) {
      const billed = billedType(record.type);
      if (!billed) continue;
      const { line, holders } = billed;
      if (line.reach(position.at)) holders.markAt(line.mark);
      holders.note(position, value, record);
      const by = levelChange(value.kind, record);
      if (by) line.change(by);
    }
    effort.spend(1 + value.records.length);
    if (effort.tired()) yield;
  }
  // The lines are complete; who is still there is looked up as it is now.
  scope.reached(Number.NEGATIVE_INFINITY);
  return next;
}

/** Whoever was counted at a mark and has not been found yet is still there, or left after the period. */
function* findHolders(scope: ReportScope, readTo: Key, types: BilledTypes): Work<void> {
  const { disk, organisation } = scope;
  const missing = () => [...types.values()].some(({ holders }) => !holders.complete);
  const note = (key: Key, entry: Entry): void => {
    const position: Position = positionOf(key, 1);
    for (const record of entry.records) types.get(record.type)?.holders.note(position, entry, record);
  };
  if (!missing()) return;
  const effort = createEffort();
  for (const user of yield* noteOpenSessions(scope, types)) {
    noteLeftDevices(scope, user, readTo, note, effort);
    if (effort.tired()) yield;
  }
  if (!missing()) return;
  for (const { key, value } of pagedRows<Entry>(disk, 'entries', readTo, [organisation, AFTER_NAMES])) {
    note(key, value);
    effort.spend(1);
    if (!effort.tired()) continue;
    if (!missing()) return;
    yield;
  }
}

/** Takes what is open now, and returns the users who were counted at a mark and never left since. */
function* noteOpenSessions({ disk, organisation }: ReportScope, types: BilledTypes): Work<Set<string>> {
  const stayed = new Set<string>();
  const effort = createEffort();
  for (const { key, value } of pagedRows<StoredSession>(disk, 'sessions', [organisation], [organisation, AFTER_NAMES])) {
    const [, user, device] = key as [string, string, string];
    for (const holding of value.holdings) if (types.get(holding.type)?.holders.noteOpen(user, device, holding)) stayed.add(user);
    effort.spend(1);
    if (effort.tired()) yield;
  }
  return stayed;
}

/** Somebody who never left may have left single devices after the period. */
function noteLeftDevices(scope: ReportScope, user: string, readTo: Key, note: (key: Key, entry: Entry) => void, effort: Effort): void {
  const { disk, organisation } = scope;
  const start = [organisation, user, ...readTo.slice(1)];
  for (const { key } of disk.range('userEntries', { start, end: [organisation, user, AFTER_NAMES] })) {
    const entryKey = [organisation, ...key.slice(2)];
    const entry = disk.get<Entry>('entries', entryKey);
    if (entry) note(entryKey, entry);
    effort.spend(2);
  }
  effort.spend(4);
}

const peak = ({ value, at }: LineMark): Peak => ({ value, at: at === null ? null : formatInstant(at) });

function billLicence(licenceType: string, { line, holders }: BilledType, entitlement: Entitlement | undefined): BillLicence {
  const { unitPrice, contingencyPrice } = entitlement ?? {};
  return {
    licenceType,
    highWaterMark: {
      instant: peak(line.mark),
      'sustained:30m': { value: sustained(line.time) },
      'steady:15m': { value: line.steady },
      'sample:5m': { value: line.sampled },
      p95: { value: ninetyFifth(line.time) },
    },
    contingencyMaxUsed: peak(line.contingency),
    secondsAtOrAbove: secondsAtOrAbove(line.time),
    receipt: holders.receipt(line.heldMs),
    ...(unitPrice !== undefined && { unitPrice }),
    ...(contingencyPrice !== undefined && { contingencyPrice }),
  };
}
