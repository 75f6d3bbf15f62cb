import { parseBillingQuery, parsePeakQuery } from '../parse/billing-query.ts';
import type { Reports } from '../pipeline-types.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath, searchOf } from './path.ts';
import { HttpProblem, unknownOrganisation } from './problem.ts';

export function billingRoutes(app: App, edge: Edge): void {
  const reportsOf = (organisation: string): Reports => {
    const reports = edge.running().pipeline.committed.reports(organisation);
    if (!reports) throw unknownOrganisation(organisation);
    return reports;
  };

  const bill = describe(
    'The bill of a period',
    'The high-water mark of every licence type under every billing rule, with the receipt of the mark: when, how long, whose login made it, who was counted. Default: the running period.',
    { tag: 'Reports', query: 'billing', answer: 'bill' },
  );
  app.get('/api/v1/organisations/:organisation/billing', bill, async (c) => {
    const reports = reportsOf(nameInPath(c, 'organisation'));
    const found = await reports.bill(parseBillingQuery(searchOf(c)).period);
    if (found) return json(found);
    throw new HttpProblem(400, 'invalid_query', 'This billing period has not begun.', {
      errors: [{ path: 'period', message: 'has not begun' }],
    });
  });

  const periods = describe(
    'Billing periods',
    'All of which something is known, the newest first: running, settling (over, and not closed yet), closed or revised, with the newest statement.',
    { tag: 'Reports', answer: 'billingPeriods' },
  );
  app.get('/api/v1/organisations/:organisation/billing/periods', periods, (c) =>
    json({ items: reportsOf(nameInPath(c, 'organisation')).billingPeriods() }),
  );

  const peak = describe(
    'The peak of a stretch of time',
    'The highest level of one licence type between two instants, with its receipt: when, how long, whose login made it, who was counted.',
    { tag: 'Reports', query: 'peak', answer: 'peak' },
  );
  app.get('/api/v1/organisations/:organisation/peak', peak, async (c) => {
    const reports = reportsOf(nameInPath(c, 'organisation'));
    const found = await reports.peak(parsePeakQuery(searchOf(c)));
    if (found) return json(found);
    throw new HttpProblem(400, 'invalid_query', 'This stretch of time has not begun.', {
      errors: [{ path: 'from', message: 'lies in the future' }],
    });
  });
}
