/** What is shown of the live state. */
import type { Entitlement } from '../../shared/organisation.ts';
import type { Instant } from '../../shared/time.ts';
import { formatInstantOrNull } from '../../shared/time.ts';
import type { LicenceRow, Peak } from '../../shared/views.ts';
import { type Mark, mark } from '../usage/type-usage.ts';
import { type Organisation, settingsAt, type TypeState } from './organisation.ts';

const peak = ({ value, at }: Mark): Peak => ({ value, at: value === 0 ? null : formatInstantOrNull(at) });

const available = (total: number | null, used: number): number | null => (total === null ? null : Math.max(0, total - used));

/** The numbers of a licence type as they stand. Texts are made of them for those that somebody looks at: most commits are seen by nobody. */
export interface LicenceFigures {
  concurrent: number;
  contingency: number;
  overLimit: number;
  holdings: number;
  entitlement: Entitlement | null;
  maxContingency: Mark;
  day: Mark;
  period: Mark;
}

export function licenceFigures(organisation: Organisation, licenceType: string, { pools, usage }: TypeState, now: Instant): LicenceFigures {
  const { concurrent, contingency, 'over-limit': overLimit } = pools.used;
  return {
    concurrent,
    contingency,
    overLimit,
    holdings: pools.holdings,
    entitlement: settingsAt(organisation, now).entitlements.get(licenceType) ?? null,
    maxContingency: mark(usage, usage.period, 'contingency'),
    day: mark(usage, usage.day, 'inUse'),
    period: mark(usage, usage.period, 'inUse'),
  };
}

export function licenceRow(licenceType: string, figures: LicenceFigures): LicenceRow {
  const { concurrent, contingency, overLimit, holdings, entitlement } = figures;
  const concurrentTotal = entitlement?.concurrent ?? null;
  const contingencyTotal = entitlement?.contingency ?? null;
  const max = peak(figures.maxContingency);
  return {
    licenceType,
    inUse: concurrent + contingency + overLimit,
    holdings,
    concurrent: { total: concurrentTotal, used: concurrent, available: available(concurrentTotal, concurrent) },
    contingency: {
      total: contingencyTotal,
      used: contingency,
      available: available(contingencyTotal, contingency),
      maxUsed: max.value,
      maxUsedAt: max.at,
    },
    overLimit,
    peak: { day: peak(figures.day), billingPeriod: peak(figures.period) },
  };
}
