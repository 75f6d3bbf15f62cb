import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Dashboard } from './dashboard.ts';

/** Least milliseconds between two looks: a busy site changes ten times a second. */
const PAUSE_MS = 3_000;

/** Calls for a fresh look when the live state has changed, and when another organisation or address is shown. */
export class FollowController implements ReactiveController {
  readonly #dashboard: () => Dashboard;
  readonly #look: () => void;
  readonly #key: () => string;
  #stops: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #seen = '';
  #asked = '';

  /** @param key of what is looked at; when it changes the look is not put off */
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
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asked = '';
  }

  #consider(): void {
    const key = this.#key();
    if (key !== this.#asked) {
      this.#asked = key;
      this.#seen = this.#state();
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#look();
      return;
    }
    if (this.#state() === this.#seen || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#seen = this.#state();
      this.#look();
    }, PAUSE_MS);
  }

  #state(): string {
    const state = this.#dashboard().live.state();
    return state ? `${state.usage.epoch} ${state.seq}` : '';
  }
}
