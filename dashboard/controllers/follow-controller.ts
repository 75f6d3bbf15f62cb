import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Dashboard } from './dashboard.ts';

/** Least milliseconds between two looks: a busy site changes ten times a second. */
const PAUSE_MS = 3_000;

export interface Following {
  /** Milliseconds between two looks at what the live frames do not tell, while the page is in the foreground. Absent: after each change of the live state. */
  everyMs?: number;
}

export const EVERY_TEN_SECONDS: Following = { everyMs: 10_000 };

/** Calls for a fresh look when another organisation or address is shown, and then when the live state has changed, or by the clock. */
export class FollowController implements ReactiveController {
  readonly #dashboard: () => Dashboard;
  readonly #look: () => void;
  readonly #key: () => string;
  readonly #everyMs: number | undefined;
  #stops: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #connected = false;
  #seen = '';
  #asked = '';

  /** @param key of what is looked at; when it changes the look is not put off */
  constructor(host: ReactiveControllerHost, dashboard: () => Dashboard, key: () => string, look: () => void, { everyMs }: Following = {}) {
    this.#dashboard = dashboard;
    this.#key = key;
    this.#look = look;
    this.#everyMs = everyMs;
    host.addController(this);
  }

  hostConnected(): void {
    const { live, navigation, directory } = this.#dashboard();
    this.#connected = true;
    this.#stops = [live, navigation, directory].map((one) => one.watch(() => this.#consider()));
    this.#consider();
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    this.#connected = false;
    this.#rest();
    this.#asked = '';
  }

  /** Look at once: something was changed here. Nothing where the page was left meanwhile. */
  now(): void {
    if (!this.#connected) return;
    this.#asked = this.#key();
    this.#seen = this.#state();
    this.#rest();
    if (this.#everyMs !== undefined) this.#lookIn(this.#everyMs);
    this.#look();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #consider(): void {
    if (this.#key() !== this.#asked) this.now();
    else if (this.#state() !== this.#seen && this.#timer === undefined) this.#lookIn(PAUSE_MS);
  }

  #lookIn(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      if (this.#everyMs !== undefined && document.hidden) this.#lookIn(milliseconds);
      else this.now();
    }, milliseconds);
  }

  /** What was not answered while the daemon was away is looked at again when it is back, though nothing has changed. */
  #state(): string {
    const { live } = this.#dashboard();
    const state = live.state();
    return `${live.connection() === 'live'} ${state?.usage.epoch} ${state?.seq}`;
  }
}

/** Looks every ten seconds at something of the chosen organisation. */
export const followOrganisation = (host: ReactiveControllerHost & { dashboard: Dashboard }, look: () => void): FollowController =>
  new FollowController(
    host,
    () => host.dashboard,
    () => host.dashboard.chosen() ?? '',
    look,
    EVERY_TEN_SECONDS,
  );

/** Calls when an organisation is chosen, and another one then; what the live frames tell is no reason. */
export function onceForEach(
  host: ReactiveControllerHost & { dashboard: Dashboard },
  look: (organisation: string) => void,
): FollowController {
  let shown: string | null = null;
  return new FollowController(
    host,
    () => host.dashboard,
    () => host.dashboard.chosen() ?? '',
    () => {
      const chosen = host.dashboard.chosen();
      if (chosen === null || chosen === shown) return;
      shown = chosen;
      look(chosen);
    },
  );
}
