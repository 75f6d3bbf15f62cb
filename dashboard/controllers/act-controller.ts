import type { ReactiveControllerHost } from 'lit';
import type { Dashboard } from './dashboard.ts';
import { ResourceController } from './resource-controller.ts';

/** What somebody does on a page: one thing at a time, with what came of it in words, and the page read anew. */
export class ActController extends ResourceController<string> {
  readonly #dashboard: () => Dashboard;
  readonly #over: () => unknown;

  /** @param over called after each, whatever came of it: what is shown may be old now */
  constructor(host: ReactiveControllerHost, dashboard: () => Dashboard, over: () => unknown) {
    super(host);
    this.#dashboard = dashboard;
    this.#over = over;
  }

  /** What the last one came to; empty while it failed. */
  get words(): string {
    return this.error ? '' : (this.value ?? '');
  }

  /**
   * Does something to the chosen organisation.
   * @param words to say once it is done. @returns whether it is
   */
  async act(words: string, act: (organisation: string) => Promise<unknown>): Promise<boolean> {
    const organisation = this.#dashboard().chosen();
    if (organisation === null) return false;
    const done = await this.load(async () => {
      await act(organisation);
      return words;
    });
    await this.#over();
    return done;
  }
}
