/** Bodies that are held until they are answered: what many send at once, say after an outage, is bounded all together. */
import type { ServerResponse } from 'node:http';

/** The beginning of each body is always taken: who sends much keeps nobody from sending an event. */
const FREE_BYTES = 65_536;

export class HeldBodies {
  readonly #most: number;
  #held = 0;

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  /** A body comes in, and is held until its answer is over. @returns takes so many bytes more; false where there is no room for them */
  begin(answer: Pick<ServerResponse, 'once'>): (bytes: number) => boolean {
    let size = 0;
    let held = 0;
    answer.once('close', () => {
      this.#held -= held;
    });
    return (bytes) => {
      size += bytes;
      const more = Math.max(0, size - FREE_BYTES) - held;
      if (this.#held + more > this.#most) return false;
      held += more;
      this.#held += more;
      return true;
    };
  }
}
