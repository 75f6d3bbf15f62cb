/**
 * Long reads take turns: one piece of one of them in each round of the event loop, however many there are. So whoever writes, or asks for
 * little, waits for one piece and not for one of everybody.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  /** Resolves when the others have had theirs. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(this.#giveOne);
    });
  }

  readonly #giveOne = (): void => {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(this.#giveOne);
  };
}
