import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Page } from '../../shared/views.ts';

/** Rows that a page keeps at most: beyond, a filter or an export serves better than a scroll bar. */
export const MOST_ROWS = 2_000;

export interface ListOptions<T> {
  /** Of what the list is: rows of one organisation never stand under the name of another. */
  about(): string | null;
  /** One page; without a cursor the first. */
  ask(cursor: string | undefined, signal: AbortSignal): Promise<Page<T>>;
  /** The server's clock. */
  now(): number;
  /** Rows kept at most. */
  most?: number;
}

/** A list of the daemon that is read page by page, and knows when it was read. */
export class ListController<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #options: ListOptions<T>;
  #request = new AbortController();
  #cursor: string | null = null;
  #about: string | null = null;
  items: T[] = [];
  /** When the first page was read; `null`: not yet. */
  readAt: number | null = null;
  /** Only the first page is shown: it can be replaced without moving anything under the reader's eyes. */
  atTop = true;
  loading = false;
  error: Error | null = null;

  constructor(host: ReactiveControllerHost, options: ListOptions<T>) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#request.abort();
  }

  get #most(): number {
    return this.#options.most ?? MOST_ROWS;
  }

  get hasMore(): boolean {
    return this.#cursor !== null && this.items.length < this.#most;
  }

  get isCut(): boolean {
    return this.#cursor !== null && this.items.length >= this.#most;
  }

  /** Reads the first page again; of something else, what was read before is forgotten first. */
  async refresh(): Promise<void> {
    const about = this.#options.about();
    if (about !== this.#about) {
      this.items = [];
      this.readAt = null;
      this.#cursor = null;
    }
    this.#about = about;
    const readAt = this.#options.now();
    await this.#read(undefined, (page) => {
      this.items = page.items;
      this.readAt = readAt;
      this.atTop = true;
    });
  }

  async more(): Promise<void> {
    const cursor = this.#cursor;
    if (cursor === null) return;
    await this.#read(cursor, (page) => {
      this.items = [...this.items, ...page.items].slice(0, this.#most);
      this.atTop = false;
    });
  }

  async #read(cursor: string | undefined, take: (page: Page<T>) => void): Promise<void> {
    this.#request.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    this.loading = true;
    this.#host.requestUpdate();
    try {
      const page = await this.#options.ask(cursor, signal);
      if (signal.aborted) return;
      take(page);
      this.#cursor = page.nextCursor;
      this.error = null;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error instanceof Error ? error : new Error(String(error));
    }
    this.loading = false;
    this.#host.requestUpdate();
  }
}
