import type { Catalogue } from '../../shared/catalogue.ts';
import type { Assignment, OrganisationSettings, OrganisationView, UserView } from '../../shared/organisation.ts';
import type { ChangeView, HolderView, Page, RecordView, SessionView } from '../../shared/views.ts';
import { type Http, pathOf, type Query } from './http.ts';

/** One licence type's levels over a range, as the chart reads them. */
export interface LevelsItem {
  licenceType: string;
  at: string[];
  inUse: number[];
}

export interface Api {
  organisations(signal?: AbortSignal): Promise<OrganisationView[]>;
  organisation(organisation: string, signal?: AbortSignal): Promise<OrganisationView>;
  putOrganisation(organisation: string, settings: OrganisationSettings): Promise<void>;
  catalogue(signal?: AbortSignal): Promise<Catalogue>;
  /** Sentences for whoever looks after the daemon. */
  notes(signal?: AbortSignal): Promise<string[]>;
  sessions(organisation: string, query: Query, signal?: AbortSignal): Promise<Page<SessionView>>;
  holders(organisation: string, licenceType: string, signal?: AbortSignal): Promise<HolderView[]>;
  records(organisation: string, query: Query, signal?: AbortSignal): Promise<Page<RecordView>>;
  /** Where the same records are had as a file, whole: `format` is `csv` or `ndjson`. */
  recordsFile(organisation: string, query: Query): string;
  /** The same in memory, for a browser that has to send its token along. */
  file(path: string, signal?: AbortSignal): Promise<Blob>;
  levels(organisation: string, query: { from: string; to: string; points: number }, signal?: AbortSignal): Promise<LevelsItem[]>;
  changes(organisation: string, query: Query, signal?: AbortSignal): Promise<Page<ChangeView>>;
  users(organisation: string, query: Query, signal?: AbortSignal): Promise<Page<UserView>>;
  putUser(organisation: string, user: string, assignment: Assignment): Promise<void>;
  deleteUser(organisation: string, user: string): Promise<void>;
}

export function createApi({ get, put, remove, send }: Http): Api {
  return {
    organisations: async (signal) => (await get<{ items: OrganisationView[] }>('/api/v1/organisations', signal)).items,
    organisation: (organisation, signal) => get(pathOf(organisation), signal),
    putOrganisation: (organisation, settings) => put(pathOf(organisation), settings),
    catalogue: (signal) => get('/api/v1/catalogue', signal),
    notes: async (signal) => (await get<{ notes: string[] }>('/api/v1/status', signal)).notes,
    sessions: (organisation, query, signal) => get(pathOf(organisation, '/sessions', query), signal),
    holders: async (organisation, licenceType, signal) =>
      (await get<{ items: HolderView[] }>(pathOf(organisation, `/licences/${encodeURIComponent(licenceType)}/holders`), signal)).items,
    records: (organisation, query, signal) => get(pathOf(organisation, '/records', query), signal),
    recordsFile: (organisation, query) => pathOf(organisation, '/records', query),
    file: async (path, signal) => (await send(path, signal ? { signal } : {})).blob(),
    levels: async (organisation, query, signal) =>
      (await get<{ items: LevelsItem[] }>(pathOf(organisation, '/levels', query), signal)).items,
    changes: (organisation, query, signal) => get(pathOf(organisation, '/changes', query), signal),
    users: (organisation, query, signal) => get(pathOf(organisation, '/users', query), signal),
    putUser: (organisation, user, assignment) => put(pathOf(organisation, `/users/${encodeURIComponent(user)}`), assignment),
    deleteUser: (organisation, user) => remove(pathOf(organisation, `/users/${encodeURIComponent(user)}`)),
  };
}
