import type { ReportQuery, ReportView } from '../../shared/reports.ts';
import { parseReportFileQuery } from '../parse/query.ts';
import { parseReport } from '../parse/report-body.ts';
import { ReportTooLargeError } from '../pipeline-types.ts';
import { dataSources } from '../reports/fields.ts';
import { reportTable, rowsInPieces } from '../reports/report-table.ts';
import { readJson } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { exportTable, MEDIA, reportMedia } from './export-media.ts';
import { listText, streamText } from './json-stream.ts';
import { nameInPath, searchOf } from './path.ts';
import { HttpProblem, unknownOrganisation } from './problem.ts';

const TAG = 'Reports';

export function reportRoutes(app: App, edge: Edge): void {
  const sources = dataSources(edge.config.catalogue);
  const list = describe('Data sources', 'Fields, metrics and dimensions of which reports are made.', { tag: TAG });
  app.get('/api/v1/data-sources', list, () => json({ dataSources: sources }));

  const doc = describe(
    'Make a report',
    'Metrics by dimensions. Totals are worked out over everything, never from the rows. Without a range: yesterday, local time. Also as CSV or XLSX, by `Accept` or `format`; in CSV text that a spreadsheet would take for a formula begins with an apostrophe, but for `escapeFormulas=false`.',
    { tag: TAG, body: 'report', query: 'reportFile', produces: [MEDIA.csv, MEDIA.xlsx], answers: { 413: 'Too many rows' } },
  );
  app.post('/api/v1/organisations/:organisation/reports', doc, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const { incoming } = c.env;
    const { format, escapeFormulas = true } = parseReportFileQuery(searchOf(c));
    const media = reportMedia(incoming, format);
    const query = parseReport(await readJson(incoming, edge.config.limits.maxBodyBytes), sources);
    return answerReport(edge, organisation, query, media, escapeFormulas);
  });
}

/** @throws HttpProblem 404, 413 */
export async function answerReport(
  edge: Edge,
  organisation: string,
  query: ReportQuery,
  media: ReturnType<typeof reportMedia>,
  escapeFormulas: boolean,
): Promise<Response> {
  const reports = edge.running().pipeline.committed.reports(organisation);
  if (!reports) throw unknownOrganisation(organisation);
  const report = await reports.answer(query).catch((error: unknown) => {
    if (!(error instanceof ReportTooLargeError)) throw error;
    const advice = 'Name fewer dimensions, filter, or take a shorter range.';
    throw new HttpProblem(413, 'too_large', `${error.message}. ${advice}`, { errors: [{ path: 'dimensions', message: advice }] });
  });
  if (media === MEDIA.json) return reportJson(report);
  return exportTable(media, reportTable(report), { escapeFormulas });
}

function reportJson({ rows, ...rest }: ReportView): Promise<Response> {
  const head = JSON.stringify(rest).slice(0, -1);
  return streamText(
    listText(`${head},"rows":[`, rowsInPieces(rows), () => ']}'),
    { 'Content-Type': MEDIA.json, Vary: 'Accept' },
  );
}
