import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath } from './path.ts';
import { unknownOrganisation } from './problem.ts';

export function usageRoutes(app: App, edge: Edge): void {
  const doc = describe('Licences in use now', 'Committed state: in use, pools, peaks and sessions of one organisation.', {
    tag: 'Live state',
    answer: 'usage',
  });
  app.get('/api/v1/organisations/:organisation/usage', doc, (c) => {
    const organisation = nameInPath(c, 'organisation');
    const usage = edge.running().pipeline.committed.usage(organisation);
    if (!usage) throw unknownOrganisation(organisation);
    return json(usage);
  });
}
