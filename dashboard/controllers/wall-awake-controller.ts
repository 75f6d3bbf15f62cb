import type { ReactiveController, ReactiveControllerHost } from 'lit';

const REST_MS = 4_000;

/** Keeps the screen of a wall from sleeping, and knows whether a hand has just moved the pointer on it. */
export class WallAwakeController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ends = new AbortController();
  /** Somebody is at the machine: show the pointer and the tools. */
  attended = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#ends = new AbortController();
    const { signal } = this.#ends;
    for (const event of ['pointermove', 'pointerdown', 'keydown'] as const) addEventListener(event, () => this.#attend(), { signal });
    document.addEventListener('visibilitychange', () => void this.#stayAwake(), { signal });
    void this.#stayAwake();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#ends.abort();
  }

  #attend(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#set(false), REST_MS);
    this.#set(true);
  }

  #set(attended: boolean): void {
    if (attended === this.attended) return;
    this.attended = attended;
    this.#host.requestUpdate();
  }

  async #stayAwake(): Promise<void> {
    try {
      if (document.visibilityState === 'visible') await navigator.wakeLock?.request('screen');
    } catch {
      // Refused, or not over https: the system's own settings decide then.
    }
  }
}
