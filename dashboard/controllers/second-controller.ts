import type { ReactiveController, ReactiveControllerHost } from 'lit';

/**
 * Renders its host at every full second of a clock, so that ages count up and a page that hangs is seen to hang.
 *
 * @param now milliseconds since 1970
 */
export class SecondController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #now: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, now: () => number) {
    this.#host = host;
    this.#now = now;
    host.addController(this);
  }

  hostConnected(): void {
    this.#schedule();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    // A little late rather than a little early: 11:59:59.999 would show the old second for another one.
    const wait = 1_005 - (this.#now() % 1_000);
    this.#timer = setTimeout(() => {
      this.#host.requestUpdate();
      this.#schedule();
    }, wait);
  }
}
