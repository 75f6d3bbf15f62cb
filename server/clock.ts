import type { Instant } from '../shared/time.ts';

/** Stops a timer; calling it twice is harmless. */
export type Cancel = () => void;

/** Where time comes from. Handed in everywhere, so that a test or a simulation can own it. */
export interface Clock {
  now(): Instant;
  /** Milliseconds for which the machine has been running, asleep not counted: nobody can set them. */
  running(): number;
  after(milliseconds: number, run: () => void): Cancel;
  every(milliseconds: number, run: () => void): Cancel;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  running: () => performance.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  every(milliseconds, run) {
    const timer = setInterval(run, milliseconds);
    return () => clearInterval(timer);
  },
};
