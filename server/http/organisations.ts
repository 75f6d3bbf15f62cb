import { parseJson } from '../parse/json.ts';
import { parseEntitlements, parseEntitlementsCsv, parseOrganisation } from '../parse/organisation.ts';
import { readBody, readJson, requireMediaType } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath } from './path.ts';
import { unknownOrganisation } from './problem.ts';

export function organisationRoutes(app: App, edge: Edge): void {
  const tag = 'Organisations';
  app.get('/api/v1/organisations', describe('List the organisations', '', { tag, answer: 'organisations' }), () =>
    json({ items: edge.running().pipeline.committed.organisations() }),
  );

  app.get('/api/v1/organisations/:organisation', describe('Settings of an organisation', '', { tag, answer: 'organisation' }), (c) => {
    const organisation = nameInPath(c, 'organisation');
    const view = edge.running().pipeline.committed.organisation(organisation);
    if (!view) throw unknownOrganisation(organisation);
    return json(view);
  });

  const put = describe('Replace the settings of an organisation', 'A key that is absent becomes its default.', {
    tag,
    body: 'organisation',
    answer: 'organisation',
  });
  app.put('/api/v1/organisations/:organisation', put, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const { pipeline } = edge.running();
    const settings = parseOrganisation(organisation, await readJson(c.env, edge));
    await pipeline.putOrganisation(organisation, settings, c.get('by'));
    return json(pipeline.committed.organisation(organisation));
  });

  const putAll = describe('Replace the entitlements of an organisation', 'All else stays. As JSON or as a table.', {
    tag,
    body: 'entitlements',
    answer: 'entitlements',
    consumes: ['text/csv'],
  });
  app.put('/api/v1/organisations/:organisation/entitlements', putAll, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const { pipeline } = edge.running();
    if (!pipeline.committed.organisation(organisation)) throw unknownOrganisation(organisation);
    const type = requireMediaType(c.env.incoming, ['application/json', 'text/csv']);
    const body = await readBody(c.env, edge);
    const entitlements = parseEntitlements(type === 'text/csv' ? parseEntitlementsCsv(body) : parseJson(body));
    await pipeline.putEntitlements(organisation, entitlements, c.get('by'));
    return json(pipeline.committed.organisation(organisation)?.entitlements);
  });
}
