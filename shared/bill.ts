/** `GET O/billing`: the peak of a billing period under every rule, and who made it. */
import type { Instant } from './time.ts';
import type { Peak } from './views.ts';

export interface BillReceipt {
  /** Instant of the mark; null where nobody used the type. */
  at: string | null;
  value: number;
  /** Length of the first uninterrupted stay at the mark. */
  heldForSeconds: number;
  /** The login that made it: of those at that instant that took a user from none to one and still hold, the last. Null for a level carried in. */
  tippedBy: { user: string; device: string; eventId: string | null } | null;
  /** Who was counted at the mark, since when, and on which devices then; the longest first. */
  holders: { user: string; since: string; devices: string[] }[];
}

/** Rules by which a peak is counted; a bill names the one that it uses. */
export interface HighWaterMark {
  /** The exact maximum. */
  instant: Peak;
  /** The highest level with at least 30 minutes, summed, at or above it. */
  'sustained:30m': { value: number };
  /** The highest level held at or above for 15 minutes without a break. */
  'steady:15m': { value: number };
  /** The highest level just before a five-minute end. */
  'sample:5m': { value: number };
  /** The smallest level exceeded for at most 5 % of the time, nights included; indicative only. */
  p95: { value: number };
}

export interface BillLicence {
  licenceType: string;
  highWaterMark: HighWaterMark;
  contingencyMaxUsed: Peak;
  /** Ascending from level 1. Beyond a thousand levels those at which nothing changes are left out. */
  secondsAtOrAbove: { level: number; seconds: number }[];
  receipt: BillReceipt;
  unitPrice?: number;
  contingencyPrice?: number;
}

export interface BillingPeriodView {
  /** The month in which it starts, `2026-11`. */
  period: string;
  start: string;
  end: string;
  /** Not over yet: the figures are of the part so far. */
  provisional: boolean;
  /** Highwater was recording all the time, or history was given to it. */
  complete: boolean;
}

export interface Bill extends BillingPeriodView {
  organisation: string;
  timeZone: string;
  licences: BillLicence[];
}

export interface PeakQuery {
  licenceType: string;
  from: Instant;
  /** Exclusive. */
  to: Instant;
}

/** `GET O/peak`: the highest level of one licence type in any stretch of time, and who made it. */
export interface PeakView {
  licenceType: string;
  from: string;
  to: string;
  /** The stretch is not over yet. */
  provisional: boolean;
  complete: boolean;
  receipt: BillReceipt;
}
