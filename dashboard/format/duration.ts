const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in its two largest units: `8 s`, `2 min 10 s`, `3 h 5 min`, `2 d 4 h`. */
export function inWords(milliseconds: number): string {
  const whole = Math.max(0, milliseconds);
  if (whole < MINUTE) return `${Math.floor(whole / SECOND)} s`;
  if (whole < HOUR) return pair(whole, MINUTE, 'min', SECOND, 's');
  if (whole < DAY) return pair(whole, HOUR, 'h', MINUTE, 'min');
  return pair(whole, DAY, 'd', HOUR, 'h');
}

/** The same of how long something lasted: what is over too soon for a second did last. */
export const lengthInWords = (milliseconds: number): string =>
  milliseconds > 0 && milliseconds < SECOND ? 'less than 1 s' : inWords(milliseconds);

function pair(milliseconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((milliseconds % large) / small);
  return `${Math.floor(milliseconds / large)} ${largeUnit}${rest > 0 ? ` ${rest} ${smallUnit}` : ''}`;
}
