import type { Clock } from '../../server/clock.ts';

interface Timer {
  at: number;
  every: number | null;
  run: () => void;
}

export interface ManualClock extends Clock {
  /** Moves on to an instant, running what is due on the way. */
  advanceTo(at: number): void;
  /** Lets time pass without running anything. Back: as when somebody sets the clock. */
  jumpTo(at: number): void;
  /** Sets the clock, forward or back, and no time passes. */
  setTo(at: number): void;
}

/** A clock that stands still until it is moved. */
export function createManualClock(start: number): ManualClock {
  let now = start;
  let setBy = 0;
  const timers = new Set<Timer>();
  const add = (timer: Timer) => {
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  };
  return {
    now: () => now,
    running: () => now - setBy,
    after: (milliseconds, run) => add({ at: now + milliseconds, every: null, run }),
    every: (milliseconds, run) => add({ at: now + milliseconds, every: milliseconds, run }),
    advanceTo(at) {
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= at).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        now = Math.max(now, due.at);
        if (due.every === null) timers.delete(due);
        else due.at = Math.max(due.at + due.every, at - (at % due.every));
        due.run();
      }
      now = at;
    },
    jumpTo(at) {
      if (at < now) setBy += at - now;
      now = at;
    },
    setTo(at) {
      setBy += at - now;
      now = at;
    },
  };
}
