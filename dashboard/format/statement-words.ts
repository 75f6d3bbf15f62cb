import { LOCALE } from '../../shared/numbers.ts';
import type { BillingPeriodState, StatementDifference, StatementReason } from '../../shared/statements.ts';
import { BILLING_RULES } from './billing-rules.ts';
import type { PoolState } from './pool-state.ts';

/** How a billing period stands, and the shape that goes with the word. */
export const PERIOD_STATES: Record<BillingPeriodState, { words: string; shape: PoolState }> = {
  running: { words: 'running', shape: 'unlimited' },
  settling: { words: 'over, settling', shape: 'full' },
  closed: { words: 'closed', shape: 'room' },
  revised: { words: 'closed, revised', shape: 'contingency' },
};

export const REASON_WORDS: Record<StatementReason, string> = {
  'period-over': 'the time to settle had gone by',
  requested: 'closed on request',
  'records-changed': 'records came to be known afterwards',
};

const FIGURES: Partial<Record<StatementDifference['figure'], string>> = {
  contingencyMaxUsed: 'contingency max used',
  price: 'price',
  timeAtLevels: 'time at each level',
  receipts: 'receipts',
  settings: 'settings',
  start: 'start',
  end: 'end',
  complete: 'recording without a gap',
};

/** One figure that is another now: `Agent Calls, exact maximum: 212 → 214`. */
export function differenceInWords({ licenceType, figure, from, to }: StatementDifference): string {
  const name = BILLING_RULES.find(({ id }) => id === figure)?.name ?? FIGURES[figure] ?? figure;
  const what = licenceType === null ? name : `${licenceType}, ${name}`;
  return from === null && to === null ? `${what}: changed` : `${what}: ${valueInWords(from)} → ${valueInWords(to)}`;
}

function valueInWords(value: StatementDifference['from']): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? value.toLocaleString(LOCALE) : value;
}
