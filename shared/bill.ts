/** `GET O/billing`: the peak of a billing period under every rule, and who made it. */
import type { Instant } from './time.ts';
import type { Peak } from './views.ts';

/** Rules by which a peak is counted and that know an instant; `p95` is the fifth and has none. */
export const RECEIPT_RULES = ['instant', 'sustained:30m', 'steady:15m', 'sample:5m'] as const;
export type ReceiptRule = (typeof RECEIPT_RULES)[number];
export const BILLING_RULES = [...RECEIPT_RULES, 'p95'] as const;
export type BillingRule = (typeof BILLING_RULES)[number];

/** Each rule in a sentence, as it stands in closed statements. */
export const BILLING_RULE_MEANINGS: Record<BillingRule, string> = {
  instant: 'the highest number of users at any millisecond',
  'sustained:30m': 'the highest level with at least 30 minutes, in sum, at or above it',
  'steady:15m': 'the highest level held at or above for 15 minutes without a break',
  'sample:5m': 'the highest level just before a five-minute end of the local clock',
  p95: 'the smallest level exceeded for at most 5 % of the time, nights included',
};

export interface Tip {
  user: string;
  device: string;
  eventId: string | null;
}

export interface Holder {
  user: string;
  since: string;
  devices: string[];
}

export interface BillReceipt {
  /**
   * Instant of the mark; null where nobody used the type. `sustained:30m`: the first at or above it. `steady:15m`: where its first stay of
   * fifteen minutes began. `sample:5m`: from when the sampled level stood.
   */
  at: string | null;
  value: number;
  /** Length of the first uninterrupted stay at the mark; of `sustained:30m` all the time at or above it, in sum. */
  heldForSeconds: number;
  /** The login that made it: of those at that instant that took a user from none to one and still hold, the last. Null where none did. */
  tippedBy: Tip | null;
  /** Who was counted at that instant, since when, and on which devices then; the longest first. */
  holders: Holder[];
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

/** What the period costs for a licence type, with what it was worked out from. Null: no price was set. */
export interface BillPrice {
  /** Licences bought times `unitPrice`. */
  concurrent: number | null;
  /** Contingency max used times `contingencyPrice`. */
  contingency: number | null;
  total: number;
  concurrentLicences: number;
  contingencyLicences: number;
  unitPrice: number | null;
  contingencyPrice: number | null;
  /** Since when these sizes and prices count; null: from the beginning. They are those in force at the end of the period, or now. */
  entitlementFrom: string | null;
  /** Sizes or prices were others earlier in the period. */
  changedInPeriod: boolean;
  /** What it would cost if exactly the licences of a mark were paid: up to those bought at `unitPrice`, the rest at `contingencyPrice`. */
  byRule: Record<BillingRule, number | null>;
}

export interface BillLicence {
  licenceType: string;
  highWaterMark: HighWaterMark;
  contingencyMaxUsed: Peak;
  /** Ascending from level 1. Beyond a thousand levels those at which nothing changes are left out. */
  secondsAtOrAbove: { level: number; seconds: number }[];
  /** Of the mark under the rule `instant`. */
  receipt: BillReceipt;
  receipts: Record<ReceiptRule, BillReceipt>;
  unitPrice?: number;
  contingencyPrice?: number;
  /** Where a price is set. */
  price?: BillPrice;
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
