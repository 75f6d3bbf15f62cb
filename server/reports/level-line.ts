/** The exact line of one licence type's level over a period, followed change by change; only what the billing rules need is kept of it. */
import type { Instant } from '../../shared/time.ts';
import { addLevels, type Levels } from '../usage/levels.ts';

const STEADY_MS = 15 * 60_000;

export interface LineMark {
  value: number;
  /** Null while the value is 0. */
  at: Instant | null;
}

/** A level at or above which the line has been since an instant. */
interface Stay {
  level: number;
  since: Instant;
}

export class LevelLine {
  /** The highest level and its first instant. */
  mark: LineMark = { value: 0, at: null };
  /** Milliseconds of the first uninterrupted stay at the mark. */
  heldMs = 0;
  contingency: LineMark = { value: 0, at: null };
  /** Milliseconds by level. */
  readonly time = new Map<number, number>();
  /** The highest level just before a five-minute end. */
  sampled = 0;
  /** The highest level held at or above for fifteen minutes without a break. */
  steady = 0;

  #level: Levels;
  /** From here on the level is `#level`, unless more happens at just this instant. */
  #since: Instant;
  /** Where the first stay at the mark has come to. */
  #markUntil: Instant;
  #nextSample: Instant;
  readonly #stays: Stay[] = [];
  readonly #sampleAfter: (at: Instant) => Instant;

  /** @param sampleAfter the end of the five minutes of the local clock that an instant is in */
  constructor(start: Instant, enter: Levels, sampleAfter: (at: Instant) => Instant) {
    this.#level = enter;
    this.#since = start;
    this.#markUntil = start;
    this.#sampleAfter = sampleAfter;
    this.#nextSample = sampleAfter(start);
  }

  /** Nothing more happens before `at`. Whether that made a new mark, at the instant before. */
  reach(at: Instant): boolean {
    return at > this.#since && this.#stand(at);
  }

  /** A change at the instant that was reached. */
  change(by: Levels): void {
    this.#level = addLevels(this.#level, by);
  }

  /** The period, or what there is of it, ends. Whether that made a new mark. */
  finish(end: Instant): boolean {
    const until = Math.max(end, this.#since);
    const higher = this.#stand(until);
    for (const stay of this.#stays) this.#endStay(stay, until);
    return higher;
  }

  /** The level has stood from `#since` to `until`. */
  #stand(until: Instant): boolean {
    const [level, , contingency] = this.#level;
    const since = this.#since;
    this.#since = until;
    this.time.set(level, (this.time.get(level) ?? 0) + until - since);
    this.#stay(level, since);
    if (this.#nextSample <= until) {
      this.sampled = Math.max(this.sampled, level);
      this.#nextSample = this.#sampleAfter(until);
    }
    if (contingency > this.contingency.value) this.contingency = { value: contingency, at: since };
    const higher = level > this.mark.value;
    if (higher) {
      this.mark = { value: level, at: since };
      this.heldMs = until - since;
      this.#markUntil = until;
    } else if (level > 0 && level === this.mark.value && this.#markUntil === since) {
      this.heldMs += until - since;
      this.#markUntil = until;
    }
    return higher;
  }

  /** Ends the stays above a level. What was above it was also at or above it: that stay began as early. */
  #stay(level: number, at: Instant): void {
    let since = at;
    for (let top = this.#stays.at(-1); top && top.level > level; top = this.#stays.at(-1)) {
      this.#endStay(top, at);
      since = top.since;
      this.#stays.pop();
    }
    if (this.#stays.at(-1)?.level !== level) this.#stays.push({ level, since });
  }

  #endStay({ level, since }: Stay, at: Instant): void {
    if (at - since >= STEADY_MS) this.steady = Math.max(this.steady, level);
  }
}
