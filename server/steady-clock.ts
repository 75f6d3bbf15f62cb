/**
 * The daemon's clock never goes back: what was logged out after it was logged in stays after it, though somebody set the machine's clock
 * back in between. Instead it goes at half the speed until the machine's clock has caught up. Standing still would do for the order, but
 * a level counts as it is after everything at its instant: a peak between would be lost.
 */
import type { Instant } from '../shared/time.ts';
import type { Clock } from './clock.ts';

/** Set back by more than that, it was wrong before: going slowly for years would help nobody. */
const LONGEST_WAIT_MS = 86_400_000;
/** Smaller corrections are every day's work of a time service. */
const WORTH_TELLING_MS = 1_000;

export interface SteadyClock extends Clock {
  /** What was written down before a restart lies before everything that comes now. */
  notBefore(instant: Instant): void;
  /** Milliseconds by which the machine's clock is behind this one. */
  ahead(): number;
}

/** @param onSetBack told once for each time that the clock was set back, with the milliseconds */
export function steadyClock(wall: Clock, onSetBack: (by: number, isFollowed: boolean) => void): SteadyClock {
  /** What was told last, and how long the machine had been running then. */
  let last = { at: Number.NEGATIVE_INFINITY, running: 0 };
  let told = false;
  const now = (): Instant => {
    const read = wall.now();
    const running = wall.running();
    const by = last.at - read;
    if (by <= 0) told = false;
    else if (by >= WORTH_TELLING_MS && !told) {
      told = true;
      onSetBack(by, by > LONGEST_WAIT_MS);
    }
    if (by <= 0 || by > LONGEST_WAIT_MS) last = { at: read, running };
    else {
      const slow = last.at + Math.floor((running - last.running) / 2);
      if (slow > last.at) last = { at: Math.max(slow, read), running };
    }
    return last.at;
  };
  return {
    ...wall,
    now,
    notBefore(instant) {
      if (instant > last.at) last = { at: instant, running: wall.running() };
    },
    ahead: () => now() - wall.now(),
  };
}
