import { parseWhatIf } from '../parse/what-if.ts';
import { readJson } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { existingOrganisation } from './existing.ts';
import { HttpProblem, unknownOrganisation } from './problem.ts';

export function whatIfRoutes(app: App, edge: Edge): void {
  const doc = describe(
    'What if',
    'A stretch of the past with other pool sizes: time in contingency and over limit, the logins affected, the price and the cheapest sizes; peaks without stale sessions and without forgotten second devices. Default: the running billing period. Nothing is changed.',
    { tag: 'Reports', body: 'whatIf' },
  );
  app.post('/api/v1/organisations/:organisation/what-if', doc, async (c) => {
    const query = parseWhatIf(await readJson(c.env.incoming, edge.config.limits.maxBodyBytes));
    const organisation = existingOrganisation(c, edge);
    const reports = edge.running().pipeline.committed.reports(organisation);
    if (!reports) throw unknownOrganisation(organisation);
    const found = await reports.whatIf(query);
    if (found) return json(found);
    const path = query.period === undefined ? 'from' : 'period';
    throw new HttpProblem(400, 'invalid_body', 'This stretch of time has not begun.', { errors: [{ path, message: 'has not begun' }] });
  });
}
