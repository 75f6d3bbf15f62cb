/** Parts of the alerts' page. `new-rule` and `new-receiver` are empty forms. */
const ALERT_VIEWS = ['active', 'rules', 'silences', 'receivers', 'history', 'new-rule', 'new-receiver'] as const;
export type AlertsView = (typeof ALERT_VIEWS)[number];

/** Pages whose path is their name. */
const PLAIN_PAGES = ['sessions', 'records', 'history', 'reports', 'billing', 'what-if', 'settings'] as const;
export type PlainPage = (typeof PLAIN_PAGES)[number];

/** Where on the dashboard a path leads. */
export type Route =
  | { page: 'overview' }
  | { page: 'licence'; licenceType: string }
  /** `id`: the one rule, mute time or receiver that is looked at. */
  | { page: 'alerts'; view: AlertsView; id?: string }
  | { page: PlainPage }
  | { page: 'wall'; board: string }
  | { page: 'nowhere' };

export type PageName = Route['page'];

export function routeOf(path: string): Route {
  if (path === '/alerts' || path.startsWith('/alerts/')) return alertsRoute(path);
  const [first = '', second, ...rest] = path.split('/').slice(1);
  if (rest.length > 0 && rest.join('') !== '') return { page: 'nowhere' };
  if (second !== undefined && second !== '') {
    const name = decoded(second);
    if (name === null) return { page: 'nowhere' };
    if (first === 'licences') return { page: 'licence', licenceType: name };
    if (first === 'wall') return { page: 'wall', board: name };
    return { page: 'nowhere' };
  }
  if (first === '') return { page: 'overview' };
  const page = PLAIN_PAGES.find((name) => name === first);
  return page === undefined ? { page: 'nowhere' } : { page };
}

function alertsRoute(path: string): Route {
  const [, , view = '', id = '', ...rest] = path.split('/');
  if (view === '') return { page: 'alerts', view: 'active' };
  const known = ALERT_VIEWS.find((one) => one === view && one !== 'active');
  const name = decoded(id);
  if (known === undefined || name === null || rest.join('') !== '') return { page: 'nowhere' };
  return name === '' ? { page: 'alerts', view: known } : { page: 'alerts', view: known, id: name };
}

export function pathOf(route: Exclude<Route, { page: 'nowhere' }>): string {
  switch (route.page) {
    case 'overview':
      return '/';
    case 'licence':
      return `/licences/${encodeURIComponent(route.licenceType)}`;
    case 'alerts':
      return [
        '/alerts',
        ...(route.view === 'active' ? [] : [route.view]),
        ...(route.id === undefined ? [] : [encodeURIComponent(route.id)]),
      ].join('/');
    case 'wall':
      return `/wall/${encodeURIComponent(route.board)}`;
    default:
      return `/${route.page}`;
  }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
