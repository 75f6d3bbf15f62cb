/** The exact line of one licence type's level over a period, followed change by change; only what the billing rules need is kept of it. */
import type { Instant } from '../../shared/time.ts';
import { addLevels, type Levels } from '../usage/levels.ts';

const STEADY_MS = 15 * 60_000;

export interface LineMark {
  value: number;
  /** Null while the value is 0. */
  at: Instant | null;
}

/** A mark with the length of the stay that it is about. */
export interface HeldMark extends LineMark {
  heldMs: number;
}

/** A level at which, or at or above which, the line has been since an instant. */
interface Stay {
  level: number;
  since: Instant;
}

export interface LineState {
  marks: Pick<LevelLine, 'mark' | 'contingency' | 'sample' | 'steady'>;
  time: [level: number, milliseconds: number][];
  level: Levels;
  since: Instant;
  markUntil: Instant;
  nextSample: Instant;
  heights: { value: number; at: Instant }[];
  stays: Stay[];
  /** Absent in what was kept by older versions. */
  standing?: Stay;
}

export class LevelLine {
  /** The highest level, its first instant and the first uninterrupted stay at it. */
  mark: HeldMark = { value: 0, at: null, heldMs: 0 };
  contingency: LineMark = { value: 0, at: null };
  /** Milliseconds by level. */
  readonly time = new Map<number, number>();
  /** The highest level just before a five-minute end, where that level began, and how long it stood. */
  sample: HeldMark = { value: 0, at: null, heldMs: 0 };
  /** The highest level held at or above for fifteen minutes without a break, and the first such stay. */
  steady: HeldMark = { value: 0, at: null, heldMs: 0 };

  #level: Levels;
  /** From here on the level is `#level`, unless more happens at just this instant. */
  #since: Instant;
  /** The in-use level up to `#since`, and where it began: what changes no level, such as a second device, does not end it. */
  #standing: Stay;
  /** Where the first stay at the mark has come to. */
  #markUntil: Instant;
  #nextSample: Instant;
  /** Levels higher than all before, with their instants. */
  #heights: { value: number; at: Instant }[] = [];
  #stays: Stay[] = [];
  readonly #sampleAfter: (at: Instant) => Instant;

  /** @param sampleAfter the end of the five minutes of the local clock that an instant is in */
  constructor(start: Instant, enter: Levels, sampleAfter: (at: Instant) => Instant) {
    this.#level = enter;
    this.#since = start;
    this.#standing = { level: enter[0], since: start };
    this.#markUntil = start;
    this.#sampleAfter = sampleAfter;
    this.#nextSample = sampleAfter(start);
  }

  /** Everything there is to know of it, as it is kept. */
  state(): LineState {
    const { mark, contingency, sample, steady, time } = this;
    return {
      marks: { mark: { ...mark }, contingency, sample, steady },
      time: [...time],
      level: this.#level,
      since: this.#since,
      markUntil: this.#markUntil,
      nextSample: this.#nextSample,
      heights: [...this.#heights],
      stays: [...this.#stays],
      standing: this.#standing,
    };
  }

  static from(state: LineState, sampleAfter: (at: Instant) => Instant): LevelLine {
    const line = new LevelLine(state.since, state.level, sampleAfter);
    Object.assign(line, state.marks);
    for (const [level, milliseconds] of state.time) line.time.set(level, milliseconds);
    line.#markUntil = state.markUntil;
    line.#nextSample = state.nextSample;
    line.#heights = [...state.heights];
    line.#stays = [...state.stays];
    if (state.standing) line.#standing = state.standing;
    return line;
  }

  /** Numbers that it holds, near enough. */
  get size(): number {
    return this.time.size + 2 * (this.#heights.length + this.#stays.length) + 20;
  }

  /** The same line, to be followed on from here without changing this one. */
  copy(): LevelLine {
    return LevelLine.from(this.state(), this.#sampleAfter);
  }

  /** Nothing more happens before `at`. */
  reach(at: Instant): void {
    if (at > this.#since) this.#stand(at);
  }

  /** A change at the instant that was reached. */
  change(by: Levels): void {
    this.#level = addLevels(this.#level, by);
  }

  /** The period, or what there is of it, ends. */
  finish(end: Instant): void {
    const until = Math.max(end, this.#since);
    this.#stand(until);
    for (const stay of this.#stays) this.#endStay(stay, until);
  }

  /** The first instant at which the line was at a level or above; null where it never was. */
  firstAtOrAbove(level: number): Instant | null {
    return level === 0 ? null : (this.#heights.find(({ value }) => value >= level)?.at ?? null);
  }

  /** The level has stood from `#since` to `until`. */
  #stand(until: Instant): void {
    const [level, , contingency] = this.#level;
    const since = this.#since;
    this.#since = until;
    this.time.set(level, (this.time.get(level) ?? 0) + until - since);
    this.#stay(level, since);
    if (this.#standing.level !== level) this.#standing = { level, since };
    const { since: at } = this.#standing;
    const isSampled = this.#nextSample <= until;
    if (isSampled) this.#nextSample = this.#sampleAfter(until);
    if (at === this.sample.at || (isSampled && level > this.sample.value)) this.sample = { value: level, at, heldMs: until - at };
    if (contingency > this.contingency.value) this.contingency = { value: contingency, at: since };
    if (level > this.mark.value) {
      this.mark = { value: level, at: since, heldMs: until - since };
      this.#markUntil = until;
      this.#heights.push({ value: level, at: since });
    } else if (level > 0 && level === this.mark.value && this.#markUntil === since) {
      this.mark.heldMs += until - since;
      this.#markUntil = until;
    }
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
    if (at - since >= STEADY_MS && level > this.steady.value) this.steady = { value: level, at: since, heldMs: at - since };
  }
}
