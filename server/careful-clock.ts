import type { Clock } from './clock.ts';

/**
 * The same clock for what goes on beside the line: a timer of it that fails is told and goes on with the next time, where it would end
 * the process. What the line itself does is not of that kind: after a failure there nobody knows what is in memory.
 */
export function carefulClock(clock: Clock, log: { error(fields: object, message: string): void }): Clock {
  const careful = (run: () => void) => (): void => {
    try {
      run();
    } catch (error) {
      log.error({ err: error }, 'something beside the line failed');
    }
  };
  return {
    now: () => clock.now(),
    running: () => clock.running(),
    after: (milliseconds, run) => clock.after(milliseconds, careful(run)),
    every: (milliseconds, run) => clock.every(milliseconds, careful(run)),
  };
}
