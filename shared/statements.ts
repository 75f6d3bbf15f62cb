/** Closed billing periods: the bill as it was, which nothing changes any more. What comes to be known later makes a revision of it. */
import type { Bill, BillingPeriodView, BillingRule } from './bill.ts';
import type { Entitlement } from './organisation.ts';

/** `period-over`: the time to settle has gone by; `requested`: somebody closed it; `records-changed`: a revision, the first having been wrong. */
export type StatementReason = 'period-over' | 'requested' | 'records-changed';

/** Under what the figures were worked out. */
export interface StatementSettings {
  timeZone: string;
  billingPeriodStartDay: number;
  /** In force at the end of the period, with prices; by licence type. */
  entitlements: (Entitlement & { licenceType: string })[];
  /** What each rule means. */
  billingRules: Record<BillingRule, string>;
}

/** A figure that another statement, or the records as they are now, has otherwise. */
export interface StatementDifference {
  /** Null: of the whole period. */
  licenceType: string | null;
  /** The marks of the billing rules by their names. `timeAtLevels`, `receipts` and `settings` are told without their values. */
  figure: BillingRule | 'contingencyMaxUsed' | 'price' | 'timeAtLevels' | 'receipts' | 'settings' | 'start' | 'end' | 'complete';
  from: number | string | boolean | null;
  to: number | string | boolean | null;
}

/** Without what tells it from others of its period. */
export interface StatementSummary {
  /** 1 for the first; each revision one more. */
  number: number;
  /** SHA-256, in hex, of the canonical JSON of everything in the statement but `hash` itself. */
  hash: string;
  /** Of the one before it; null for the first. */
  previousHash: string | null;
  closedAt: string;
  /** All records up to this number are in it. */
  seq: number;
  reason: StatementReason;
  /** Name of the token by which it was closed; null where nobody asked, or none was needed. */
  by: string | null;
}

export interface StatementRow extends StatementSummary {
  period: string;
}

export interface StatementContent extends Omit<StatementSummary, 'hash'> {
  organisation: string;
  period: string;
  settings: StatementSettings;
  /** From the statement before it. */
  differences: StatementDifference[];
  bill: Bill;
}

/** `GET O/billing/statements/{period}`. */
export interface Statement extends StatementContent {
  hash: string;
}

/** `settling`: over, and not closed yet. `revised`: closed more than once. */
export type BillingPeriodState = 'running' | 'settling' | 'closed' | 'revised';

/** `GET O/billing/periods`. */
export interface BillingPeriodRow extends BillingPeriodView {
  state: BillingPeriodState;
  /** When it will be closed if nothing else happens; null once it is, and while it runs. */
  closesAt: string | null;
  /** The newest. */
  statement: StatementSummary | null;
  /** Records of it changed since: a revision comes, unless its figures stayed the same. */
  changedSince: boolean;
}

/** How the newest statement and the records as they are now compare. */
export interface BillStatement extends StatementSummary {
  /** Statements after the first. */
  revisions: number;
  agrees: boolean;
  /** From what was closed to what the records say now. */
  differences: StatementDifference[];
}

/** `GET O/billing`: as the records say now, and whether that is what was closed. */
export interface BillNow extends Bill {
  statement: BillStatement | null;
}
