/** The days that today is compared with are read once a day for each organisation, and again when the past has changed, at most once an hour. */
import type { Instant } from '../../shared/time.ts';
import type { Write } from '../store/store.ts';
import type { WeekdayCurves } from './day-curves.ts';

/** Days that are kept, of one licence type each: some 80 MB, a thousand organisations that use six types. */
const MOST_CURVES = 65_536;
/** Whoever was asked about so lately keeps its place: were all of a longer round let go in turn, none would be there when it is asked about again. */
const IN_USE_MS = 600_000;
const AGAIN_MS = 3_600_000;

interface Kept {
  /** Which day, by which clock, and of which types. */
  name: string;
  dayStart: Instant;
  readAt: Instant;
  outdated: boolean;
  usedAt: Instant;
  /** How many days it has; 0 while they are being read. */
  size: number;
  curves: Promise<WeekdayCurves>;
}

export class ForecastCache {
  /** Asked about longest ago first. */
  readonly #kept = new Map<string, Kept>();
  readonly #most: number;
  #size = 0;

  constructor(mostCurves = MOST_CURVES) {
    this.#most = mostCurves;
  }

  curves(organisation: string, name: string, dayStart: Instant, now: Instant, read: () => Promise<WeekdayCurves>): Promise<WeekdayCurves> {
    const known = this.#kept.get(organisation);
    const stands = known?.name === name && !(known.outdated && Math.abs(now - known.readAt) >= AGAIN_MS);
    if (known) this.#forget(organisation, known);
    const kept = known && stands ? known : { name, dayStart, readAt: now, outdated: false, usedAt: now, size: 0, curves: read() };
    kept.usedAt = now;
    this.#kept.set(organisation, kept);
    this.#size += kept.size;
    if (kept.size === 0) {
      kept.curves.then(
        (curves) => this.#weigh(organisation, kept, curves),
        // A failure is not kept: the next one asks again.
        () => this.#forget(organisation, kept),
      );
    }
    return kept.curves;
  }

  /** Makes room; where all others are in use, this one is not kept. */
  #weigh(organisation: string, kept: Kept, curves: WeekdayCurves): void {
    if (this.#kept.get(organisation) !== kept || kept.size > 0) return;
    kept.size = new Set([...curves.values()].flat()).size + 1;
    this.#size += kept.size;
    for (const [id, one] of this.#kept) {
      if (this.#size <= this.#most || Math.abs(kept.usedAt - one.usedAt) < IN_USE_MS) break;
      this.#forget(id, one);
    }
    if (this.#size > this.#most) this.#forget(organisation, kept);
  }

  #forget(organisation: string, kept: Kept): void {
    if (this.#kept.get(organisation) !== kept) return;
    this.#kept.delete(organisation);
    this.#size -= kept.size;
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
