/** Stretches of an organisation's local clock: five minutes, hours, days, billing periods. */
import { Temporal } from 'temporal-polyfill';
import type { Resolution } from '../../shared/history.ts';
import type { Instant } from '../../shared/time.ts';
import { type BillingPeriod, type Calendar, createCalendar, type Span } from '../licensing/calendar.ts';

export interface LocalBuckets {
  calendar: Calendar;
  /** The bucket that an instant is in. The next one begins where it ends. */
  bucket(resolution: Resolution, at: Instant): Span;
  /** `null` for a name that is no month. */
  billingPeriodNamed(name: string): BillingPeriod | null;
  /** Milliseconds that the local clock is ahead of UTC. */
  offsetAt(at: Instant): number;
}

const HOUR_MS = 3_600_000;
const FIVE_MINUTES_MS = 300_000;

export function createLocalBuckets(timeZone: string, billingPeriodStartDay: number): LocalBuckets {
  const calendar = createCalendar(timeZone, billingPeriodStartDay);
  // Between two changes of the clocks local time is a constant away from UTC.
  let steady: Span & { offset: number } = { start: 0, end: 0, offset: 0 };

  const steadyAt = (at: Instant): typeof steady => {
    if (at < steady.start || at >= steady.end) {
      const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
      const next = zoned.getTimeZoneTransition('next');
      // 'previous' is strictly before: one just at `at` is found from a moment later.
      const previous = zoned.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
      steady = {
        start: previous?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
        end: next?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
        offset: zoned.offsetNanoseconds / 1e6,
      };
    }
    return steady;
  };

  /** A change of the clocks within an hour cuts it in two. */
  const clockSpan = (at: Instant, length: number): Span => {
    const { start, end, offset } = steadyAt(at);
    const begin = Math.floor((at + offset) / length) * length - offset;
    return { start: Math.max(begin, start), end: Math.min(begin + length, end) };
  };

  return {
    calendar,
    bucket(resolution, at) {
      if (resolution === '5m') return clockSpan(at, FIVE_MINUTES_MS);
      if (resolution === '1h') return clockSpan(at, HOUR_MS);
      return resolution === '1d' ? calendar.day(at) : calendar.billingPeriod(at);
    },
    billingPeriodNamed(name) {
      if (!/^\d{4}-(?:0[1-9]|1[0-2])$/.test(name)) return null;
      const first = Temporal.PlainYearMonth.from(name).toPlainDate({ day: billingPeriodStartDay });
      return calendar.billingPeriod(first.toZonedDateTime(timeZone).epochMilliseconds);
    },
    offsetAt: (at) => steadyAt(at).offset,
  };
}
