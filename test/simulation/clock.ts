import type { Cancel, Clock } from '../../server/clock.ts';

interface Timer {
  at: number;
  every: number | null;
  run: () => void;
  /** Order of creation: what is due at one instant runs in it. */
  n: number;
}

/** How near the next event must be for a repeating timer to run at every one of its instants. */
const NEAR_MS = 1_000;

export interface SimulatedClock extends Clock {
  /** Runs the next timer that is due up to `until`; false when there is none, and it is `until` then. */
  step(until: number): boolean;
  /** A clock whose timers can all be stopped at once, as a process takes its own with it. */
  fork(): { clock: Clock; kill: () => void };
}

/**
 * Time that passes only when the simulation says so. Where nothing happens for long, a timer that repeats runs once at the
 * beginning and once at the end of it: as on a machine that was busy elsewhere.
 */
export function createSimulatedClock(start: number): SimulatedClock {
  let now = start;
  let made = 0;
  const timers = new Set<Timer>();
  const add = (milliseconds: number, every: number | null, run: () => void): Cancel => {
    const timer = { at: now + Math.max(0, milliseconds), every, run, n: made++ };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const after = (milliseconds: number, run: () => void) => add(milliseconds, null, run);
  const every = (milliseconds: number, run: () => void) => add(milliseconds, milliseconds, run);

  const earliest = (pick: (timer: Timer) => boolean): Timer | undefined => {
    let found: Timer | undefined;
    for (const timer of timers) {
      if (pick(timer) && (!found || timer.at < found.at || (timer.at === found.at && timer.n < found.n))) found = timer;
    }
    return found;
  };

  return {
    now: () => now,
    running: () => now,
    after,
    every,
    step(until) {
      const due = earliest(() => true);
      if (!due || due.at > until) {
        now = Math.max(now, until);
        return false;
      }
      now = Math.max(now, due.at);
      if (due.every === null) timers.delete(due);
      else {
        const next = Math.min(until, earliest((timer) => timer.every === null)?.at ?? until);
        due.at = next - now < NEAR_MS ? now + due.every : Math.max(now + due.every, next - due.every);
      }
      due.run();
      return true;
    },
    fork() {
      let alive = true;
      const cancels = new Set<Cancel>();
      const guarded = (run: () => void) => () => {
        if (alive) run();
      };
      const keep = (cancel: Cancel): Cancel => {
        cancels.add(cancel);
        return () => {
          cancels.delete(cancel);
          cancel();
        };
      };
      return {
        clock: {
          now: () => now,
          running: () => now,
          after(milliseconds, run) {
            const cancel = after(
              milliseconds,
              guarded(() => {
                cancels.delete(cancel);
                run();
              }),
            );
            return keep(cancel);
          },
          every: (milliseconds, run) => keep(every(milliseconds, guarded(run))),
        },
        kill() {
          alive = false;
          for (const cancel of cancels) cancel();
        },
      };
    },
  };
}
