/** What is shown of the live state. */
import type { Instant } from '../../shared/time.ts';
import { formatInstantOrNull } from '../../shared/time.ts';
import type { LicenceRow, Peak } from '../../shared/views.ts';
import { type Mark, mark } from '../usage/type-usage.ts';
import { type Organisation, settingsAt, type TypeState } from './organisation.ts';

const peak = ({ value, at }: Mark): Peak => ({ value, at: value === 0 ? null : formatInstantOrNull(at) });

/** Mostly the highest of the day is that of the billing period: an instant is made a text once. */
function peaks(day: Mark, period: Mark): LicenceRow['peak'] {
  const billingPeriod = peak(period);
  return { day: day.at === period.at ? { value: day.value, at: billingPeriod.at } : peak(day), billingPeriod };
}

const available = (total: number | null, used: number): number | null => (total === null ? null : Math.max(0, total - used));

export function licenceRow(organisation: Organisation, licenceType: string, { pools, usage }: TypeState, now: Instant): LicenceRow {
  const entitlement = settingsAt(organisation, now).entitlements.get(licenceType);
  const { concurrent, contingency, 'over-limit': overLimit } = pools.used;
  const concurrentTotal = entitlement?.concurrent ?? null;
  const contingencyTotal = entitlement?.contingency ?? null;
  const max = peak(mark(usage, usage.period, 'contingency'));
  return {
    licenceType,
    inUse: concurrent + contingency + overLimit,
    holdings: pools.holdings,
    concurrent: { total: concurrentTotal, used: concurrent, available: available(concurrentTotal, concurrent) },
    contingency: {
      total: contingencyTotal,
      used: contingency,
      available: available(contingencyTotal, contingency),
      maxUsed: max.value,
      maxUsedAt: max.at,
    },
    overLimit,
    peak: peaks(mark(usage, usage.day, 'inUse'), mark(usage, usage.period, 'inUse')),
  };
}
