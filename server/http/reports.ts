import type { ReportView } from '../../shared/reports.ts';
import { parseReport } from '../parse/report-body.ts';
import { ReportTooLargeError } from '../pipeline-types.ts';
import { dataSources } from '../reports/fields.ts';
import { negotiate } from './accept.ts';
import { readJson } from './body.ts';
import { csvLine } from './csv.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { listText, streamText } from './json-stream.ts';
import { nameInPath } from './path.ts';
import { HttpProblem, unknownOrganisation } from './problem.ts';

const TAG = 'Reports';

export function reportRoutes(app: App, edge: Edge): void {
  const sources = dataSources(edge.config.catalogue);
  const list = describe('Data sources', 'Fields, metrics and dimensions of which reports are made.', { tag: TAG });
  app.get('/api/v1/data-sources', list, () => json({ dataSources: sources }));

  const doc = describe(
    'Make a report',
    'Metrics by dimensions. Totals are worked out over everything, never from the rows. Without a range: yesterday, local time.',
    { tag: TAG, body: 'report', produces: ['text/csv'], answers: { 413: 'Too many rows' } },
  );
  app.post('/api/v1/organisations/:organisation/reports', doc, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const { incoming } = c.env;
    const media = negotiate(incoming.headers.accept, ['application/json', 'text/csv'] as const);
    const query = parseReport(await readJson(incoming, edge.config.limits.maxBodyBytes), sources);
    const reports = edge.running().pipeline.committed.reports(organisation);
    if (!reports) throw unknownOrganisation(organisation);
    const report = await reports.answer(query).catch((error: unknown) => {
      if (!(error instanceof ReportTooLargeError)) throw error;
      const advice = 'Name fewer dimensions, filter, or take a shorter range.';
      throw new HttpProblem(413, 'too_large', `${error.message}. ${advice}`, { errors: [{ path: 'dimensions', message: advice }] });
    });
    return media === 'text/csv' ? csv(report) : reportJson(report);
  });
}

/** Rows written in one go. */
const PIECE = 2_000;

function* pieces<T>(rows: readonly T[]): Generator<T[], void, void> {
  for (let from = 0; from < rows.length; from += PIECE) yield rows.slice(from, from + PIECE);
}

function reportJson({ rows, ...rest }: ReportView): Promise<Response> {
  const head = JSON.stringify(rest).slice(0, -1);
  return streamText(
    listText(`${head},"rows":[`, pieces(rows), () => ']}'),
    { 'Content-Type': 'application/json', Vary: 'Accept' },
  );
}

/** Headers are names, as on the screen; totals are not among the rows. */
function csv({ dataSource, columns, rows }: ReportView): Promise<Response> {
  async function* text(): AsyncGenerator<string, void, void> {
    yield csvLine(columns.map(({ name }) => name));
    for (const piece of pieces(rows)) yield piece.map(csvLine).join('');
  }
  return streamText(text(), {
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${dataSource}-report.csv"`,
    Vary: 'Accept',
  });
}
