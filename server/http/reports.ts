import type { ReportLine } from '../../shared/answer-lines.ts';
import type { ReportQuery, ReportView } from '../../shared/reports.ts';
import { parseReportFileQuery } from '../parse/query.ts';
import { parseReport } from '../parse/report-body.ts';
import { dataSources } from '../reports/fields.ts';
import { reportTable, rowsInPieces } from '../reports/report-table.ts';
import { answerOf } from '../reports/work.ts';
import { readJson } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { exportTable, MEDIA, REPORT_EXPORTS, reportMedia } from './export-media.ts';
import { listText, streamText } from './json-stream.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';
import { lineOf, streamProgress } from './progress-lines.ts';

const TAG = 'Reports';

export function reportRoutes(app: App, edge: Edge): void {
  const sources = dataSources(edge.config.catalogue);
  const list = describe('Data sources', 'Fields, metrics and dimensions of which reports are made.', { tag: TAG, answer: 'dataSources' });
  app.get('/api/v1/data-sources', list, () => json({ dataSources: sources }));

  const doc = describe(
    'Make a report',
    'Metrics by dimensions. Totals are worked out over everything, never from the rows. Without a range: yesterday, local time. Also as CSV, XLSX or NDJSON, by `Accept` or `format`. NDJSON begins at once: lines of `{progress: {done, total}}`, then `{report}` with all but rows and totals, the rows as lists of cells, and `{totals}`; or `{problem}` as the last line. In CSV text that a spreadsheet would take for a formula begins with an apostrophe, but for `escapeFormulas=false`.',
    { tag: TAG, answer: 'report', body: 'report', query: 'reportFile', produces: REPORT_EXPORTS, answers: { 413: 'Too many rows' } },
  );
  app.post('/api/v1/organisations/:organisation/reports', doc, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const { incoming } = c.env;
    const { format, escapeFormulas = true } = parseReportFileQuery(searchOf(c));
    const media = reportMedia(incoming, format);
    const query = parseReport(await readJson(c.env, edge), sources);
    return answerReport(edge, organisation, query, media, escapeFormulas);
  });
}

/** JSON and files begin when the answer is known, so that a refusal has its status; NDJSON at once. @throws HttpProblem 404, 413 */
export async function answerReport(
  edge: Edge,
  organisation: string,
  query: ReportQuery,
  media: ReturnType<typeof reportMedia>,
  escapeFormulas: boolean,
): Promise<Response> {
  const reports = edge.running().pipeline.committed.reports(organisation);
  if (!reports) throw unknownOrganisation(organisation);
  const pieces = reports.answer(query);
  if (media === MEDIA.ndjson) return streamProgress(edge, pieces, reportLines);
  const report = await answerOf(pieces);
  if (media === MEDIA.json) return reportJson(edge, report);
  return exportTable(edge, media, reportTable(report), { escapeFormulas });
}

async function* reportLines({ rows, totals, ...report }: ReportView): AsyncGenerator<string, void, void> {
  yield lineOf({ report } satisfies ReportLine);
  for await (const list of rowsInPieces(rows)) yield list.map(lineOf).join('');
  yield lineOf({ totals } satisfies ReportLine);
}

function reportJson(edge: Edge, { rows, ...rest }: ReportView): Promise<Response> {
  const head = JSON.stringify(rest).slice(0, -1);
  return streamText(
    edge,
    listText(`${head},"rows":[`, rowsInPieces(rows), () => ']}'),
    { 'Content-Type': MEDIA.json, Vary: 'Accept' },
  );
}
