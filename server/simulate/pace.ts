/** Offers events at an even rate by the clock, and waits where the daemon does not keep up. */
import type { Clock } from '../clock.ts';

const TICK_MS = 100;

export interface PaceOptions {
  clock: Clock;
  perSecond: number;
  signal: AbortSignal;
  /** Offers one; false when there is nothing more. */
  offer(): boolean;
  /** After the offers of a tick. */
  flush(): void;
  /** No offers while this says so; the time does not count either, so there is no burst afterwards. */
  full(): boolean;
  /** Stops at this instant, if given. */
  until?: number | undefined;
}

/** Resolves when the offers end, the time is over or the signal comes; rejects with what `offer` throws. */
export function pace({ clock, perSecond, signal, offer, flush, full, until }: PaceOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = clock.now();
    let due = 0;
    const finish = (error?: unknown) => {
      cancel();
      signal.removeEventListener('abort', stop);
      if (error === undefined) resolve();
      else reject(error);
    };
    const stop = () => finish();
    const tick = () => {
      const now = Math.min(clock.now(), until ?? Number.POSITIVE_INFINITY);
      // What a full queue swallowed is not made up for; a late timer is, within reason.
      if (!full()) due = Math.min(due + ((now - last) * perSecond) / 1000, 2 * perSecond + 1);
      last = now;
      try {
        for (; due >= 1; due--) if (!offer()) return finish();
        flush();
      } catch (error) {
        return finish(error);
      }
      if (until !== undefined && now >= until) finish();
    };
    const cancel = clock.every(TICK_MS, tick);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
}
