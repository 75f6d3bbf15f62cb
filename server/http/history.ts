import { parseHistoryQuery } from '../parse/history-query.ts';
import { describe } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { streamItems } from './json-stream.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';

export function historyRoutes(app: App, edge: Edge): void {
  const doc = describe(
    'Levels over time',
    'Lowest, time-weighted average and highest of every licence type, by whole stretches of the local clock that overlap the range.',
    { tag: 'Reports', query: 'history' },
  );
  app.get('/api/v1/organisations/:organisation/history', doc, (c) => {
    const organisation = nameInPath(c, 'organisation');
    const query = parseHistoryQuery(searchOf(c), edge.clock.now());
    const reports = edge.running().pipeline.committed.reports(organisation);
    if (!reports) throw unknownOrganisation(organisation);
    return streamItems(reports.history(query));
  });
}
