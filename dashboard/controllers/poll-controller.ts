import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Dashboard } from './dashboard.ts';

/** Between two looks at what the live frames do not tell. */
const EVERY_MS = 10_000;

/** Looks when its key changes, and every ten seconds while the page is in the foreground. */
export class PollController implements ReactiveController {
  readonly #dashboard: () => Dashboard;
  readonly #key: () => string;
  readonly #look: () => void;
  #stops: (() => void)[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #asked = '';

  constructor(host: ReactiveControllerHost, dashboard: () => Dashboard, key: () => string, look: () => void) {
    this.#dashboard = dashboard;
    this.#key = key;
    this.#look = look;
    host.addController(this);
  }

  hostConnected(): void {
    const { live, navigation, directory } = this.#dashboard();
    this.#stops = [live, navigation, directory].map((one) => one.watch(() => this.#consider()));
    this.#consider();
    this.#schedule();
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    clearInterval(this.#timer);
    this.#asked = '';
  }

  /** Look at once: something was changed here. */
  now(): void {
    this.#asked = this.#key();
    this.#schedule();
    this.#look();
  }

  #schedule(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      if (!document.hidden) this.#look();
    }, EVERY_MS);
  }

  #consider(): void {
    if (this.#key() !== this.#asked) this.now();
  }
}
