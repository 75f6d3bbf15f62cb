import { createEmitter, type Watchable } from './emitter.ts';

/** Loads the page of a newer daemon, but not while somebody is filling in a form. */
export interface Upgrade extends Watchable {
  /** A newer page is there and waits for a form to be left. */
  waiting(): boolean;
  /** The page is older than the daemon: loads it anew, now or when the form is left. */
  wanted(): void;
  now(): void;
}

/** Forms that only choose what is shown: their values stand in the address and outlive a reload. */
const NOTHING_TO_LOSE = '.filters, .range-form';

/** @param navigation told of every page that is gone to */
export function createUpgrade(document: Document, navigation: Watchable, reload: () => void): Upgrade {
  const emitter = createEmitter();
  let typedAt: string | null = null;
  let waiting = false;
  const here = () => document.location.pathname;
  document.addEventListener('input', ({ target }) => {
    const form = (target as Element | null)?.closest?.('form, dialog');
    if (form && !form.matches(NOTHING_TO_LOSE)) typedAt = here();
  });
  navigation.watch(() => {
    if (typedAt !== here()) typedAt = null;
    if (waiting && typedAt === null) reload();
  });
  return {
    watch: emitter.watch,
    waiting: () => waiting,
    wanted() {
      if (typedAt === null) return reload();
      waiting = true;
      emitter.emit();
    },
    now: reload,
  };
}
