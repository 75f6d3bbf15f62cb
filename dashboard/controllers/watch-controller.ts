import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Watchable } from '../client/emitter.ts';

/** Renders its host again whenever something that it watches has changed. Looked up on connecting: properties are set by then. */
export class WatchController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #watched: () => Watchable[];
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost, watched: () => Watchable[]) {
    this.#host = host;
    this.#watched = watched;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = this.#watched().map((one) => one.watch(() => this.#host.requestUpdate()));
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }
}
