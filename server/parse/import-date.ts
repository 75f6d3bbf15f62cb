/** Dates and times of an export. Nothing is guessed: what could be read in two ways is refused. */
import type { DateOrder } from '../../shared/import.ts';
import { type Instant, parseInstant } from '../../shared/time.ts';

/** What a date and time say: `wall` is the time on the local clock as if it were UTC, `at` an instant where an offset was written. */
export type DateTime = ({ wall: number } | { at: Instant }) & {
  /** `YYYY-MM-DD HH:MM:SS`, with milliseconds where there were any. */
  canonical: string;
  /** It was not written in a way that is taken as it is. */
  changed: boolean;
};

const DATE_TIME =
  /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(T|[\s\u200b]+)(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:[\s\u200b]?([AaPp])[Mm])?$/;

/** @returns a sentence when it cannot be read */
export function readDateTime(raw: string, order: DateOrder | undefined): DateTime | string {
  const text = raw.trim();
  const at = parseInstant(text);
  if (at !== null) return { at, canonical: text, changed: text !== raw };
  const match = DATE_TIME.exec(text);
  if (!match) return 'is not a date and time like 2020-03-06 13:30:28';
  const [, a = '', , b = '', c = '', between = '', hour = '', minute = '', second = '0', fraction = '', half] = match;
  const date = readDate(a, b, c, order);
  if (typeof date === 'string') return date;
  const { year, month, day } = date;
  const hours = half === undefined ? Number(hour) : hourOfHalf(Number(hour), half);
  if (hours === null || hours > 23 || Number(minute) > 59 || Number(second) > 59) return 'is a time that no clock shows';
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  if (year < 1 || local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) return 'is a day that does not exist';
  const millis = Number(fraction.padEnd(3, '0').slice(0, 3));
  const wall = local.getTime() + ((hours * 60 + Number(minute)) * 60 + Number(second)) * 1000 + millis;
  const canonical = new Date(wall)
    .toISOString()
    .slice(0, millis === 0 ? 19 : 23)
    .replace('T', ' ');
  return { wall, canonical, changed: text !== raw || date.deduced || (between !== ' ' && between !== 'T') };
}

/** The UTC column: with an offset, or without one. */
export function readUtc(raw: string): Instant | null {
  const text = raw.trim();
  const at = parseInstant(text);
  if (at !== null || !/^\d{4}-/.test(text)) return at;
  const read = readDateTime(text, undefined);
  return typeof read === 'string' || !('wall' in read) ? null : read.wall;
}

interface ReadDate {
  year: number;
  month: number;
  day: number;
  /** Only one order gives a day that exists. */
  deduced: boolean;
}

function readDate(a: string, b: string, c: string, order: DateOrder | undefined): ReadDate | string {
  if (a.length === 4) {
    return c.length > 2 ? 'has two years' : { year: Number(a), month: Number(b), day: Number(c), deduced: false };
  }
  if (c.length !== 4) return 'has no year of four digits';
  const [year, first, second] = [Number(c), Number(a), Number(b)];
  if (order === 'YMD') return 'does not begin with the year, as the date order says';
  if (order === 'DMY') return { year, month: second, day: first, deduced: false };
  if (order === 'MDY') return { year, month: first, day: second, deduced: false };
  if (first === second || first > 12) return { year, month: second, day: first, deduced: true };
  if (second > 12) return { year, month: first, day: second, deduced: true };
  return 'may have day and month swapped: say which with the date order DMY or MDY';
}

function hourOfHalf(hour: number, half: string): number | null {
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}
