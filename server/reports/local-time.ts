import type { Instant } from '../../shared/time.ts';
import type { Span } from '../licensing/calendar.ts';
import type { LocalBuckets } from './local-buckets.ts';

/** What the local clock and calendar show, as dimensions of a report. */
export interface LocalTime {
  date: string;
  hourOfDay: number;
  dayOfWeek: string;
  month: string;
  billingPeriod: string;
}

export const DAYS_OF_WEEK = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Neighbours are mostly of one hour, and hours of one day: each is looked up once. */
export function createLocalTime({ bucket, calendar, offsetAt }: LocalBuckets): (at: Instant) => LocalTime {
  let hour: Span = { start: 0, end: 0 };
  let shown: LocalTime = { date: '', hourOfDay: 0, dayOfWeek: '', month: '', billingPeriod: '' };
  /** Of the day that is shown, counted by the local clock from 1970; with its offset, as midnight may be passed twice. */
  let day = Number.NaN;
  let offset = 0;
  return (at) => {
    if (at >= hour.start && at < hour.end) return shown;
    hour = bucket('1h', at);
    const offsetNow = offsetAt(at);
    const local = at + offsetNow;
    const dayNow = Math.floor(local / DAY_MS);
    const hourOfDay = Math.floor((local - dayNow * DAY_MS) / HOUR_MS);
    if (dayNow === day && offsetNow === offset) {
      shown = { ...shown, hourOfDay };
      return shown;
    }
    [day, offset] = [dayNow, offsetNow];
    const midnight = new Date(day * DAY_MS);
    // Beyond the year 9999 a date has a sign and more digits.
    const [date = ''] = midnight.toISOString().split('T');
    const dayOfWeek = DAYS_OF_WEEK[(midnight.getUTCDay() + 6) % 7] as string;
    shown = { date, hourOfDay, dayOfWeek, month: date.slice(0, 7), billingPeriod: calendar.billingPeriod(at).name };
    return shown;
  };
}
