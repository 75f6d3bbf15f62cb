import type { Catalogue } from '../../shared/catalogue.ts';
import type { Assignment, OrganisationSettings, OrganisationView, UserView } from '../../shared/organisation.ts';
import type { FieldProblem, Problem } from '../../shared/problems.ts';
import type { HolderView, Page, RecordView, SessionView } from '../../shared/views.ts';

export type Query = Record<string, string | number | boolean | undefined>;

/** One licence type's levels over a range, as the chart reads them. */
export interface LevelsItem {
  licenceType: string;
  at: string[];
  inUse: number[];
}

/** An answer that was no success. `errors` says where, when a body or query was refused. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldProblem[];
  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `The daemon answered ${status}`);
    this.status = status;
    this.code = problem.code ?? 'internal';
    this.errors = problem.errors ?? [];
  }
}

export interface Api {
  organisations(signal?: AbortSignal): Promise<OrganisationView[]>;
  organisation(organisation: string, signal?: AbortSignal): Promise<OrganisationView>;
  putOrganisation(organisation: string, settings: OrganisationSettings): Promise<void>;
  catalogue(signal?: AbortSignal): Promise<Catalogue>;
  sessions(organisation: string, query: Query, signal?: AbortSignal): Promise<Page<SessionView>>;
  holders(organisation: string, licenceType: string, signal?: AbortSignal): Promise<HolderView[]>;
  records(organisation: string, query: Query, signal?: AbortSignal): Promise<Page<RecordView>>;
  /** The same records as a file, whole. */
  recordsCsv(organisation: string, query: Query, signal?: AbortSignal): Promise<Blob>;
  levels(organisation: string, query: { from: string; to: string; points: number }, signal?: AbortSignal): Promise<LevelsItem[]>;
  users(organisation: string, query: Query, signal?: AbortSignal): Promise<Page<UserView>>;
  putUser(organisation: string, user: string, assignment: Assignment): Promise<void>;
  deleteUser(organisation: string, user: string): Promise<void>;
}

/** @param ask the browser's `fetch`, handed in so that a test can answer */
export function createApi(ask: typeof globalThis.fetch): Api {
  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await ask(path, init);
    if (!response.ok) throw new ProblemError(response.status, await problemOf(response));
    return response;
  }
  // The one place where the wire meets the types: both sides are built from `shared/`.
  const get = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
    (await send(path, { headers: { accept: 'application/json' }, ...(signal ? { signal } : {}) })).json() as Promise<T>;
  const put = (path: string, body: unknown) =>
    send(path, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  return {
    organisations: async (signal) => (await get<{ items: OrganisationView[] }>('/api/v1/organisations', signal)).items,
    organisation: (organisation, signal) => get(pathOf(organisation), signal),
    putOrganisation: async (organisation, settings) => void (await put(pathOf(organisation), settings)),
    catalogue: (signal) => get('/api/v1/catalogue', signal),
    sessions: (organisation, query, signal) => get(pathOf(organisation, '/sessions', query), signal),
    holders: async (organisation, licenceType, signal) =>
      (await get<{ items: HolderView[] }>(pathOf(organisation, `/licences/${encodeURIComponent(licenceType)}/holders`), signal)).items,
    records: (organisation, query, signal) => get(pathOf(organisation, '/records', query), signal),
    recordsCsv: async (organisation, query, signal) =>
      (await send(pathOf(organisation, '/records', query), { headers: { accept: 'text/csv' }, ...(signal ? { signal } : {}) })).blob(),
    levels: async (organisation, query, signal) =>
      (await get<{ items: LevelsItem[] }>(pathOf(organisation, '/levels', query), signal)).items,
    users: (organisation, query, signal) => get(pathOf(organisation, '/users', query), signal),
    putUser: async (organisation, user, assignment) =>
      void (await put(pathOf(organisation, `/users/${encodeURIComponent(user)}`), assignment)),
    deleteUser: async (organisation, user) =>
      void (await send(pathOf(organisation, `/users/${encodeURIComponent(user)}`), { method: 'DELETE' })),
  };
}

function pathOf(organisation: string, rest = '', query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, String(value));
  const asked = search.size > 0 ? `?${search}` : '';
  return `/api/v1/organisations/${encodeURIComponent(organisation)}${rest}${asked}`;
}

async function problemOf(response: Response): Promise<Partial<Problem>> {
  try {
    return (await response.json()) as Partial<Problem>;
  } catch {
    return { detail: `The daemon answered ${response.status} ${response.statusText}`.trim() };
  }
}
