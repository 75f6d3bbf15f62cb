import { licenceTypeName } from '../../shared/catalogue.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath } from './path.ts';
import { unknownOrganisation } from './problem.ts';

export function holderRoutes(app: App, edge: Edge): void {
  const doc = describe('Who holds a licence type', 'Every user who is counted, on which devices, and what would free the licence.', {
    tag: 'Live state',
    answer: 'holders',
  });
  app.get('/api/v1/organisations/:organisation/licences/:licenceType/holders', doc, (c) => {
    const organisation = nameInPath(c, 'organisation');
    const items = edge.running().pipeline.committed.holders(organisation, licenceTypeName(nameInPath(c, 'licenceType')));
    if (!items) throw unknownOrganisation(organisation);
    return json({ items });
  });
}
