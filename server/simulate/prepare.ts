/** Makes the organisation ready for a run: its settings, its people, and an empty house. */
import type { OrganisationView } from '../../shared/organisation.ts';
import type { Page, SessionView } from '../../shared/views.ts';
import type { Client } from './client.ts';
import type { Draft, Simulation } from './simulation.ts';

const USERS_A_REQUEST = 1_000;
const SESSIONS_A_PAGE = 1_000;

const json = (value: unknown) => ({ type: 'application/json', text: JSON.stringify(value) });
const pathOf = (organisation: string) => `/api/v1/organisations/${encodeURIComponent(organisation)}`;

/** What events make of an organisation that nobody has described. */
const madeByEvents = ({ organisation, name, timeZone, entitlements }: OrganisationView) =>
  name === organisation && timeZone === 'UTC' && Object.keys(entitlements).length === 0;

/** An organisation that somebody has described keeps its settings. @returns whether ours were put */
export async function prepareOrganisation(client: Client, organisation: string, simulation: Simulation): Promise<boolean> {
  const path = pathOf(organisation);
  const { status, body } = await client.request<OrganisationView>('GET', path);
  const ours = status === 404 || madeByEvents(body);
  if (ours) await client.request('PUT', path, json(simulation.settings));
  for (let first = 0; first < simulation.staff.length; first += USERS_A_REQUEST) {
    const users = simulation.staff.slice(first, first + USERS_A_REQUEST).map(({ user, assignment }) => ({ user, ...assignment }));
    await client.request('PUT', `${path}/users`, json(users));
  }
  return ours;
}

/** What an earlier run of the same people left logged in, as the logouts that end it. */
export async function leftovers(client: Client, organisation: string, simulation: Simulation, run: string): Promise<Draft[]> {
  const keys = new Map(simulation.staff.map(({ user, index }) => [user, index]));
  const drafts: Draft[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: String(SESSIONS_A_PAGE), ...(cursor === null ? {} : { cursor }) });
    const page: Page<SessionView> = (await client.request<Page<SessionView>>('GET', `${pathOf(organisation)}/sessions?${query}`)).body;
    for (const { user, device, logonSource } of page.items) {
      const key = keys.get(user);
      const id = `${run}-before-${drafts.length}`;
      if (key !== undefined) drafts.push({ key, event: { type: 'logout', organisation, user, device, logonSource, id } });
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return drafts;
}
