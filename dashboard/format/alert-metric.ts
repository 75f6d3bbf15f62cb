import type { AlertMetric, AlertOp } from '../../shared/alerts.ts';
import { LOCALE } from '../../shared/numbers.ts';
import type { LicenceRow } from '../../shared/views.ts';
import { inWords } from './duration.ts';
import { formatCount } from './number.ts';

/** How a metric is counted: licences, a share of 1, or seconds. */
export type MetricKind = 'count' | 'share' | 'age';

interface MetricWords {
  /** As a choice in a list. */
  name: string;
  kind: MetricKind;
  /** Comparisons that make sense; a threshold for what is free is a lower one. */
  ops: readonly AlertOp[];
  /** What is compared, as the subject of a sentence. `of`: the licence type; null: each on its own. */
  subject(of: string | null): string;
  /** After a number. */
  unit: string;
}

const RISING: readonly AlertOp[] = ['>=', '>'];
const FALLING: readonly AlertOp[] = ['<=', '<'];
const named = (words: string) => (of: string | null) => (of === null ? words : `${of} ${words}`);

export const METRIC_WORDS: Record<AlertMetric, MetricWords> = {
  utilisation: {
    name: 'Share of the concurrent licences',
    kind: 'share',
    ops: RISING,
    subject: named('in use'),
    unit: 'of the concurrent licences',
  },
  inUse: { name: 'In use', kind: 'count', ops: [...RISING, ...FALLING], subject: named('in use'), unit: 'in use' },
  concurrentUsed: {
    name: 'Concurrent licences used',
    kind: 'count',
    ops: RISING,
    subject: named('used of the concurrent pool'),
    unit: 'concurrent used',
  },
  concurrentAvailable: {
    name: 'Concurrent licences free',
    kind: 'count',
    ops: FALLING,
    subject: named('free in the concurrent pool'),
    unit: 'free',
  },
  contingencyUsed: {
    name: 'Contingency (overflow) used',
    kind: 'count',
    ops: RISING,
    subject: named('in contingency (overflow)'),
    unit: 'in contingency',
  },
  overLimit: { name: 'Over limit', kind: 'count', ops: RISING, subject: named('over limit'), unit: 'over limit' },
  billingPeriodPeak: {
    name: 'High-water mark of the billing period',
    kind: 'count',
    ops: RISING,
    subject: (of) => `the billing period’s high-water mark${of === null ? '' : ` of ${of}`}`,
    unit: 'high-water mark',
  },
  sessionAge: {
    name: 'Age of the oldest session',
    kind: 'age',
    ops: RISING,
    subject: (of) => `the oldest session${of === null ? '' : ` with ${of}`}`,
    unit: 'old',
  },
  feedAge: {
    name: 'Time without an event',
    kind: 'age',
    ops: RISING,
    subject: () => 'the time without an event',
    unit: 'without an event',
  },
  secondsUntilFull: {
    name: 'Time until a pool is full',
    kind: 'age',
    ops: FALLING,
    subject: (of) => `the time until the next pool${of === null ? '' : ` of ${of}`} is full at this rate`,
    unit: 'until full',
  },
  billingPeriodPeakExpected: {
    name: 'High-water mark that is likely by tonight',
    kind: 'count',
    ops: RISING,
    subject: (of) => `the high-water mark${of === null ? '' : ` of ${of}`} that is likely by tonight`,
    unit: 'likely by tonight',
  },
  billingPeriodPeakRiseExpected: {
    name: 'New high-water mark likely today',
    kind: 'count',
    ops: RISING,
    subject: (of) => `by how much today is likely to pass the high-water mark${of === null ? '' : ` of ${of}`}`,
    unit: 'above the high-water mark',
  },
};

const shares = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 3 });

/** `212`, `97.5 %`, `16 h 4 min`; a share that is not quite full is never rounded to full. */
export function metricValue(metric: AlertMetric, value: number | null): string {
  if (value === null) return 'not known';
  switch (METRIC_WORDS[metric].kind) {
    case 'share': {
      const rounded = Math.round(value * 1_000) / 10;
      return `${shares.format(rounded === 100 && value < 1 ? 99.9 : rounded)} %`;
    }
    case 'age':
      return value > 0 && value < 1 ? `${exact.format(value)} s` : inWords(value * 1_000);
    case 'count':
      return Number.isInteger(value) ? formatCount(value) : exact.format(value);
  }
}

/** The number that a rule looks at, as the live row has it. `undefined`: a row does not say; null: it does not exist. */
export function metricOf(metric: AlertMetric, row: LicenceRow): number | null | undefined {
  const { concurrent, contingency, inUse, overLimit, peak } = row;
  switch (metric) {
    case 'inUse':
      return inUse;
    case 'concurrentUsed':
      return concurrent.used;
    case 'concurrentAvailable':
      return concurrent.available;
    case 'utilisation':
      return concurrent.total ? inUse / concurrent.total : null;
    case 'contingencyUsed':
      return contingency.used;
    case 'overLimit':
      return overLimit;
    case 'billingPeriodPeak':
      return peak.billingPeriod.value;
    case 'sessionAge':
    case 'feedAge':
    case 'secondsUntilFull':
    case 'billingPeriodPeakExpected':
    case 'billingPeriodPeakRiseExpected':
      return undefined;
  }
}
