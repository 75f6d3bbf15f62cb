import { parseOrganisation } from '../parse/organisation.ts';
import { readJson } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath } from './path.ts';
import { unknownOrganisation } from './problem.ts';

export function organisationRoutes(app: App, edge: Edge): void {
  const tag = 'Organisations';
  app.get('/api/v1/organisations', describe('List the organisations', '', { tag }), () =>
    json({ items: edge.running().pipeline.committed.organisations() }),
  );

  app.get('/api/v1/organisations/:organisation', describe('Settings of an organisation', '', { tag }), (c) => {
    const organisation = nameInPath(c, 'organisation');
    const view = edge.running().pipeline.committed.organisation(organisation);
    if (!view) throw unknownOrganisation(organisation);
    return json(view);
  });

  const put = describe('Replace the settings of an organisation', 'A key that is absent becomes its default.', {
    tag,
    body: 'organisation',
  });
  app.put('/api/v1/organisations/:organisation', put, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const { pipeline } = edge.running();
    const settings = parseOrganisation(organisation, await readJson(c.env.incoming, edge.config.limits.maxBodyBytes));
    await pipeline.putOrganisation(organisation, settings);
    return json(pipeline.committed.organisation(organisation));
  });
}
