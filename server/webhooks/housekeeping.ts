/** Forgets what is too old, now and then, in small pieces between others' work. */
import type { Cancel, Clock } from '../clock.ts';

const EVERY_MS = 900_000;

/** @param tidy one small piece; resolves whether there may be more. @returns how to stop */
export function startHousekeeping(clock: Clock, tidy: () => Promise<boolean>): Cancel {
  let busy = false;
  let stopped = false;
  const run = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      while (!stopped && (await tidy()));
    } catch {
      // The store takes nothing at the moment: next time.
    }
    busy = false;
  };
  const cancel = clock.every(EVERY_MS, () => void run());
  return () => {
    stopped = true;
    cancel();
  };
}
