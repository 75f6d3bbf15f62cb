const DAY_MS = 86_400_000;

/** Wall time of a zone at an instant, as the milliseconds that UTC would have with the same digits. */
function wallTime(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/**
 * The instant of a local time in a zone, milliseconds. A local time that occurs twice: the first; one that the clocks skip: as
 * far after the gap as it is into it.
 *
 * @param local `2026-11-24T12:03`, with or without seconds
 */
export function instantOfLocal(local: string, timeZone: string): number | null {
  const wanted = Date.parse(`${local}${/T\d\d:\d\d$/.test(local) ? ':00' : ''}Z`);
  if (Number.isNaN(wanted)) return null;
  const candidates = [wanted - DAY_MS, wanted + DAY_MS].map((near) => wanted - (wallTime(near, timeZone) - near));
  const right = candidates.filter((at) => wallTime(at, timeZone) === wanted);
  return Math.min(...(right.length > 0 ? right : [candidates[0] ?? wanted]));
}

/** `2026-11-24T12:03`, as a `datetime-local` field takes it. */
export const localOfInstant = (at: number, timeZone: string): string => new Date(wallTime(at, timeZone)).toISOString().slice(0, 16);
