import { formatInstant } from '../../shared/time.ts';
import { parseLevelsQuery } from '../parse/query.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';

/** The dashboard's chart: in use of every type as steps, the first at `from`. */
export function levelRoutes(app: App, edge: Edge): void {
  const doc = describe('In use over time', 'Steps for a chart: `inUse[i]` holds from `at[i]` on.', {
    tag: 'Live state',
    query: 'levels',
    answer: 'levels',
  });
  app.get('/api/v1/organisations/:organisation/levels', doc, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const { from, to, points } = parseLevelsQuery(searchOf(c));
    const steps = await edge.running().pipeline.committed.steps(organisation, from, to, points);
    if (!steps) throw unknownOrganisation(organisation);
    return json({ items: steps.map(({ licenceType, at, inUse }) => ({ licenceType, at: at.map(formatInstant), inUse })) });
  });
}
