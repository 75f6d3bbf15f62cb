import { parseChangeQuery } from '../parse/query.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';

export function changeRoutes(app: App, edge: Edge): void {
  const doc = describe('Changes', 'What administrators changed, when, with whose token, from what to what; the newest first.', {
    tag: 'Organisations',
    query: 'changes',
    answer: 'changes',
  });
  app.get('/api/v1/organisations/:organisation/changes', doc, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const page = await edge.running().pipeline.committed.changes(organisation, parseChangeQuery(searchOf(c)));
    if (!page) throw unknownOrganisation(organisation);
    return json(page);
  });
}
