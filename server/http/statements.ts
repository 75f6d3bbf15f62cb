import { parseBillingQuery, parsePeriod, parseStatementQuery } from '../parse/billing-query.ts';
import { summaryOf } from '../reports/statements.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { existingOrganisation } from './existing.ts';
import { searchOf } from './path.ts';
import { HttpProblem } from './problem.ts';

const NOT_NOW = {
  running: 'This billing period is not over.',
  changing: 'Its records are just being worked out again. Try again in a minute.',
} as const;

/** Closed billing periods: what was billed, which nothing changes any more. */
export function statementRoutes(app: App, edge: Edge): void {
  const committed = () => edge.running().pipeline.committed;

  const list = describe('Statements', 'Of all closed billing periods, or of one: hashes, when each was closed and why.', {
    tag: 'Reports',
    query: 'billing',
    answer: 'statements',
  });
  app.get('/api/v1/organisations/:organisation/billing/statements', list, (c) =>
    json({ items: committed().statements(existingOrganisation(c, edge), parseBillingQuery(searchOf(c)).period) }),
  );

  const one = describe(
    'A statement',
    'The newest of a billing period, or the one that `revision` names. `hash` is the SHA-256 of its canonical JSON (RFC 8785) without `hash`; each revision holds the hash of the one before.',
    { tag: 'Reports', query: 'statement', answer: 'statement' },
  );
  app.get('/api/v1/organisations/:organisation/billing/statements/:period', one, (c) => {
    const organisation = existingOrganisation(c, edge);
    const found = committed().statement(organisation, parsePeriod(c.req.param('period')), parseStatementQuery(searchOf(c)).revision);
    if (!found) throw new HttpProblem(404, 'unknown_statement', 'This billing period has no such statement.');
    // The canonical text as it was hashed, with the hash put in.
    const text = `{"hash":"${found.stored.hash}",${found.text().slice(1)}`;
    return new Response(text, { headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' } });
  });

  const close = describe(
    'Close a billing period',
    'Writes its statement now, without waiting for the time to settle; or, where records changed since, a revision. Where nothing changed it answers with the newest one.',
    {
      tag: 'Reports',
      answer: 'closed',
      answers: { 200: 'The newest statement, without its bill', 409: 'Not over, or just being worked out again' },
    },
  );
  app.post('/api/v1/organisations/:organisation/billing/:period/close', close, async (c) => {
    const organisation = existingOrganisation(c, edge);
    const period = parsePeriod(c.req.param('period'));
    const done = await edge.running().closer.close(organisation, period, c.get('by'));
    if (done === 'running' || done === 'changing') throw new HttpProblem(409, 'not_closable', NOT_NOW[done]);
    const newest = committed().statement(organisation, period);
    if (!newest) throw new HttpProblem(409, 'not_closable', NOT_NOW.running);
    return json({ period, written: done === 'closed', ...summaryOf(newest.number, newest.stored) });
  });
}
