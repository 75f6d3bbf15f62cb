/** Notices that time went on and nobody was looking: the machine slept, or its clock was set forward. */
import type { Clock } from './clock.ts';
import type { Downtime } from './licensing/sessions.ts';

/** The wall clock may run away from the machine's own count by that much, in milliseconds, before it means something. */
const SLEPT_MS = 10_000;

export interface SleepWatch {
  /** The stretch since the last look in which nobody was looking, or null. */
  slept(): Downtime | null;
  /** What `slept` told is taken care of: the next look counts from now. */
  looked(): void;
}

export function createSleepWatch(clock: Clock): SleepWatch {
  const look = () => ({ wall: clock.now(), running: clock.running() });
  let last = look();
  return {
    slept() {
      const { wall, running } = look();
      return wall - last.wall - (running - last.running) > SLEPT_MS ? { from: last.wall, until: wall } : null;
    },
    looked() {
      last = look();
    },
  };
}
