import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Dashboard } from './dashboard.ts';

/** An element that stands on the client. */
export interface DashboardHost extends ReactiveControllerHost {
  dashboard: Dashboard;
}

/** Calls when the daemon is back after it was away. */
export class ReturnController implements ReactiveController {
  readonly #host: DashboardHost;
  readonly #back: () => void;
  #live = false;
  #stop: (() => void) | undefined;

  constructor(host: DashboardHost, back: () => void) {
    this.#host = host;
    this.#back = back;
    host.addController(this);
  }

  hostConnected(): void {
    const { live } = this.#host.dashboard;
    this.#live = live.connection() === 'live';
    this.#stop = live.watch(() => {
      const before = this.#live;
      this.#live = live.connection() === 'live';
      if (this.#live && !before) this.#back();
    });
  }

  hostDisconnected(): void {
    this.#stop?.();
  }
}
