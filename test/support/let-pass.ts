import type { ManualClock } from './manual-clock.ts';

const STEP_MS = 50;

/** Lets everything that waits only on promises, or on a turn of the event loop, run on. */
export async function settle(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Moves a clock on in small steps; what each step starts settles before the next. */
export async function letPass(clock: ManualClock, milliseconds: number): Promise<void> {
  await settle();
  for (const until = clock.now() + milliseconds; clock.now() < until; ) {
    clock.advanceTo(Math.min(until, clock.now() + STEP_MS));
    await settle();
  }
}
