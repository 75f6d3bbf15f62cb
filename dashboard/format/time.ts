import { LOCALE } from '../../shared/numbers.ts';
import { parseInstant } from '../../shared/time.ts';
import { inWords } from './duration.ts';

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs more than using it a hundred times. An unknown zone reads as UTC rather than as an empty page. */
function formatter(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone} ${JSON.stringify(options)}`;
  const known = formatters.get(key) ?? make(timeZone, options);
  formatters.set(key, known);
  return known;
}

function make(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: 'UTC' });
  }
}

const HMS: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
const HM: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' };
const DAY_AND_YEAR: Intl.DateTimeFormatOptions = { ...DAY, year: 'numeric' };
const TO_THE_MILLISECOND: Intl.DateTimeFormatOptions = { ...DAY_AND_YEAR, ...HMS, fractionalSecondDigits: 3 };
const DATE: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' };

/** `12:03:11` */
export const clockTime = (at: number, timeZone: string): string => formatter(timeZone, HMS).format(at);
/** `12:03` */
export const minuteTime = (at: number, timeZone: string): string => formatter(timeZone, HM).format(at);
/** `24 Nov` */
export const dayOf = (at: number, timeZone: string): string => formatter(timeZone, DAY).format(at);
/** `Monday 24 November 2026` */
export const dateOf = (at: number, timeZone: string): string => formatter(timeZone, DATE).format(at).replace(',', '');

/** `24 Nov`, with its year where that is another than now; `null`: today. */
function dayUnlessToday(at: number, now: number, timeZone: string): string | null {
  const [day, today] = [at, now].map((one) => formatter(timeZone, DAY_AND_YEAR).format(one)) as [string, string];
  if (day === today) return null;
  return day.slice(-4) === today.slice(-4) ? dayOf(at, timeZone) : day;
}

/** `at 12:03` of today, else `on 24 Nov, 12:03`. */
export function shortMoment(at: number, now: number, timeZone: string): string {
  const day = dayUnlessToday(at, now, timeZone);
  const time = minuteTime(at, timeZone);
  return day === null ? `at ${time}` : `on ${day}, ${time}`;
}

/** `12:03:11` of today, else `24 Nov, 12:03:11`, or `24 Nov 2025, 12:03:11`. */
export function exactMoment(at: number, now: number, timeZone: string): string {
  const day = dayUnlessToday(at, now, timeZone);
  const time = clockTime(at, timeZone);
  return day === null ? time : `${day}, ${time}`;
}

/** The same within a sentence: `at 12:03:11`, else `on 24 Nov, 12:03:11`. */
export const exactlyWhen = (at: number, now: number, timeZone: string): string =>
  `${dayUnlessToday(at, now, timeZone) === null ? 'at' : 'on'} ${exactMoment(at, now, timeZone)}`;

/** `exactMoment` of an instant as the wire has it. */
export const exactInstant = (instant: string, now: number, timeZone: string): string =>
  exactMoment(parseInstant(instant) ?? now, now, timeZone);

/** `Europe/London (GMT)` */
export function zoneLabel(at: number, timeZone: string): string {
  const parts = formatter(timeZone, { timeZoneName: 'short' }).formatToParts(at);
  const short = parts.find((part) => part.type === 'timeZoneName')?.value;
  return short && short !== timeZone ? `${timeZone} (${short})` : timeZone;
}

/** `24 Nov 2026, 12:03:11.250, Europe/London (GMT), 3 h 5 min ago`: all there is to know of an instant of the wire. */
export function momentInFull(instant: string, now: number, timeZone: string): string {
  const at = parseInstant(instant);
  if (at === null) return instant;
  const age = at > now ? `in ${inWords(at - now)}` : `${inWords(now - at)} ago`;
  return `${formatter(timeZone, TO_THE_MILLISECOND).format(at)}, ${zoneLabel(at, timeZone)}, ${age}`;
}

const INSTANT = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** A sentence of the daemon, which writes instants in UTC, with those of the organisation's clock. */
export const onLocalClock = (sentence: string, now: number, timeZone: string): string =>
  sentence.replaceAll(INSTANT, (instant) => exactInstant(instant, now, timeZone));
