import { Temporal } from 'temporal-polyfill';
import type { Instant } from '../../shared/time.ts';

const DAY = 86_400_000;
/** Odd times around changes of clocks that are kept, so that a file full of one of them is not worked out anew each time. */
const KEPT = 10_000;

/**
 * The instants at which the clocks of a time zone show a time: none in the gap that a change of clocks leaves, two where it
 * repeats an hour, the first first. The time is given as if it were UTC, in milliseconds.
 *
 * @example localInstants('Europe/London')(Date.UTC(2026, 9, 25, 1, 30)) // two of them
 */
export function localInstants(timeZone: string): (wall: number) => Instant[] {
  const zoned = (at: Instant): Temporal.ZonedDateTime => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  const offsetAt = (at: Instant): number => zoned(at).offsetNanoseconds / 1e6;
  /** Offset of a whole day without a change of clocks near it, by day; null where there is one. */
  const offsets = new Map<number, number | null>();
  const odd = new Map<number, Instant[]>();

  const offsetOfDay = (day: number): number | null => {
    const known = offsets.get(day);
    if (known !== undefined) return known;
    const start = zoned((day - 1) * DAY);
    const next = start.getTimeZoneTransition('next');
    const offset = next && next.epochMilliseconds <= (day + 2) * DAY ? null : start.offsetNanoseconds / 1e6;
    offsets.set(day, offset);
    return offset;
  };

  return (wall) => {
    const offset = offsetOfDay(Math.floor(wall / DAY));
    if (offset !== null) return [wall - offset];
    const known = odd.get(wall);
    if (known) return known;
    const candidates = new Set([wall - DAY, wall, wall + DAY].map((near) => wall - offsetAt(near)));
    const found = [...candidates].filter((at) => at + offsetAt(at) === wall).sort((a, b) => a - b);
    if (odd.size >= KEPT) odd.clear();
    odd.set(wall, found);
    return found;
  };
}
