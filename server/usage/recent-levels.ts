/** How high a licence type stood in the last minutes, for whoever asks how fast it rises. */
import type { Instant } from '../../shared/time.ts';
import type { TypeUsage } from './type-usage.ts';

export const MINUTE_MS = 60_000;

export const minuteStart = (at: Instant): Instant => Math.floor(at / MINUTE_MS) * MINUTE_MS;

/** In use just before each of the last full minutes, oldest first, the last being `minute`. As far back as memory takes buckets apart. */
export function minuteLevels(usage: TypeUsage, minute: Instant, minutes: number): number[] {
  return Array.from({ length: minutes + 1 }, (_, index) => inUseBefore(usage, minute - (minutes - index) * MINUTE_MS));
}

/** Another number whenever something of before `minute` became known: levels that were taken then are to be taken anew. */
export const pastOf = ({ open }: TypeUsage, minute: Instant): number =>
  open.reduce((sum, bucket) => sum + bucket.changesBefore(minute), open[0]?.start ?? 0);

function inUseBefore({ open, level }: TypeUsage, at: Instant): number {
  const bucket = open.findLast(({ start }) => start < at);
  return bucket ? bucket.inUseBefore(at) : (open[0]?.whole.enter ?? level)[0];
}

/** The same some minutes later, where nothing has changed since but the level. */
export function shiftMinutes(levels: readonly number[], minutes: number, inUse: number): number[] {
  const passed = Math.min(Math.max(0, minutes), levels.length);
  return [...levels.slice(passed), ...Array.from({ length: passed }, () => inUse)];
}
