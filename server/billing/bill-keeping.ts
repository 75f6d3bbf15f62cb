/** How far a bill was read, from memory or from the store, and what of it is worth keeping there. */
import type { Instant } from '../../shared/time.ts';
import type { KeptCheckpoint } from '../books/bill-checkpoints.ts';
import type { BillingPeriod } from '../licensing/calendar.ts';
import type { ReportScope } from '../reports/scope.ts';
import { type KnownPeriod, keepCheckpoint } from './bill-cache.ts';
import type { MomentHolders } from './holders.ts';
import { LevelLine, type LineState } from './level-line.ts';

/** A period with fewer entries is read in no time. */
const WORTH_KEEPING = 16_384;
/** What is younger may still be changed by events that come a little late. */
const SETTLED_MS = 15 * 60_000;

/** Entries from one mark of in-use levels to the next. */
const ENTRIES_A_MARK = 256;

/** Whether so much happened in a period that its bill is worth keeping on the way. */
export function isMuch({ disk, organisation }: ReportScope, { start, end }: BillingPeriod): boolean {
  const most = WORTH_KEEPING / ENTRIES_A_MARK;
  return [...disk.range('marks', { start: [organisation, start], end: [organisation, end], limit: most })].length === most;
}

interface ReadBill {
  entries: number;
  lines: [licenceType: string, line: LineState][];
  moments: [key: string, at: Instant, found: MomentHolders][];
}

export function knownPeriod(scope: ReportScope, { start, end }: BillingPeriod): KnownPeriod {
  const { organisation, timeZone, bills, disk, buckets } = scope;
  const known = bills.period(organisation, `${start} ${end} ${timeZone}`);
  if (known.checkpoints.length > 0) return known;
  const kept = disk.get<KeptCheckpoint>('billCheckpoints', [organisation, start]);
  if (!kept || kept.end !== end || kept.timeZone !== timeZone) return known;
  const { entries, lines, moments } = kept.read as ReadBill;
  const sampleAfter = (at: Instant): Instant => buckets.bucket('5m', at).end;
  keepCheckpoint(known, {
    next: kept.next,
    entries,
    lines: new Map(lines.map(([type, line]) => [type, LevelLine.from(line, sampleAfter)])),
  });
  for (const [key, at, found] of moments) if (!known.moments.has(key)) known.moments.set(key, { at, found });
  return known;
}

/** The furthest place worth keeping that was not kept yet, and whether it is still true. Null: there is none. */
export function checkpointToKeep(
  scope: ReportScope,
  period: BillingPeriod,
): { checkpoint: KeptCheckpoint; stillTrue: () => boolean } | null {
  const { organisation, timeZone, now, disk } = scope;
  const known = knownPeriod(scope, period);
  const settled = now - SETTLED_MS;
  const found = known.checkpoints.findLast(({ next, entries }) => entries >= WORTH_KEEPING && (next[1] as Instant) <= settled);
  if (!found) return null;
  const before = disk.get<KeptCheckpoint>('billCheckpoints', [organisation, period.start]);
  if (before && (before.read as ReadBill).entries === found.entries && before.timeZone === timeZone) return null;
  const readTo = found.next[1] as Instant;
  const read: ReadBill = {
    entries: found.entries,
    lines: [...found.lines].map(([type, line]) => [type, line.state()]),
    moments: [...known.moments].filter(([, { at }]) => at < readTo).map(([key, { at, found: holders }]) => [key, at, holders]),
  };
  const checkpoint = { end: period.end, timeZone, next: found.next, read };
  return { checkpoint, stillTrue: () => known.checkpoints.includes(found) };
}
