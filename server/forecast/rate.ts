import { middle } from './middle.ts';

/** Minutes over which the rate is taken. */
export const RATE_MINUTES = 10;

/**
 * How fast a level rises, a minute: the median of the slopes between any two of the samples (Theil and Sen), so that a burst of logins or one
 * team that leaves for lunch is no trend.
 * @param levels one a minute, oldest first
 * @example ratePerMinute([0, 2, 4, 6]) // 2
 */
export function ratePerMinute(levels: readonly number[]): number {
  const slopes = levels.flatMap((level, i) => levels.slice(i + 1).map((later, j) => (later - level) / (j + 1)));
  return middle(slopes) ?? 0;
}
