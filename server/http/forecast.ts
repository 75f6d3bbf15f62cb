import { parseForecastQuery } from '../parse/query.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';

export function forecastRoutes(app: App, edge: Edge): void {
  const doc = describe(
    'What is likely to come',
    'Of each licence type: when the next pool is full if logins go on as in the last ten minutes, how high today is likely to go and when, by the same weekdays of the last weeks, and how far off that was on those days.',
    { tag: 'Live state', query: 'forecast', answer: 'forecast' },
  );
  app.get('/api/v1/organisations/:organisation/forecast', doc, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const { licenceType } = parseForecastQuery(searchOf(c));
    const reports = edge.running().pipeline.committed.reports(organisation);
    if (!reports) throw unknownOrganisation(organisation);
    return json(await reports.forecast(licenceType));
  });
}
