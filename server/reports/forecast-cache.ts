/** The days that today is compared with are read once a day for each organisation, and again when the past has changed, at most once an hour. */
import type { Instant } from '../../shared/time.ts';
import type { Write } from '../store/store.ts';
import type { WeekdayCurves } from './day-curves.ts';

/** Organisations whose days are kept. */
const MOST = 256;
const AGAIN_MS = 3_600_000;

interface Kept {
  /** Which day, by which clock, and of which types. */
  name: string;
  dayStart: Instant;
  readAt: Instant;
  outdated: boolean;
  curves: Promise<WeekdayCurves>;
}

export class ForecastCache {
  readonly #kept = new Map<string, Kept>();

  curves(organisation: string, name: string, dayStart: Instant, now: Instant, read: () => Promise<WeekdayCurves>): Promise<WeekdayCurves> {
    const known = this.#kept.get(organisation);
    this.#kept.delete(organisation);
    const stands = known?.name === name && !(known.outdated && Math.abs(now - known.readAt) >= AGAIN_MS);
    const kept = known && stands ? known : { name, dayStart, readAt: now, outdated: false, curves: read() };
    this.#kept.set(organisation, kept);
    // A failure is not kept: the next one asks again.
    kept.curves.catch(() => {
      if (this.#kept.get(organisation) === kept) this.#kept.delete(organisation);
    });
    if (this.#kept.size > MOST) this.#kept.delete(this.#kept.keys().next().value as string);
    return kept.curves;
  }

  /** Takes what a commit wrote. */
  note(writes: readonly Write[]): void {
    if (this.#kept.size === 0) return;
    for (const { table, key } of writes) {
      if (table !== 'buckets') continue;
      const kept = this.#kept.get(key[0] as string);
      if (kept && (key[2] as Instant) < kept.dayStart) kept.outdated = true;
    }
  }
}
