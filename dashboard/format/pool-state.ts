import { formatMoney } from '../../shared/numbers.ts';
import type { LicenceRow } from '../../shared/views.ts';
import { formatCount } from './number.ts';

/** How a licence type stands. Shown as colour, shape and these words, never by colour alone. */
export type PoolState = 'unlimited' | 'room' | 'full' | 'contingency' | 'over';

export interface PoolStateWords {
  state: PoolState;
  words: string;
}

export function poolState(row: LicenceRow): PoolStateWords {
  const { concurrent, contingency, overLimit } = row;
  if (overLimit > 0) return { state: 'over', words: `Over limit: ${formatCount(overLimit)}` };
  if (contingency.used > 0) {
    const of = contingency.total === null ? '' : ` of ${formatCount(contingency.total)}`;
    return { state: 'contingency', words: `In contingency: ${formatCount(contingency.used)}${of}` };
  }
  if (concurrent.available === null) return { state: 'unlimited', words: 'No entitlement set' };
  if (concurrent.available === 0) return { state: 'full', words: 'Full' };
  return { state: 'room', words: `Room for ${formatCount(concurrent.available)}` };
}

export interface NextLogin {
  /** Whether one more user raises something that is billed. */
  free: boolean;
  words: string;
  detail: string;
}

/**
 * What one more user of the type would do to the bill: the pool that it would take, and the period's high-water mark.
 *
 * @param contingencyPrice of one overflow licence, where it is known
 */
export function nextLogin(row: LicenceRow, contingencyPrice?: number): NextLogin {
  const { concurrent, contingency, peak, inUse } = row;
  const mark = peak.billingPeriod.value;
  const overflows = concurrent.available === 0;
  if (overflows && (contingency.available ?? 0) === 0) {
    return { free: false, words: 'over limit', detail: 'neither pool has a licence left' };
  }
  if (overflows && contingency.used >= contingency.maxUsed) {
    const price = contingencyPrice === undefined ? '' : `, costs ${formatMoney(contingencyPrice)}`;
    return { free: false, words: 'new contingency maximum', detail: `${formatCount(contingency.used + 1)} this period${price}` };
  }
  if (inUse >= mark) return { free: false, words: 'new high-water mark', detail: `${formatCount(inUse + 1)} this period` };
  const below = `${formatCount(mark - inUse)} below the period’s mark`;
  return { free: true, words: 'free', detail: overflows ? `in contingency, ${below}` : below };
}
