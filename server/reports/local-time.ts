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

/** Neighbours are mostly of one hour: it is looked up once. */
export function createLocalTime({ bucket, calendar, offsetAt }: LocalBuckets): (at: Instant) => LocalTime {
  let hour: Span = { start: 0, end: 0 };
  let shown: LocalTime = { date: '', hourOfDay: 0, dayOfWeek: '', month: '', billingPeriod: '' };
  return (at) => {
    if (at < hour.start || at >= hour.end) {
      hour = bucket('1h', at);
      // Beyond the year 9999 a date has a sign and more digits.
      const [date = '', time = ''] = new Date(at + offsetAt(at)).toISOString().split('T');
      shown = {
        date,
        hourOfDay: Number(time.slice(0, 2)),
        dayOfWeek: DAYS_OF_WEEK[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7] as string,
        month: date.slice(0, 7),
        billingPeriod: calendar.billingPeriod(at).name,
      };
    }
    return shown;
  };
}
