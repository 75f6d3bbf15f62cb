import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** What has to be undone at the end, by name. Runs in reverse order, each step bounded, all of them even if one fails. */
export class Teardown {
  readonly #steps: { name: string; milliseconds: number; run: () => void | Promise<void> }[] = [];
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** @param milliseconds after which the next step is taken all the same */
  add(name: string, milliseconds: number, run: () => void | Promise<void>): void {
    this.#steps.push({ name, milliseconds, run });
  }

  /** @returns whether every step went well; calling it again does nothing */
  async run(): Promise<boolean> {
    let well = true;
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await this.#bounded(step.run, step.milliseconds);
        this.#log.debug({ step: step.name }, 'stopped');
      } catch (error) {
        well = false;
        this.#log.error({ err: error, step: step.name }, 'a step of stopping failed');
      }
    }
    return well;
  }

  #bounded(run: () => void | Promise<void>, milliseconds: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(milliseconds, () => reject(new Error(`it took longer than ${milliseconds} ms`)));
      Promise.resolve().then(run).then(resolve, reject).finally(cancel);
    });
  }
}
