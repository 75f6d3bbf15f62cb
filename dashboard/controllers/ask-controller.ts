import type { ReactiveController } from 'lit';
import type { Heard, Progress } from '../../shared/answer-lines.ts';
import { mayPass } from '../client/http.ts';
import { ResourceController } from './resource-controller.ts';
import { type DashboardHost, ReturnController } from './return-controller.ts';

export interface Question<T> {
  /** What is asked about; a change asks anew, `null` asks nothing. */
  key(): string | null;
  ask(signal: AbortSignal, heard: Heard): Promise<T>;
  /** While this stays the same, the answer to the question before stays until the new one is here. Absent: it goes at once. */
  within?(): string | null;
}

/** An answer of the daemon that goes with what the page is about. */
export class AskController<T> implements ReactiveController {
  readonly #question: Question<T>;
  readonly #answer: ResourceController<T>;
  #asked: string | null = null;
  #within: string | null = null;

  constructor(host: DashboardHost, question: Question<T>) {
    this.#question = question;
    this.#answer = new ResourceController<T>(host);
    host.addController(this);
    new ReturnController(host, () => {
      if (mayPass(this.error)) this.again();
    });
  }

  hostDisconnected(): void {
    this.#asked = null;
  }

  hostUpdate(): void {
    const key = this.#question.key();
    if (key === this.#asked) return;
    this.#asked = key;
    const within = key === null ? null : (this.#question.within?.() ?? null);
    if (within === null || within !== this.#within) this.#answer.reset();
    this.#within = within;
    if (key !== null) this.again();
  }

  again(): void {
    void this.#answer.load((signal, heard) => this.#question.ask(signal, heard));
  }

  cancel(): void {
    this.#answer.cancel();
  }

  get progress(): Progress | null {
    return this.#answer.progress;
  }

  get value(): T | null {
    return this.#answer.value;
  }

  get error(): Error | null {
    return this.#answer.error;
  }

  get loading(): boolean {
    return this.#answer.loading;
  }
}
