/** The part of `Storage` that is used; access to the real one may throw. */
export interface SmallStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEY = 'highwater.reloaded-for';

/**
 * Says when the page is older than the daemon. The first build seen is taken for the page's own: the same daemon has just served it.
 * A page is reloaded at most once for one build, so that two daemons of different builds behind one name cannot make it spin.
 */
export function createBuildGuard(storage: () => SmallStorage | undefined, reload: () => void): (buildId: string) => void {
  let own: string | null = null;
  let reloading = false;
  return (buildId) => {
    own ??= buildId;
    if (buildId === own || reloading) return;
    try {
      const store = storage();
      // Without a memory that outlives the reload there is no way to be sure that it happens once.
      if (!store || store.getItem(KEY) === buildId) return;
      store.setItem(KEY, buildId);
    } catch {
      return;
    }
    reloading = true;
    reload();
  };
}
