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

/** What one more user of the type would do to the bill: the pool that it would take, and the period's high-water mark. */
export function nextLogin(row: LicenceRow): NextLogin {
  const { concurrent, contingency, peak, inUse } = row;
  const mark = peak.billingPeriod.value;
  if (concurrent.available === 0) {
    if ((contingency.available ?? 0) === 0) return { free: false, words: 'over limit', detail: 'neither pool has a licence left' };
    if (contingency.used >= contingency.maxUsed) {
      return { free: false, words: 'new contingency maximum', detail: `${formatCount(contingency.used + 1)} this period` };
    }
  }
  if (inUse >= mark) return { free: false, words: 'new high-water mark', detail: `${formatCount(inUse + 1)} this period` };
  return { free: true, words: 'free', detail: `${formatCount(mark - inUse)} below the period’s mark` };
}
