import type { Instant } from '../../shared/time.ts';
import { addLevels, beginStretch, copyStretch, extend, type Levels, type Stretch, shift } from './levels.ts';

export const BUCKET_MS = 300_000;
/** Instants kept apart in memory per bucket; beyond, the older half is folded together. */
const KEPT_CHANGES = 8_192;
/** Changes between two saved states: something late is counted on from the one before it. */
const SAVE_EVERY = 256;

export const bucketStart = (at: Instant): Instant => Math.floor(at / BUCKET_MS) * BUCKET_MS;

/** Hours of UTC: those of a time zone are put together from them. */
export const HOUR_MS = 3_600_000;
export const hourStart = (at: Instant): Instant => Math.floor(at / HOUR_MS) * HOUR_MS;

export interface Change {
  at: Instant;
  by: Levels;
}

/** How many came and how many went at one instant: on the way the level may have been higher than it was after it. */
export interface Moves {
  came: number;
  went: number;
}

export const addMove = (moves: Moves, by: number): void => {
  moves.came += Math.max(0, by);
  moves.went += Math.max(0, -by);
};

/** By how much at most the level was higher on the way. */
export const crossed = ({ came, went }: Moves): number => Math.min(came, went);

/** A stretch with so many of the changes in it. */
interface Counted {
  count: number;
  stretch: Stretch;
}

const copyOf = ({ count, stretch }: Counted): Counted => ({ count, stretch: copyStretch(stretch) });

function inUseBetween({ start, until, enter, exit }: Stretch, at: Instant): number {
  const share = until > start ? Math.max(0, at - start) / (until - start) : 0;
  return enter[0] + (exit[0] - enter[0]) * share;
}

/** Five minutes that may still change. A late change costs what lies after it, and that only when somebody looks. */
export class OpenBucket {
  readonly start: Instant;
  /** Changes that can still be told apart, one an instant, ascending. */
  readonly #changes: (Change & Moves)[] = [];
  /** States on the way, the first with none of the changes. */
  #saved: [Counted, ...Counted[]];
  #newest: Counted;

  constructor(base: Stretch) {
    this.start = base.start;
    this.#saved = [{ count: 0, stretch: base }];
    this.#newest = copyOf(this.#saved[0]);
  }

  static begin(start: Instant, enter: Levels): OpenBucket {
    return new OpenBucket(beginStretch(start, enter));
  }

  /** The bucket with everything that is known. Not to be changed. */
  get whole(): Stretch {
    while (this.#newest.count < this.#changes.length) this.#countNext();
    return this.#newest.stretch;
  }

  #countNext(): void {
    const { at, by } = this.#changes[this.#newest.count] as Change;
    extend(this.#newest.stretch, at, by);
    this.#newest.count++;
    if (this.#newest.count % SAVE_EVERY === 0) this.#saved.push(copyOf(this.#newest));
  }

  /** How many users at most came and went at its instant; null: the change lies in what is folded together. */
  insert(at: Instant, by: Levels): number | null {
    const base = this.#saved[0].stretch;
    // The first instant of a bucket may be its very start, where an untouched base also stands.
    const untouched = base.until === base.start && base.low[0] === Number.POSITIVE_INFINITY;
    if (untouched ? at < base.until : at <= base.until) return null;
    const changes = this.#changes;
    let index = changes.length;
    while (index > 0 && (changes[index - 1] as Change).at > at) index--;
    const same = changes[index - 1];
    const change = same?.at === at ? same : { at, by, came: 0, went: 0 };
    if (same === change) {
      index--;
      change.by = addLevels(change.by, by);
    } else if (index === changes.length) changes.push(change);
    else changes.splice(index, 0, change);
    addMove(change, by[0]);
    this.#forgetFrom(index);
    if (changes.length > KEPT_CHANGES) this.#fold();
    return crossed(change);
  }

  /** What was counted with the change at `index`, or after it, is counted again. */
  #forgetFrom(index: number): void {
    if (this.#newest.count <= index) return;
    while (this.#saved.length > 1 && (this.#saved.at(-1) as Counted).count > index) this.#saved.pop();
    this.#newest = copyOf(this.#saved.at(-1) as Counted);
  }

  #fold(): void {
    while (this.#newest.count < this.#changes.length) this.#countNext();
    const first = this.#saved.findLastIndex(({ count }) => count <= KEPT_CHANGES / 2);
    const { count: gone } = this.#saved[first] as Counted;
    this.#changes.splice(0, gone);
    const kept = this.#saved.slice(first).map(({ count, stretch }) => ({ count: count - gone, stretch }));
    this.#saved = kept as [Counted, ...Counted[]];
    this.#newest.count -= gone;
  }

  /** In use just before an instant; of what is folded together only both ends are known, and a straight line lies between them. */
  inUseBefore(at: Instant): number {
    const changes = this.#changes;
    let nth = this.#saved.length - 1;
    while (nth > 0 && (changes[(this.#saved[nth] as Counted).count - 1] as Change).at >= at) nth--;
    const { count, stretch } = this.#saved[nth] as Counted;
    if (count === 0 && stretch.until >= at) return inUseBetween(stretch, at);
    let inUse = stretch.exit[0];
    for (let i = count; i < changes.length && (changes[i] as Change).at < at; i++) inUse += (changes[i] as Change).by[0];
    return inUse;
  }

  /** How many changes that can still be told apart lie before an instant. */
  changesBefore(at: Instant): number {
    let [low, high] = [0, this.#changes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle] as Change).at < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The same changes on another level. */
  shift(by: Levels): void {
    for (const { stretch } of this.#saved) shift(stretch, by);
    shift(this.#newest.stretch, by);
  }
}
