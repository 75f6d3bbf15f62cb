import { Temporal } from 'temporal-polyfill';
import type { Instant } from '../../shared/time.ts';

/** From `start` inclusive to `end` exclusive. */
export interface Span {
  start: Instant;
  end: Instant;
}

/** A billing period with its name, the month in which it starts: `2026-11`. */
export interface BillingPeriod extends Span {
  name: string;
}

/** Days and billing periods of one organisation, in its own time zone. Days may have 23 or 25 hours. */
export interface Calendar {
  day(at: Instant): Span;
  billingPeriod(at: Instant): BillingPeriod;
  /** First instant after `at` at which the local clock shows `HH:MM`; a time that a change of clocks skips is the first instant after the gap, one that occurs twice the first. */
  nextLocalTime(at: Instant, time: string): Instant;
  /** When the local clock shows `HH:MM` on the day that many days after that of `at`, by the same rules; its weekday, 0 for Monday. */
  localTime(at: Instant, days: number, time: string): { at: Instant; weekday: number };
  /** Start of the local day so many months before that of `at`; of a month that has no such day, its last. */
  dayMonthsBefore(at: Instant, months: number): Instant;
  /** The start of a day, `YYYY-MM-DD`. */
  midnight(date: string): Instant;
  /** `YYYY-MM-DD HH:MM:SS` on the local clock. */
  localDateTime(at: Instant): string;
}

export function createCalendar(timeZone: string, billingPeriodStartDay: number): Calendar {
  const zoned = (at: Instant): Temporal.ZonedDateTime => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  const startOf = (date: Temporal.PlainDate): Instant => date.toZonedDateTime(timeZone).epochMilliseconds;

  // Time zone arithmetic is slow beside everything else here, and neighbouring questions have the same answer.
  let lastDay: Span = { start: 0, end: 0 };
  let lastPeriod: BillingPeriod = { start: 0, end: 0, name: '' };

  const day = (at: Instant): Span => {
    if (at < lastDay.start || at >= lastDay.end) {
      const date = zoned(at).toPlainDate();
      lastDay = { start: startOf(date), end: startOf(date.add({ days: 1 })) };
    }
    return lastDay;
  };

  const billingPeriod = (at: Instant): BillingPeriod => {
    if (at < lastPeriod.start || at >= lastPeriod.end) {
      const date = zoned(at).toPlainDate();
      const thisMonth = date.with({ day: billingPeriodStartDay });
      const first = Temporal.PlainDate.compare(date, thisMonth) < 0 ? thisMonth.subtract({ months: 1 }) : thisMonth;
      lastPeriod = { start: startOf(first), end: startOf(first.add({ months: 1 })), name: first.toPlainYearMonth().toString() };
    }
    return lastPeriod;
  };

  const midnight = (date: string): Instant => startOf(Temporal.PlainDate.from(date));

  const localTime = (at: Instant, days: number, time: string) => {
    const date = zoned(at).toPlainDate().add({ days });
    return { at: localInstant(date.toPlainDateTime(Temporal.PlainTime.from(time)), timeZone), weekday: date.dayOfWeek - 1 };
  };

  const nextLocalTime = (at: Instant, time: string): Instant => {
    for (let days = 0; ; days++) {
      const candidate = localTime(at, days, time).at;
      if (candidate > at) return candidate;
    }
  };

  const dayMonthsBefore = (at: Instant, months: number): Instant => startOf(zoned(at).toPlainDate().subtract({ months }));

  const localDateTime = (at: Instant): string => zoned(at).toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ');

  return { day, midnight, billingPeriod, nextLocalTime, localTime, dayMonthsBefore, localDateTime };
}

/** The instant of a local date and time: the first where it occurs twice, the end of the gap where it does not exist. */
function localInstant(local: Temporal.PlainDateTime, timeZone: string): Instant {
  const earlier = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  if (earlier.toPlainDateTime().equals(local)) return earlier.epochMilliseconds;
  // 'earlier' lies before the gap by its length: the next change of clocks after it is the gap's end.
  return (earlier.getTimeZoneTransition('next') as Temporal.ZonedDateTime).epochMilliseconds;
}
