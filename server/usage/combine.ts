/** Stretches put together to a longer one: five-minute buckets to hours, days and billing periods. */
import { extend, METRICS, NO_LEVELS, type Stretch } from './levels.ts';

/**
 * Adds a stretch that begins at or after everything in `whole`. In between the level stood still.
 * Of `next` only its figures are needed, so whatever it was made of is not read again.
 */
export function append(whole: Stretch, next: Stretch): void {
  extend(whole, next.start, NO_LEVELS);
  for (let m = 0; m < METRICS; m++) {
    whole.low[m] = Math.min(whole.low[m] as number, next.low[m] as number);
    if ((next.high[m] as number) > (whole.high[m] as number)) {
      whole.high[m] = next.high[m] as number;
      whole.highAt[m] = next.highAt[m] as number;
    }
    whole.area[m] = (whole.area[m] as number) + (next.area[m] as number);
    whole.exit[m] = next.exit[m] as number;
  }
  whole.until = next.until;
}
