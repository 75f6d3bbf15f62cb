import { licenceTypeName } from '../../shared/catalogue.ts';
import { describe } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { streamItems } from './json-stream.ts';
import { nameInPath } from './path.ts';
import { unknownOrganisation } from './problem.ts';

export function holderRoutes(app: App, edge: Edge): void {
  const doc = describe('Who holds a licence type', 'Every user who is counted, on which devices, and what would free the licence.', {
    tag: 'Live state',
    answer: 'holders',
  });
  app.get('/api/v1/organisations/:organisation/licences/:licenceType/holders', doc, (c) => {
    const organisation = nameInPath(c, 'organisation');
    const holders = edge.running().pipeline.committed.holders(organisation, licenceTypeName(nameInPath(c, 'licenceType')));
    if (!holders) throw unknownOrganisation(organisation);
    return streamItems(edge, holders);
  });
}
