import type { Clock } from '../../server/clock.ts';

export interface ManualClock extends Clock {
  /** Lets time pass: timers run at their own instants, and what they started settles before the next. */
  advance(milliseconds: number): Promise<void>;
}

/** Lets everything that waits only on promises, or on a turn of the event loop, run on. */
export const settle = async (turns = 3): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Time that stands still until it is told to pass. @example const clock = manualClock(Date.UTC(2020, 2, 6)); */
export function manualClock(start = Date.UTC(2026, 10, 24)): ManualClock {
  let now = start;
  let nth = 0;
  const timers = new Map<number, { at: number; every: number | null; run: () => void }>();
  const add = (milliseconds: number, every: number | null, run: () => void) => {
    const id = nth++;
    timers.set(id, { at: now + Math.max(0, milliseconds), every, run });
    return () => void timers.delete(id);
  };
  const soonest = (until: number) =>
    [...timers].filter(([, timer]) => timer.at <= until).sort(([a, left], [b, right]) => left.at - right.at || a - b)[0];
  return {
    now: () => now,
    after: (milliseconds, run) => add(milliseconds, null, run),
    every: (milliseconds, run) => add(milliseconds, milliseconds, run),
    async advance(milliseconds) {
      const until = now + milliseconds;
      await settle();
      for (let next = soonest(until); next; next = soonest(until)) {
        const [id, timer] = next;
        now = timer.at;
        if (timer.every === null) timers.delete(id);
        else timer.at += timer.every;
        timer.run();
        await settle();
      }
      now = until;
    },
  };
}
