import { parseAnomalyQuery } from '../parse/query.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';

export function anomalyRoutes(app: App, edge: Edge): void {
  const doc = describe('Anomalies', 'What did not add up: logouts without a login, unknown names, stale sessions.', {
    tag: 'Records',
    query: 'anomalies',
    answer: 'anomalies',
  });
  app.get('/api/v1/organisations/:organisation/anomalies', doc, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const page = await edge.running().pipeline.committed.anomalies(organisation, parseAnomalyQuery(searchOf(c)));
    if (!page) throw unknownOrganisation(organisation);
    return json(page);
  });
}
