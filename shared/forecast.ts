/** What is likely to come, as `GET O/forecast` gives it. */

export interface ForecastRow {
  licenceType: string;
  inUse: number;
  /** Net logins a minute over the last ten minutes. */
  ratePerMinute: number;
  /** When the next pool is full at this rate; null: not within a day, or no entitlement is set. 0: it is. */
  fullInSeconds: number | null;
  fullAt: string | null;
  fullPool: 'concurrent' | 'contingency' | null;
  /** Null with fewer than two same weekdays to compare with. */
  expectedPeakToday: { value: number; at: string; low: number; high: number } | null;
  /** Whether the mark of the billing period is likely to be passed today, and when. */
  newHighWaterMark: { likely: boolean; at: string | null; mark: number } | null;
  /** Same weekdays of the last weeks that are known. */
  basedOnWeeks: number;
  /** How far off the same forecast was on those days, made at this time of day. */
  backtest: { days: number; meanAbsoluteError: number; meanAbsoluteErrorMinutes: number } | null;
}

export interface ForecastView {
  items: ForecastRow[];
  asOf: string;
}
