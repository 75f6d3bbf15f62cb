import { createEmitter, type Watchable } from './emitter.ts';
import { pathOf, type Route, routeOf } from './routes.ts';

export type Target = Exclude<Route, { page: 'nowhere' }>;
export type Query = Record<string, string | undefined>;

/** Where the page is. Everything that a reload must keep, the chosen organisation too, stands in the address. */
export interface Navigation extends Watchable {
  route(): Route;
  /** One value of the address's query. */
  query(name: string): string | null;
  /** An address that keeps the chosen organisation. */
  href(target: Target, query?: Query): string;
  /** The current page with some of its query changed; `undefined` removes. */
  here(changes: Query): string;
  go(href: string): void;
  /** Changes the query of the current page without a new entry in the history; `undefined` removes. */
  amend(query: Query): void;
  stop(): void;
}

/** @param window the browser's own; clicks on links of this origin are followed without a page load */
export function createNavigation(window: Window): Navigation {
  const emitter = createEmitter();
  const { location, history, document } = window;

  const search = (base: string, changes: Query): string => {
    const parameters = new URLSearchParams(base);
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === '') parameters.delete(name);
      else parameters.set(name, value);
    }
    return parameters.size > 0 ? `?${parameters}` : '';
  };

  const follow = (event: MouseEvent) => {
    const anchor = (event.target as Element | null)?.closest?.('a');
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!anchor || !plain || event.defaultPrevented || anchor.target || anchor.hasAttribute('download')) return;
    if (anchor.origin !== location.origin || anchor.pathname.startsWith('/api/') || anchor.hash) return;
    event.preventDefault();
    navigation.go(anchor.pathname + anchor.search);
  };
  const moved = () => emitter.emit();
  document.addEventListener('click', follow);
  window.addEventListener('popstate', moved);

  const navigation: Navigation = {
    watch: emitter.watch,
    route: () => routeOf(location.pathname),
    query: (name) => new URLSearchParams(location.search).get(name),
    href(target, query = {}) {
      const organisation = navigation.query('organisation') ?? undefined;
      return pathOf(target) + search('', { organisation, ...query });
    },
    here: (changes) => location.pathname + search(location.search, changes),
    go(href) {
      if (href === location.pathname + location.search) return;
      const before = location.pathname;
      history.pushState(null, '', href);
      // Another detail of the same page: the reader stays where the hand was.
      if (location.pathname !== before) window.scrollTo(0, 0);
      emitter.emit();
    },
    amend(query) {
      history.replaceState(null, '', location.pathname + search(location.search, query));
      emitter.emit();
    },
    stop() {
      document.removeEventListener('click', follow);
      window.removeEventListener('popstate', moved);
    },
  };
  return navigation;
}
