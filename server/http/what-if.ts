import type { WhatIfLine } from '../../shared/answer-lines.ts';
import { parseWhatIf } from '../parse/what-if.ts';
import { answerOf } from '../reports/work.ts';
import { negotiate } from './accept.ts';
import { readJson } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { existingOrganisation } from './existing.ts';
import { MEDIA } from './export-media.ts';
import { HttpProblem, unknownOrganisation } from './problem.ts';
import { lineOf, streamProgress } from './progress-lines.ts';

export function whatIfRoutes(app: App, edge: Edge): void {
  const doc = describe(
    'What if',
    'A stretch of the past with other pool sizes: time in contingency and over limit, the logins affected, the price and the cheapest sizes; peaks without stale sessions and without forgotten second devices. Default: the running billing period. Nothing is changed. As NDJSON it begins at once: lines of `{progress: {done, total}}`, then `{whatIf}`; or `{problem}` as the last line.',
    { tag: 'Reports', body: 'whatIf', answer: 'whatIf', produces: [MEDIA.ndjson] },
  );
  app.post('/api/v1/organisations/:organisation/what-if', doc, async (c) => {
    const query = parseWhatIf(await readJson(c.env, edge));
    const organisation = existingOrganisation(c, edge);
    const reports = edge.running().pipeline.committed.reports(organisation);
    if (!reports) throw unknownOrganisation(organisation);
    const pieces = reports.whatIf(query);
    const media = negotiate(c.env.incoming.headers.accept, [MEDIA.json, MEDIA.ndjson]);
    if (pieces && media === MEDIA.ndjson) return streamProgress(edge, pieces, (whatIf) => [lineOf({ whatIf } satisfies WhatIfLine)]);
    if (pieces) return json(await answerOf(pieces), 200, { Vary: 'Accept' });
    const path = query.period === undefined ? 'from' : 'period';
    throw new HttpProblem(400, 'invalid_body', 'This stretch of time has not begun.', { errors: [{ path, message: 'has not begun' }] });
  });
}
