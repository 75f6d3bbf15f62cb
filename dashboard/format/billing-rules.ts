import type { HighWaterMark } from '../../shared/bill.ts';

export type BillingRuleId = keyof HighWaterMark;

export interface BillingRule {
  id: BillingRuleId;
  name: string;
  meaning: string;
}

/** Rules by which vendors count a peak: always shown with the number. */
export const BILLING_RULES: readonly BillingRule[] = [
  { id: 'instant', name: 'Exact maximum', meaning: 'The highest number of users at any one instant, however short.' },
  {
    id: 'sustained:30m',
    name: 'Sustained 30 min',
    meaning: 'The highest level with at least 30 minutes, summed over the period, at or above it.',
  },
  { id: 'steady:15m', name: 'Steady 15 min', meaning: 'The highest level held at or above for 15 minutes without a break.' },
  { id: 'sample:5m', name: 'Sample 5 min', meaning: 'The highest level seen when looking only at the end of every five minutes.' },
  {
    id: 'p95',
    name: '95 % of time',
    meaning: 'The smallest level exceeded for at most 5 % of the time, nights included; indicative only.',
  },
];

export const ruleOf = (id: string | null): BillingRule => BILLING_RULES.find((rule) => rule.id === id) ?? (BILLING_RULES[0] as BillingRule);
