/** `POST O/what-if`: a stretch of the past under other pool sizes, and its peaks without some of the sessions. */
import type { Instant } from './time.ts';
import type { Peak } from './views.ts';

export interface PoolSizes {
  concurrent: number;
  contingency: number;
}

export interface UnitPrices {
  unitPrice?: number;
  contingencyPrice?: number;
}

export interface WhatIfQuery {
  /** Absent: the billing period that runs. */
  period?: string;
  from?: Instant;
  to?: Instant;
  /** Absent: all that were used. */
  licenceTypes?: string[];
  sizes: ReadonlyMap<string, PoolSizes>;
  prices: ReadonlyMap<string, UnitPrices>;
  /** Sessions that the pools are played through without. */
  without: {
    /** Sessions end after so many seconds; true: after the organisation's `staleAfterSeconds`, or 12 hours. */
    staleSessions?: number | true;
    /** A user's other devices end with the desktop. */
    secondDevices?: boolean;
    logonSources?: string[];
  };
}

export interface PoolFigures {
  secondsInContingency: number;
  secondsOverLimit: number;
  /** Acquisitions that took a user from none to one and were put there. */
  loginsInContingency: number;
  loginsOverLimit: number;
  contingencyMaxUsed: number;
}

export interface SizedPools extends PoolSizes {
  /** Of all billing periods that the range touches; null without prices. */
  price: number | null;
}

export interface WhatIfType extends PoolFigures {
  licenceType: string;
  /** As it was, from the records; null sizes: none were set. */
  asIs: PoolFigures & { concurrent: number | null; contingency: number | null };
  /** What was played, from one end of the range to the other; null: without limit. */
  sizes: PoolSizes | null;
  price: number | null;
  /** The cheapest of those played with which nobody is over limit. `proven`: no other number of licences can be cheaper. Null without prices. */
  cheapest: (SizedPools & { proven: boolean }) | null;
  /** By ascending `concurrent`; `contingency` is what it takes for nobody to be over limit. */
  curve: (SizedPools & { secondsInContingency: number; secondsOverLimit: number })[];
  /** Users, and what it would be if every device were counted. */
  peak: Peak & { holdings: number };
  peakWithout: { staleSessions: Peak & { saves: number }; secondDevices: Peak & { saves: number } };
  suggestion: string;
}

export interface WhatIf {
  from: string;
  to: string;
  billingPeriods: number;
  provisional: boolean;
  complete: boolean;
  staleAfterSeconds: number;
  licences: WhatIfType[];
}
