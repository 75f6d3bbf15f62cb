/** Stops a timer; calling it twice is harmless. */
export type Cancel = () => void;

/** Time as a browser has it, handed in so that a test can own it. Milliseconds. */
export interface LocalClock {
  /** Wall clock: may jump when the machine corrects it. */
  wall(): number;
  /** Never jumps, but stands still while the machine sleeps. */
  steady(): number;
  after(milliseconds: number, run: () => void): Cancel;
}

export const browserClock: LocalClock = {
  wall: () => Date.now(),
  steady: () => performance.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

export interface Moment {
  wall: number;
  steady: number;
}

export const momentOf = (clock: LocalClock): Moment => ({ wall: clock.wall(), steady: clock.steady() });

/**
 * Milliseconds since a moment, by whichever clock saw more of them: the steady one misses sleep, the wall one may be set back.
 * Erring towards too old is the safe side for a display.
 */
export const elapsedSince = (moment: Moment, clock: LocalClock): number =>
  Math.max(0, clock.steady() - moment.steady, clock.wall() - moment.wall);
