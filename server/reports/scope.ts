import type { Entitlement } from '../../shared/organisation.ts';
import type { Instant } from '../../shared/time.ts';
import type { BillCache } from '../billing/bill-cache.ts';
import type { WhatIfCache } from '../billing/what-if-cache.ts';
import { type Kept, keptOf, type OrganisationCounters, type Settings } from '../books/organisation.ts';
import type { Span } from '../licensing/calendar.ts';
import type { Version } from '../licensing/versions.ts';
import type { Reader } from '../store/store.ts';
import type { Coverage } from './coverage.ts';
import type { CutBuckets } from './cut-buckets.ts';
import type { LocalBuckets } from './local-buckets.ts';

/** What every report is about: one organisation, at one moment. */
export interface ReportScope {
  disk: Reader;
  organisation: string;
  /** Every licence type that was ever used or entitled, in the order in which they are listed. */
  types: readonly string[];
  cuts: CutBuckets;
  timeZone: string;
  buckets: LocalBuckets;
  /** By licence type, as in force at an instant. */
  entitlementsAt(at: Instant): ReadonlyMap<string, Entitlement>;
  /** All settings, in the order in which they come into force. */
  versions: readonly Version<Settings>[];
  /** When settings came into force, but for the first. */
  settingsFrom: readonly Instant[];
  covered: Coverage;
  /** The same of what only entries tell: records and what is counted from them. */
  recorded: Coverage;
  /** How far back there are levels of five minutes, and of hours; days are there for good. */
  kept: Kept;
  /** From here on figures may still change, because something of the past is being worked out again; Infinity: nothing is. */
  provisionalFrom: Instant;
  /** Instant of the oldest entry of the books. */
  firstEntryAt: Instant | null;
  now: Instant;
  /** Now, or the newest instant that is known: the clocks of sources may run a little ahead. */
  horizon: Instant;
  /** Says how far the entries have been read: what is written behind that has the report read again. */
  reached(at: Instant): void;
  /** Says how much of the work is done, from 0 to 1. */
  progress(share: number): void;
  /** Nothing was written behind that so far. */
  undisturbed(): boolean;
  /** How far bills have been read before. */
  bills: BillCache;
  /** What was read for what-if questions before. */
  whatIfs: WhatIfCache;
}

export const keptNow = ({ disk, organisation }: ReportScope): Kept =>
  keptOf(disk.get<OrganisationCounters>('states', [organisation]) ?? {});

/** The same with what is kept at this very moment, and not when the report was asked for. */
export const withKeptNow = (scope: ReportScope): ReportScope => ({ ...scope, kept: keptNow(scope) });

/** How much of a range lies before an instant, from 0 to 1; where nothing can have happened there is nothing to do. */
export function shareOf({ firstEntryAt, horizon }: ReportScope, from: Instant, to: Instant): (at: Instant) => number {
  const start = Math.max(from, firstEntryAt ?? from);
  const length = Math.min(to, horizon) - start;
  return (at) => (length > 0 ? Math.min(1, Math.max(0, (at - start) / length)) : 0);
}

/** Whether what is told of a stretch may still change, and whether everything that happened in it is known. */
export function certaintyOf(
  { now, recorded, provisionalFrom }: ReportScope,
  { start, end }: Span,
): { provisional: boolean; complete: boolean } {
  return { provisional: end > Math.min(now, provisionalFrom), complete: recorded(start, Math.min(end, now)) };
}
