import { parseSessionQuery } from '../parse/query.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';

export function sessionRoutes(app: App, edge: Edge): void {
  const doc = describe('Open sessions', 'Who is logged in where, since when, and with which licences.', {
    tag: 'Live state',
    query: 'sessions',
    answer: 'sessions',
  });
  app.get('/api/v1/organisations/:organisation/sessions', doc, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const page = await edge.running().pipeline.committed.sessions(organisation, parseSessionQuery(searchOf(c)));
    if (!page) throw unknownOrganisation(organisation);
    return json(page);
  });
}
