/** Bodies and frames that are held until they are answered: what many send at once, say after an outage, is bounded all together. */
import { HttpProblem } from './problem.ts';

/** The beginning of each body is always taken: who sends much keeps nobody from sending an event. */
const FREE_BYTES = 65_536;

export interface HeldBody {
  /** Takes so many bytes more; false, and takes none, where there is no room for them. */
  take(bytes: number): boolean;
  /** So many were not of it. */
  less(bytes: number): void;
  /** Its answer is over. To be called once. */
  release(): void;
}

export const tooBusy = (): HttpProblem =>
  new HttpProblem(503, 'too_busy', 'More is being sent at once than the daemon holds; send it again in a moment.', {
    headers: { 'Retry-After': '1' },
  });

export class HeldBodies {
  readonly #most: number;
  #held = 0;
  readonly #waiting = new Set<() => void>();

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  /** A body comes in, and is held until it is released. */
  begin(): HeldBody {
    let size = 0;
    let held = 0;
    const hold = (): boolean => {
      const more = Math.max(0, size - FREE_BYTES) - held;
      if (more > 0 && this.#held + more > this.#most) return false;
      held += more;
      this.#held += more;
      if (more < 0) this.#tellWaiting();
      return true;
    };
    return {
      take(bytes) {
        size += bytes;
        const taken = hold();
        if (!taken) size -= bytes;
        return taken;
      },
      less(bytes) {
        size = Math.max(0, size - bytes);
        hold();
      },
      release: () => {
        this.#held -= held;
        this.#tellWaiting();
      },
    };
  }

  /** Called once when something was given back; @returns stops waiting */
  whenLess(run: () => void): () => void {
    this.#waiting.add(run);
    return () => void this.#waiting.delete(run);
  }

  #tellWaiting(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const run of waiting) run();
  }
}
