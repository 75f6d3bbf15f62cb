/** What a vendor, or storm, says was used on each day, or in a month: kept beside the books, to be compared with them. */
import type { BillingRule } from './bill.ts';
import type { LineReason, NormalisedField } from './import.ts';

/** `day`: a figure as it was given. `samples`: the highest of the day's rows of five minutes. `month`: that of a whole billing period. */
export type FigureKind = 'day' | 'samples' | 'month';

export interface GivenFigure {
  /** `YYYY-MM-DD`, a day of the organisation's calendar; `YYYY-MM`, the billing period of that name. */
  date: string;
  licenceType: string;
  value: number;
  kind: FigureKind;
  /** Highest of the contingency pool, where it was given. */
  contingency: number | null;
  /** Rows that it was made of. */
  rows: number;
}

/** Days of one source, or of all. A month counts as its first day. */
export interface FigureRange {
  source?: string;
  /** `YYYY-MM-DD`. */
  from?: string;
  /** Exclusive. */
  to?: string;
}

export interface VendorFigure extends GivenFigure {
  /** Whose figures they are; several can be kept side by side. */
  source: string;
  /** When it was given. */
  givenAt: string;
}

/** The answer to `POST O/vendor-figures`. `rows` is the sum of `taken` and all refused rows. */
export interface FiguresReport {
  source: string;
  kind: FigureKind;
  rows: number;
  taken: number;
  /** Figures of a day and licence type: not known before, known with another value, known just so. */
  added: number;
  changed: number;
  unchanged: number;
  /** Billing periods that they are of. */
  periods: string[];
  normalised: NormalisedField[];
  refused: LineReason[];
  /** How many more there are than are listed, where there are. */
  truncated?: { normalised: number; refused: number };
}

/** Why a figure is another than ours, as far as can be told; in the order in which they are tried. */
export const DIFFERENCE_CAUSES = [
  'none',
  'sampled',
  'steady',
  'sustained',
  'percentile',
  'devices',
  'utc-days',
  'standard-time-days',
  'not-recording',
  'late-records',
  'unknown',
] as const;
export type DifferenceCause = (typeof DIFFERENCE_CAUSES)[number];

export interface ComparedDay {
  date: string;
  start: string;
  end: string;
  licenceType: string;
  /** Null: none was given for this day and type. */
  theirs: number | null;
  /** Under each billing rule, the day taken as a period of its own. */
  ours: Record<BillingRule, number>;
  /** Theirs less ours, under each rule. */
  difference: Record<BillingRule, number> | null;
  /** Highwater was recording all day, or history was given to it. */
  complete: boolean;
  /** Null: none was given, or nobody used the type. */
  cause: DifferenceCause | null;
  /** In a sentence. */
  explanation: string | null;
  /** Other causes that would make the same number. */
  alsoPossible: DifferenceCause[];
}

/** The whole period. */
export interface ComparedType {
  licenceType: string;
  /** The figure of the month, else the highest of the days that were given; null: none was. */
  theirs: number | null;
  /** What `theirs` is; null: none was given. */
  given: 'month' | 'days' | null;
  /** Why the figure of the month is another than ours, as far as can be told; null: none was given. */
  cause: DifferenceCause | null;
  explanation: string | null;
  alsoPossible: DifferenceCause[];
  /** Highest of the contingency pool: theirs where it was given, and ours. */
  contingency: { theirs: number | null; ours: number };
  daysGiven: number;
  /** Under each billing rule, over the whole period. */
  ours: Record<BillingRule, number>;
  difference: Record<BillingRule, number> | null;
  /** Days by cause. */
  causes: Partial<Record<DifferenceCause, number>>;
}

/** `GET O/billing/comparison`. */
export interface Comparison {
  organisation: string;
  period: string;
  start: string;
  end: string;
  timeZone: string;
  provisional: boolean;
  /** Whose figures; null: none are known of this period. */
  source: string | null;
  /** All of whom figures are known in this period. */
  sources: string[];
  licences: ComparedType[];
  /** By day and then by type, wherever either side has a figure above 0. */
  days: ComparedDay[];
}
