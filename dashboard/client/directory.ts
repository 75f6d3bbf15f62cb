import { BUILT_IN_CATALOGUE, type Catalogue } from '../../shared/catalogue.ts';
import type { OrganisationView } from '../../shared/organisation.ts';
import type { Api } from './api.ts';
import type { Cancel, LocalClock } from './clock.ts';
import { createEmitter, type Watchable } from './emitter.ts';

/** Between two looks while there is no organisation yet, or the daemon does not answer. */
const EAGER_MS = 3_000;
/** Else: others may add organisations or change names and zones. */
const CALM_MS = 60_000;

/** The organisations that the daemon knows, kept fresh, and its catalogue. */
export interface Directory extends Watchable {
  start(): void;
  stop(): void;
  /** Look now; resolves when the list is in or the daemon did not answer. */
  refresh(): Promise<void>;
  /** `null` until the first answer. */
  organisations(): readonly OrganisationView[] | null;
  /** The built-in one until the daemon's own is here. */
  catalogue(): Catalogue;
}

export function createDirectory(api: Pick<Api, 'organisations' | 'catalogue'>, clock: LocalClock): Directory {
  const emitter = createEmitter();
  let list: readonly OrganisationView[] | null = null;
  let cancel: Cancel = () => {};
  let running = false;
  let looks = 0;
  let newest = 0;
  let catalogue: Catalogue | null = null;

  async function refresh(): Promise<void> {
    cancel();
    looks += 1;
    const look = looks;
    let answered = true;
    try {
      const next = await api.organisations();
      // The answer to an earlier look that comes later is thrown away.
      if (look < newest) return;
      newest = look;
      if (JSON.stringify(next) !== JSON.stringify(list)) {
        list = next;
        emitter.emit();
      }
      if (!catalogue) {
        catalogue = await api.catalogue();
        emitter.emit();
      }
    } catch {
      answered = false;
    }
    // Of two that overlap the second sets the timer.
    if (running && look === looks) cancel = clock.after(answered && list?.length ? CALM_MS : EAGER_MS, () => void refresh());
  }

  return {
    watch: emitter.watch,
    start() {
      running = true;
      void refresh();
    },
    stop() {
      running = false;
      cancel();
    },
    refresh,
    organisations: () => list,
    catalogue: () => catalogue ?? BUILT_IN_CATALOGUE,
  };
}
