import type { LocalClock } from '../../dashboard/client/clock.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';

export interface ManualLocalClock extends LocalClock {
  advance(milliseconds: number): void;
  now(): number;
}

/** A browser's two clocks that stand still until they are moved, and then move together. */
export function manualLocalClock(start = Date.UTC(2026, 10, 24, 12)): ManualLocalClock {
  const clock: ManualClock = createManualClock(start);
  return {
    wall: () => clock.now(),
    steady: () => clock.now() - start,
    after: (milliseconds, run) => clock.after(milliseconds, run),
    advance: (milliseconds) => clock.advanceTo(clock.now() + milliseconds),
    now: () => clock.now(),
  };
}
