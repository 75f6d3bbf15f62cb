import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Cell, ReportView } from '../../shared/reports.ts';
import { pathKey } from '../format/report-query.ts';

/** A report that is opened one dimension at a time. A change of the question closes everything. */
export class ReportTree implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #key: () => string | null;
  readonly #ask: (path: Cell[], signal: AbortSignal) => Promise<ReportView>;
  #request = new AbortController();
  #asked: string | null = null;
  #waiting = 0;
  answers: ReadonlyMap<string, ReportView> = new Map();
  error: Error | null = null;

  constructor(host: ReactiveControllerHost, key: () => string | null, ask: (path: Cell[], signal: AbortSignal) => Promise<ReportView>) {
    this.#host = host;
    this.#key = key;
    this.#ask = ask;
    host.addController(this);
  }

  get loading(): boolean {
    return this.#waiting > 0;
  }

  hostDisconnected(): void {
    this.#request.abort();
    this.#asked = null;
  }

  hostUpdate(): void {
    const key = this.#key();
    if (key === this.#asked) return;
    this.#asked = key;
    this.#request.abort();
    this.#request = new AbortController();
    this.#waiting = 0;
    this.answers = new Map();
    this.error = null;
    if (key !== null) void this.open([]);
  }

  close(path: Cell[]): void {
    this.answers = new Map([...this.answers].filter(([key]) => key !== pathKey(path)));
    this.#host.requestUpdate();
  }

  async open(path: Cell[]): Promise<void> {
    const { signal } = this.#request;
    this.#waiting += 1;
    this.#host.requestUpdate();
    try {
      const answer = await this.#ask(path, signal);
      if (signal.aborted) return;
      this.answers = new Map(this.answers).set(pathKey(path), answer);
      this.error = null;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error instanceof Error ? error : new Error(String(error));
    }
    this.#waiting -= 1;
    this.#host.requestUpdate();
  }
}
