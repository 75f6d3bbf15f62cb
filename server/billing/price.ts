/** What a period costs for a licence type, by the sizes and prices in force at its end. */
import { BILLING_RULES, type BillingRule, type BillPrice } from '../../shared/bill.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import type { Settings } from '../books/organisation.ts';
import type { Version } from '../licensing/versions.ts';

/** Money to four places: sums of binary fractions are not whole cents. */
export const money = (amount: number): number => Math.round(amount * 10_000) / 10_000;

const times = (count: number, each: number | undefined): number | null => (each === undefined ? null : money(count * each));

/** @param marks by rule */
export function priceOf(
  versions: readonly Version<Settings>[],
  { licenceType, start, at }: { licenceType: string; start: Instant; at: Instant },
  contingencyMaxUsed: number,
  marks: Record<BillingRule, number>,
): BillPrice | null {
  const inForce = versions.findLast((version) => version.from <= at);
  const entitlement = inForce?.value.entitlements.get(licenceType);
  if (!inForce || !entitlement) return null;
  const { concurrent: bought, unitPrice, contingencyPrice } = entitlement;
  if (unitPrice === undefined && contingencyPrice === undefined) return null;
  const concurrent = times(bought, unitPrice);
  const contingency = times(contingencyMaxUsed, contingencyPrice);
  const before = versions.findLast((version) => version.from <= start);
  const earlier = versions.filter((version) => version === before || (version.from > start && version.from <= at));
  const terms = (version: Version<Settings>) => JSON.stringify(version.value.entitlements.get(licenceType) ?? null);
  const byMark = (mark: number): number | null => {
    const over = Math.max(0, mark - bought);
    if (unitPrice === undefined || (over > 0 && contingencyPrice === undefined)) return null;
    return money((mark - over) * unitPrice + over * (contingencyPrice ?? 0));
  };
  return {
    concurrent,
    contingency,
    total: money((concurrent ?? 0) + (contingency ?? 0)),
    concurrentLicences: bought,
    contingencyLicences: contingencyMaxUsed,
    unitPrice: unitPrice ?? null,
    contingencyPrice: contingencyPrice ?? null,
    entitlementFrom: Number.isFinite(inForce.from) ? formatInstant(inForce.from) : null,
    changedInPeriod: earlier.some((version) => terms(version) !== terms(inForce)),
    byRule: Object.fromEntries(BILLING_RULES.map((rule) => [rule, byMark(marks[rule])])) as Record<BillingRule, number | null>,
  };
}
