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
  let typed: { form: Element; at: string } | null = null;
  let waiting = false;
  /** A form that is gone, as that of a token is once it was taken, has nothing to lose, nor has a dialog that was closed. */
  const inHand = () =>
    typed !== null && typed.at === document.location.pathname && typed.form.isConnected && !typed.form.closest('dialog:not([open])');
  document.addEventListener('input', ({ target }) => {
    const form = (target as Element | null)?.closest?.('form, dialog');
    if (form && !form.matches(NOTHING_TO_LOSE)) typed = { form, at: document.location.pathname };
  });
  navigation.watch(() => {
    if (!inHand()) typed = null;
    if (waiting && typed === null) reload();
  });
  return {
    watch: emitter.watch,
    waiting: () => waiting,
    wanted() {
      if (!inHand()) return reload();
      waiting = true;
      emitter.emit();
    },
    now: reload,
  };
}
