/** Instants are milliseconds since 1970 UTC inside, RFC 3339 in UTC with milliseconds on the wire. */

export type Instant = number;

/** RFC 3339 in UTC with milliseconds, `2026-11-24T05:00:43.120Z`. */
export const formatInstant = (at: Instant): string => new Date(at).toISOString();

/** A length of time that was given in seconds: whole milliseconds as all instants are, and at least one, so that what ends does so after it began. */
export const millisOf = (seconds: number): number => Math.max(1, Math.round(seconds * 1000));

export const formatInstantOrNull = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** What can be written with a year of four digits, and so can the start of the billing period in which it lies. */
const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** Milliseconds of an RFC 3339 date-time with its offset, finer digits cut off; `null` when it is not one, names a day that does not exist, or lies before the year 1 or after 9999 in UTC. */
export function parseInstant(text: string): Instant | null {
  const match = RFC3339.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null;
  const local = new Date(0);
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (local.getUTCMonth() !== Number(month) - 1 || local.getUTCDate() !== Number(day)) return null;
  const millis = Number(fraction.padEnd(3, '0').slice(0, 3));
  const time = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + millis;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000 * (sign === '-' ? -1 : 1);
  const at = local.getTime() + time - offset;
  return at >= FIRST && at <= LAST ? at : null;
}
