import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Heard, Progress } from '../../shared/answer-lines.ts';
import type { Cell, ReportView } from '../../shared/reports.ts';
import { mayPass } from '../client/http.ts';
import { pathKey } from '../format/report-query.ts';
import { type DashboardHost, ReturnController } from './return-controller.ts';

type Ask = (path: Cell[], signal: AbortSignal, heard: Heard) => Promise<ReportView>;

/** A report that is opened one dimension at a time. A change of the question closes everything. */
export class ReportTree implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #key: () => string | null;
  readonly #ask: Ask;
  #request = new AbortController();
  #asked: string | null = null;
  #waiting = 0;
  #failed: Cell[] = [];
  answers: ReadonlyMap<string, ReportView> = new Map();
  error: Error | null = null;
  /** Of the part that was asked for last. */
  progress: Progress | null = null;
  /** Nothing more is worked out until somebody asks again. */
  cancelled = false;

  constructor(host: DashboardHost, key: () => string | null, ask: Ask) {
    this.#host = host;
    this.#key = key;
    this.#ask = ask;
    host.addController(this);
    new ReturnController(host, () => {
      if (mayPass(this.error)) void this.open(this.#failed);
    });
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
    this.#stop();
    this.answers = new Map();
    this.error = null;
    if (key !== null) void this.open([]);
  }

  #stop(): void {
    this.#request.abort();
    this.#request = new AbortController();
    this.#waiting = 0;
    this.cancelled = false;
  }

  /** What is there stays. */
  cancel(): void {
    this.#stop();
    this.cancelled = true;
    this.#host.requestUpdate();
  }

  close(path: Cell[]): void {
    this.answers = new Map([...this.answers].filter(([key]) => key !== pathKey(path)));
    this.#host.requestUpdate();
  }

  async open(path: Cell[]): Promise<void> {
    const { signal } = this.#request;
    this.#waiting += 1;
    this.progress = null;
    this.cancelled = false;
    this.#host.requestUpdate();
    try {
      const answer = await this.#ask(path, signal, (progress) => {
        if (signal.aborted) return;
        this.progress = progress;
        this.#host.requestUpdate();
      });
      if (signal.aborted) return;
      this.answers = new Map(this.answers).set(pathKey(path), answer);
      this.error = null;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error instanceof Error ? error : new Error(String(error));
      this.#failed = path;
    }
    this.#waiting -= 1;
    this.#host.requestUpdate();
  }
}
