import { formatAmount } from '../../shared/numbers.ts';
import { inWords } from './duration.ts';
import { exactInstant } from './time.ts';

/** One setting that a change touched, in words; an empty `before` or `after`: there was none. */
export interface ChangedSetting {
  setting: string;
  before: string;
  after: string;
}

const WORDS: Record<string, string> = {
  name: 'name',
  timeZone: 'time zone',
  billingPeriodStartDay: 'billing period starts on day',
  scheduledLogOff: 'scheduled log-off',
  staleAfterSeconds: 'stale after',
  defaultLeaseSeconds: 'lease',
  feedSilentAfterSeconds: 'feed silent after',
  effectiveFrom: 'counts from',
  group: 'group',
  userType: 'user type',
  serviceFeatures: 'service features',
  concurrent: 'concurrent',
  contingency: 'contingency',
  unitPrice: 'price of a concurrent one',
  contingencyPrice: 'price of an overflow one',
};

/** Lengths of time with their units, numbers in groups. */
function valueInWords(key: string, value: unknown): string {
  if (typeof value === 'number') return key.endsWith('Seconds') ? inWords(value * 1_000) : formatAmount(value);
  return Array.isArray(value) ? value.join(', ') : `${value}`;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every value of a body by the words of its place. */
function settingsIn(body: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const { entitlements, ...rest } = isObject(body) ? body : {};
  const put = (prefix: string, values: Record<string, unknown>) => {
    for (const [key, value] of Object.entries(values)) {
      if (value !== null && value !== undefined) found.set(`${prefix}${WORDS[key] ?? key}`, valueInWords(key, value));
    }
  };
  put('', rest);
  if (isObject(entitlements)) {
    for (const [type, entitlement] of Object.entries(entitlements)) if (isObject(entitlement)) put(`${type}, `, entitlement);
  }
  return found;
}

/** What differs between the body before and the one after; instants as the organisation's clocks show them. */
export function changedSettings(before: unknown, after: unknown, now: number, timeZone: string): ChangedSetting[] {
  const [old, young] = [settingsIn(before), settingsIn(after)];
  const shown = (setting: string, value: string | undefined) =>
    value !== undefined && setting === WORDS['effectiveFrom'] ? exactInstant(value, now, timeZone) : (value ?? '');
  return [...new Set([...old.keys(), ...young.keys()])]
    .filter((setting) => old.get(setting) !== young.get(setting))
    .map((setting) => ({ setting, before: shown(setting, old.get(setting)), after: shown(setting, young.get(setting)) }));
}
