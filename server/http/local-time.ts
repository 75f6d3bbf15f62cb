import type { Instant } from '../../shared/time.ts';

const MINUTE = 60_000;

/**
 * Writes instants as `YYYY-MM-DD HH:MM:SS` of a time zone. Records come in order, so the minute before is mostly this one:
 * asking `Intl` once a minute is what makes an export of a million rows a matter of seconds.
 */
export function localTimeWriter(timeZone: string): (at: Instant) => string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const write = (at: Instant): string => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return `${parts['year']?.padStart(4, '0')}-${parts['month']}-${parts['day']} ${parts['hour']}:${parts['minute']}:${parts['second']}`;
  };
  let minute = Number.NaN;
  let prefix = '';
  return (at) => {
    // Before 1972 offsets with odd seconds are about; nobody exports a million rows of that time.
    if (at < 63_072_000_000) return write(at);
    const start = Math.floor(at / MINUTE);
    if (start !== minute) {
      minute = start;
      prefix = write(start * MINUTE).slice(0, -2);
    }
    return prefix + String(Math.floor((at - start * MINUTE) / 1000)).padStart(2, '0');
  };
}
