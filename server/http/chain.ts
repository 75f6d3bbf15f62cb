import { parseChainQuery } from '../parse/query.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { existingOrganisation } from './existing.ts';
import { searchOf } from './path.ts';

export function chainRoutes(app: App, edge: Edge): void {
  const doc = describe(
    'The head of the chain over the records',
    'A link is made of 64 records, or of those of an hour, and its hash stands for all records up to its number. Note the head down elsewhere, every day for one: as long as `highwater verify` finds no difference and the link of that number still has that hash, nothing recorded before was changed.',
    { tag: 'Records', query: 'chain', answer: 'chain' },
  );
  app.get('/api/v1/organisations/:organisation/chain', doc, (c) => {
    const organisation = existingOrganisation(c, edge);
    const { seq } = parseChainQuery(searchOf(c));
    return json(edge.running().pipeline.committed.chain(organisation, seq));
  });
}
