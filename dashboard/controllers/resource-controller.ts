import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Heard, Progress } from '../../shared/answer-lines.ts';

/** Something that is asked of the daemon: its latest answer, and how the newest question stands. */
export class ResourceController<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #request = new AbortController();
  #about: string | null = null;
  /** The latest answer; stays while a newer one is on its way. */
  value: T | null = null;
  /** Why the newest question failed. */
  error: Error | null = null;
  loading = false;
  /** How far the newest question has come, where that is told. */
  progress: Progress | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#request.abort();
    this.loading = false;
  }

  /** What the next question is about: what is known of one organisation is forgotten before another is asked for. */
  about(subject: string): this {
    if (subject !== this.#about) this.reset();
    this.#about = subject;
    return this;
  }

  /** Asks; an answer to an earlier question that comes later is thrown away. Resolves whether this one was answered. */
  async load(ask: (signal: AbortSignal, heard: Heard) => Promise<T>): Promise<boolean> {
    this.#request.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    this.loading = true;
    this.progress = null;
    this.#host.requestUpdate();
    try {
      const value = await ask(signal, (progress) => {
        if (signal.aborted) return;
        this.progress = progress;
        this.#host.requestUpdate();
      });
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

  /** The newest question is not wanted any more; the answer before it stays. */
  cancel(): void {
    this.#request.abort();
    this.loading = false;
    this.#host.requestUpdate();
  }

  /** Forgets the answer, for a question about something else. */
  reset(): void {
    this.#request.abort();
    this.value = null;
    this.error = null;
    this.loading = false;
  }
}
