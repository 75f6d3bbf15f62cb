import type { Instant } from './time.ts';

/** Lengths of the buckets of `GET O/history`, on the organisation's local clock. */
export const RESOLUTIONS = ['5m', '1h', '1d', 'billing'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

export interface HistoryQuery {
  from: Instant;
  /** Exclusive. */
  to: Instant;
  resolution: Resolution;
  licenceType?: string;
}
