import { minuteTime } from './time.ts';
import { instantOfLocal, localOfInstant } from './zone.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface SilenceTime {
  words: string;
  /** Milliseconds since 1970. */
  until: number;
}

/** The next time that a clock in the zone shows this, `HH:MM`. */
function nextLocal(time: string, now: number, timeZone: string): number {
  // Days are counted on the calendar: one that the clocks change has 23 or 25 hours.
  const midnight = Date.parse(`${localOfInstant(now, timeZone).slice(0, 10)}T00:00Z`);
  const on = (day: number) => instantOfLocal(`${new Date(day).toISOString().slice(0, 10)}T${time}`, timeZone) ?? now;
  const today = on(midnight);
  return today > now ? today : on(midnight + DAY_MS);
}

/** How long one usually wants peace: each an end, so that nobody has to reckon at night. */
export function silenceTimes(now: number, timeZone: string): SilenceTime[] {
  const hours = (count: number): SilenceTime => {
    const until = now + count * HOUR_MS;
    return { words: `${count} h (until ${minuteTime(until, timeZone)})`, until };
  };
  return [
    hours(1),
    hours(4),
    { words: 'Until 07:00', until: nextLocal('07:00', now, timeZone) },
    { words: 'Until the end of the day', until: nextLocal('00:00', now, timeZone) },
  ];
}
