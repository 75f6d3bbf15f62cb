/** Ceiling of the first pause. */
export const RECONNECT_MIN_MS = 500;
/** Ceiling of every later one: a wall must not look at a daemon that is back for half a minute. */
export const RECONNECT_MAX_MS = 10_000;

/**
 * Milliseconds to wait before the next try: anywhere between nothing and a ceiling that doubles ("full jitter"),
 * so that a restarted daemon does not meet all its displays in the same second.
 *
 * @param attempt tries that failed since the last success, from 0
 * @param random a number in [0, 1)
 */
export function reconnectDelay(attempt: number, random: () => number): number {
  const ceiling = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** Math.min(attempt, 16));
  return Math.floor(random() * ceiling);
}
