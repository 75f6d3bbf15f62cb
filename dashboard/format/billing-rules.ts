import { BILLING_RULE_MEANINGS, type BillingRule as BillingRuleId, BILLING_RULES as IDS } from '../../shared/bill.ts';

export interface BillingRule {
  id: BillingRuleId;
  name: string;
  meaning: string;
}

const NAMES: Record<BillingRuleId, string> = {
  instant: 'Exact maximum',
  'sustained:30m': 'Sustained 30 min',
  'steady:15m': 'Steady 15 min',
  'sample:5m': 'Sample 5 min',
  p95: '95 % of time',
};

const sentenceOf = (id: BillingRuleId): string => {
  const words = BILLING_RULE_MEANINGS[id];
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${id === 'p95' ? '; indicative only' : ''}.`;
};

/** Rules by which vendors count a peak: always shown with the number. */
export const BILLING_RULES: readonly BillingRule[] = IDS.map((id) => ({ id, name: NAMES[id], meaning: sentenceOf(id) }));

export const ruleOf = (id: string | null): BillingRule => BILLING_RULES.find((rule) => rule.id === id) ?? (BILLING_RULES[0] as BillingRule);
