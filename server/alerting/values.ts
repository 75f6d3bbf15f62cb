import { type AlertRule, EVERY_TYPE } from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';
import type { LicenceRow } from '../../shared/views.ts';
import type { Organisation } from '../books/organisation.ts';
import { licenceFigures, licenceRow } from '../books/views.ts';
import { type Seen, seenDay, seenFill } from './foresight.ts';
import type { Watched } from './watched.ts';

/** The rows of one organisation as a batch leaves them, each made when first asked for. */
export type Rows = (licenceType: string) => LicenceRow | undefined;

export function rowsOf(organisation: Organisation, now: Instant): Rows {
  const made = new Map<string, LicenceRow>();
  return (licenceType) => {
    const known = made.get(licenceType);
    const state = known ? undefined : organisation.types.get(licenceType);
    if (!state) return known;
    const row = licenceRow(licenceType, licenceFigures(organisation, licenceType, state, now));
    made.set(licenceType, row);
    return row;
  };
}

/** The instant from which an age counts; null where there is nothing to be old. */
export function ageBase(watched: Watched, organisation: Organisation, rule: AlertRule, licenceType: string): Instant | null {
  return rule.metric === 'feedAge' ? organisation.lastEventAt : watched.ages.oldestSince(organisation, licenceType);
}

export const isAge = (rule: AlertRule): boolean => rule.metric === 'feedAge' || rule.metric === 'sessionAge';

/** Whether time alone changes what it looks at. */
export const isTimed = (rule: AlertRule): boolean => isAge(rule) || rule.metric === 'secondsUntilFull';

/** What a rule sees. Undefined: that is still being worked out, and the alert stays as it is. */
export function seen(
  watched: Watched,
  organisation: Organisation,
  rule: AlertRule,
  licenceType: string,
  rows: Rows,
  now: Instant,
): Seen | undefined {
  const row = rows(licenceType);
  switch (rule.metric) {
    case 'secondsUntilFull':
      return row ? seenFill(watched, organisation, row, now) : { value: null, expected: null };
    case 'billingPeriodPeakExpected':
    case 'billingPeriodPeakRiseExpected':
      return row ? seenDay(watched, organisation, rule.metric, row, now) : { value: null, expected: null };
    default:
      return { value: watchedValue(watched, organisation, rule, licenceType, rows, now), expected: null };
  }
}

/** Null where the rule does not apply. */
function watchedValue(
  watched: Watched,
  organisation: Organisation,
  rule: AlertRule,
  licenceType: string,
  rows: Rows,
  now: Instant,
): number | null {
  if (isAge(rule)) {
    const base = ageBase(watched, organisation, rule, licenceType);
    return base === null ? null : Math.max(0, now - base) / 1000;
  }
  const row = rows(licenceType);
  if (!row) return null;
  const { total, used, available } = row.concurrent;
  switch (rule.metric) {
    case 'inUse':
      return row.inUse;
    case 'concurrentUsed':
      return used;
    case 'concurrentAvailable':
      return available;
    case 'utilisation':
      return total ? row.inUse / total : null;
    case 'contingencyUsed':
      return row.contingency.used;
    case 'overLimit':
      return row.overLimit;
    default:
      return row.peak.billingPeriod.value;
  }
}

/** Licence types that a rule is about. The feed is one thing, whatever the types. */
export function typesOf(rule: AlertRule, organisation: Organisation): Iterable<string> {
  return rule.licenceType === EVERY_TYPE && rule.metric !== 'feedAge' ? organisation.types.keys() : [rule.licenceType];
}

export function isAbout(rule: AlertRule, licenceType: string): boolean {
  if (rule.metric === 'feedAge') return rule.licenceType === licenceType;
  return rule.licenceType === EVERY_TYPE ? licenceType !== EVERY_TYPE : rule.licenceType === licenceType;
}
