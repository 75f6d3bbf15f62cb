/** Where on the dashboard a path leads. */
export type Route =
  | { page: 'overview' }
  | { page: 'licence'; licenceType: string }
  | { page: 'sessions' }
  | { page: 'records' }
  | { page: 'settings' }
  | { page: 'wall'; board: string }
  | { page: 'nowhere' };

export type PageName = Route['page'];

export function routeOf(path: string): Route {
  const [first = '', second, ...rest] = path.split('/').slice(1);
  if (rest.length > 0 && rest.join('') !== '') return { page: 'nowhere' };
  if (second !== undefined && second !== '') {
    const name = decoded(second);
    if (name === null) return { page: 'nowhere' };
    if (first === 'licences') return { page: 'licence', licenceType: name };
    if (first === 'wall') return { page: 'wall', board: name };
    return { page: 'nowhere' };
  }
  switch (first) {
    case '':
      return { page: 'overview' };
    case 'sessions':
    case 'records':
    case 'settings':
      return { page: first };
    default:
      return { page: 'nowhere' };
  }
}

export function pathOf(route: Exclude<Route, { page: 'nowhere' }>): string {
  switch (route.page) {
    case 'overview':
      return '/';
    case 'licence':
      return `/licences/${encodeURIComponent(route.licenceType)}`;
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
