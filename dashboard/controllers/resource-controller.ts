import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Something that is asked of the daemon: its latest answer, and how the newest question stands. */
export class ResourceController<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #request = new AbortController();
  /** The latest answer; stays while a newer one is on its way. */
  value: T | null = null;
  /** Why the newest question failed. */
  error: Error | null = null;
  loading = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#request.abort();
    this.loading = false;
  }

  /** Asks; an answer to an earlier question that comes later is thrown away. Resolves whether this one was answered. */
  async load(ask: (signal: AbortSignal) => Promise<T>): Promise<boolean> {
    this.#request.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    this.loading = true;
    this.#host.requestUpdate();
    try {
      const value = await ask(signal);
      if (signal.aborted) return false;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (signal.aborted) return false;
      this.error = error instanceof Error ? error : new Error(String(error));
    }
    this.loading = false;
    this.#host.requestUpdate();
    return this.error === null;
  }

  /** Forgets the answer, for a question about something else. */
  reset(): void {
    this.#request.abort();
    this.value = null;
    this.error = null;
    this.loading = false;
  }
}
