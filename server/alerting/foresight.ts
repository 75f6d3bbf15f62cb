/** What rules see that look ahead. How fast a type rises is worked out here, once a minute; what the day comes to is worked out beside the line. */
import type { AlertMetric } from '../../shared/alerts.ts';
import type { ForecastView } from '../../shared/forecast.ts';
import { type Instant, parseInstant } from '../../shared/time.ts';
import type { LicenceRow } from '../../shared/views.ts';
import type { Expected } from '../alerts/wording.ts';
import type { Organisation } from '../books/organisation.ts';
import { SLOT_MS } from '../forecast/day-curve.ts';
import { fillOf, MOST_SECONDS } from '../forecast/fill.ts';
import { RATE_MINUTES, ratePerMinute } from '../forecast/rate.ts';
import { MINUTE_MS, minuteLevels, minuteStart, pastOf } from '../usage/recent-levels.ts';
import type { Watched } from './watched.ts';

/** What a day comes to, by licence type. */
export interface Foretold {
  /** The five minutes in which it was worked out: it is worked out anew in the next. */
  slot: number;
  /** It is about the day that ends here. */
  until: Instant;
  /** Null: there is nothing to compare with. */
  types: ReadonlyMap<string, { value: number; at: Instant; passesAt: Instant | null } | null>;
}

export interface Seen {
  /** Null: the rule does not apply. */
  value: number | null;
  expected: Expected | null;
}

const NOTHING: Seen = { value: null, expected: null };

const DAY_METRICS: readonly AlertMetric[] = ['billingPeriodPeakExpected', 'billingPeriodPeakRiseExpected'];

export const slotOf = (at: Instant): number => Math.floor(at / SLOT_MS);

/** Whether somebody waits for what the day comes to. */
export function isForetellingDue({ rules, foretold }: Watched, now: Instant): boolean {
  if (foretold?.slot === slotOf(now)) return false;
  for (const { metric } of rules.values()) if (DAY_METRICS.includes(metric)) return true;
  return false;
}

export function foretoldOf({ items, asOf }: ForecastView, { calendar }: Organisation): Foretold {
  const at = parseInstant(asOf) as Instant;
  const types = items.map(({ licenceType, expectedPeakToday: peak, newHighWaterMark: mark }) => {
    const instant = (text: string | null | undefined) => (text == null ? null : (parseInstant(text) as Instant));
    return [licenceType, peak && { value: peak.value, at: instant(peak.at) as Instant, passesAt: instant(mark?.at) }] as const;
  });
  return { slot: slotOf(at), until: calendar.day(at).end, types: new Map(types) };
}

/** When the rate is looked at anew, all that is known staying as it is: once a minute, not all organisations at the same moment. */
export function nextRateAt(organisation: string, now: Instant): Instant {
  let offset = 0;
  for (const character of organisation) offset = (offset * 31 + (character.codePointAt(0) ?? 0)) % MINUTE_MS;
  return minuteStart(now - offset) + MINUTE_MS + offset;
}

/** How soon the next pool is full. */
export function seenFill(watched: Watched, organisation: Organisation, row: LicenceRow, now: Instant): Seen {
  const found = fillOf(row, rateOf(watched, organisation, row.licenceType, now));
  if (!found) return NOTHING;
  const { pool, seconds } = found;
  const at = now + seconds * 1000;
  return { value: seconds, expected: seconds === MOST_SECONDS ? null : { at, clock: clockAt(organisation, at), pool } };
}

function rateOf(watched: Watched, organisation: Organisation, licenceType: string, now: Instant): number {
  const minute = minuteStart(now);
  const usage = organisation.types.get(licenceType)?.usage;
  if (!usage) return 0;
  const past = pastOf(usage, minute);
  const known = watched.rates.get(licenceType);
  if (known?.minute === minute && known.past === past) return known.perMinute;
  const perMinute = ratePerMinute(minuteLevels(usage, minute, RATE_MINUTES));
  watched.rates.set(licenceType, { minute, past, perMinute });
  return perMinute;
}

/** The mark that the billing period comes to today, or by how much it is passed. Undefined: that is still being worked out. */
export function seenDay(
  watched: Watched,
  organisation: Organisation,
  metric: AlertMetric,
  row: LicenceRow,
  now: Instant,
): Seen | undefined {
  const { foretold } = watched;
  if (!foretold || now >= foretold.until) return undefined;
  const day = foretold.types.get(row.licenceType);
  if (day === undefined) return undefined;
  if (day === null) return NOTHING;
  const mark = row.peak.billingPeriod.value;
  const rise = Math.max(0, day.value - mark);
  const at = rise > 0 ? (day.passesAt ?? day.at) : null;
  const expected = at === null ? null : { at, clock: clockAt(organisation, at), pool: null };
  return { value: metric === 'billingPeriodPeakExpected' ? mark + rise : rise, expected };
}

/** @example '09:42' */
const clockAt = ({ calendar }: Organisation, at: Instant): string => calendar.localDateTime(at).slice(11, 16);
