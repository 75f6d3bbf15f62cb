import { dateOf, dayOf, minuteTime } from './time.ts';
import { instantOfLocal, localOfInstant } from './zone.ts';

/** A stretch of time, milliseconds since 1970; `to` is not part of it. */
export interface TimeRange {
  from: number;
  to: number;
}

/** A range as the address has it: local times. */
export interface LocalRange {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;

/** `2026-11-24` */
export const localDate = (at: number, timeZone: string): string => localOfInstant(at, timeZone).slice(0, 10);

const addDays = (date: string, days: number): string => new Date(Date.parse(`${date}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The days from one date to before another, in local time. */
const days = (first: string, end: string): LocalRange => ({ from: `${first}T00:00`, to: `${end}T00:00` });

export function dayRange(date: string, timeZone: string): TimeRange {
  const { from, to } = days(date, addDays(date, 1));
  return { from: instantOfLocal(from, timeZone) ?? 0, to: instantOfLocal(to, timeZone) ?? 0 };
}

/** First day of the billing period that a date is in. */
export function periodStart(date: string, startDay: number): string {
  const month = Number(date.slice(8)) >= startDay ? date.slice(0, 7) : addDays(`${date.slice(0, 7)}-01`, -1).slice(0, 7);
  return `${month}-${String(startDay).padStart(2, '0')}`;
}

export interface RangePreset extends LocalRange {
  words: string;
}

/** What is asked for most, the usual one first. */
export function rangePresets(now: number, timeZone: string, startDay: number): RangePreset[] {
  const today = localDate(now, timeZone);
  const tomorrow = addDays(today, 1);
  const period = periodStart(today, startDay);
  return [
    { words: 'Yesterday', ...days(addDays(today, -1), today) },
    { words: 'Today', ...days(today, tomorrow) },
    { words: 'Last 7 days', ...days(addDays(today, -6), tomorrow) },
    { words: 'Billing period', ...days(period, tomorrow) },
    { words: 'Last billing period', ...days(periodStart(addDays(period, -1), startDay), period) },
  ];
}

/** What the address asks for; yesterday where it asks for nothing that can be read. */
export function readRange(from: string | null, to: string | null, now: number, timeZone: string): TimeRange {
  const yesterday = days(addDays(localDate(now, timeZone), -1), localDate(now, timeZone));
  const start = instantOfLocal(from ?? yesterday.from, timeZone) ?? instantOfLocal(yesterday.from, timeZone) ?? now - DAY_MS;
  const end = instantOfLocal(to ?? (from === null ? yesterday.to : ''), timeZone);
  return { from: start, to: end !== null && end > start ? end : start + DAY_MS };
}

/** `Monday 23 November 2026, 00:00:00 to 23:59:59`; over several days each end with its day. */
export function rangeInWords({ from, to }: TimeRange, timeZone: string): string {
  const last = to - 1;
  const end = to % 60_000 === 0 ? `${minuteTime(last, timeZone)}:59` : minuteTime(last, timeZone);
  const start = `${minuteTime(from, timeZone)}:00`;
  if (localDate(from, timeZone) === localDate(last, timeZone)) return `${dateOf(from, timeZone)}, ${start} to ${end}`;
  return `${dayOf(from, timeZone)} ${localDate(from, timeZone).slice(0, 4)}, ${start} to ${dayOf(last, timeZone)} ${localDate(last, timeZone).slice(0, 4)}, ${end}`;
}
