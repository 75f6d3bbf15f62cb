import type { Api } from '../support/api.ts';

export const ORGANISATION = '129';

/** Every type of the catalogue with an entitlement, so that a page has all its tiles. */
export async function entitleAll(daemon: Api, concurrent = 3, contingency = 2): Promise<string[]> {
  const { body } = await daemon.get<{ licenceTypes: { name: string }[] }>('/api/v1/catalogue');
  const types = body.licenceTypes.map((type) => type.name);
  const entitlements = Object.fromEntries(types.map((type) => [type, { concurrent, contingency }]));
  const settings = { name: 'Northwind Contact Centre', timeZone: 'Europe/London', billingPeriodStartDay: 1, entitlements };
  const answer = await daemon.put(`/api/v1/organisations/${ORGANISATION}`, settings);
  if (answer.status !== 200) throw new Error(`settings refused: ${JSON.stringify(answer.body)}`);
  return types;
}

export async function login(daemon: Api, user: string, licences: string[], more: Record<string, unknown> = {}): Promise<void> {
  const event = { type: 'login', organisation: ORGANISATION, user, logonSource: 'Agent Desktop', licences, ...more };
  const answer = await daemon.post('/api/v1/events', event);
  if (answer.status !== 200) throw new Error(`login refused: ${JSON.stringify(answer.body)}`);
}

export async function logout(daemon: Api, user: string): Promise<void> {
  await daemon.post('/api/v1/events', { type: 'logout', organisation: ORGANISATION, user, logonSource: 'Agent Desktop' });
}
