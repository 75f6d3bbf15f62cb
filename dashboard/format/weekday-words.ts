import { WEEKDAYS, type Weekday } from '../../shared/alerts.ts';

export const WEEKDAY_WORDS: Record<Weekday, string> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};

/** `every day`, `Monday to Friday`, `Monday, Wednesday`: in the order of the week. */
export function daysInWords(days: readonly Weekday[]): string {
  const named = WEEKDAYS.filter((day) => days.includes(day));
  if (named.length === 0 || named.length === WEEKDAYS.length) return 'every day';
  const [first, last] = [WEEKDAYS.indexOf(named[0] as Weekday), WEEKDAYS.indexOf(named.at(-1) as Weekday)];
  const words = named.map((day) => WEEKDAY_WORDS[day]);
  return named.length > 2 && last - first === named.length - 1 ? `${words[0]} to ${words.at(-1)}` : words.join(', ');
}
