import { parseInstant } from '../../shared/time.ts';
import type { OrganisationUsageRow } from '../../shared/views.ts';
import { parseOrganisationUsageQuery } from '../parse/organisation-usage-query.ts';
import type { OrganisationUsageQuery, Reports } from '../pipeline-types.ts';
import { organisationUsageCursor } from '../reports/organisation-usage.ts';
import { type CsvCell, csvLine } from './csv.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { exportHeaders, exportMedia, linesText, MEDIA } from './export-media.ts';
import { streamText } from './json-stream.ts';
import { localTimeWriter } from './local-time.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';

/** storm's six columns as storm writes them, then the exact instants, then what storm does not have. */
const COLUMNS: [header: string, cell: (row: OrganisationUsageRow, local: (instant: string) => string) => CsvCell][] = [
  ['Organisation ID', (row) => row.organisationId],
  ['Licence Type', (row) => row.licenceType],
  ['Start Date Time', (row, local) => local(row.startDateTime)],
  ['End Date Time', (row, local) => local(row.endDateTime)],
  ['Total Concurrent Count', (row) => row.totalConcurrentCount],
  ['Total Contingency Count', (row) => row.totalContingencyCount],
  ['Start (UTC)', (row) => row.startDateTime],
  ['End (UTC)', (row) => row.endDateTime],
  ['Total Over Limit Count', (row) => row.totalOverLimitCount],
  ['Provisional', (row) => String(row.provisional)],
  ['Complete', (row) => String(row.complete)],
];

export function organisationUsageRoutes(app: App, edge: Edge): void {
  const doc = describe(
    'Organisation Licence Usage',
    "storm's rows: one for every licence type and five minutes of the local clock that are over, sampled at their end. CSV and NDJSON, by `Accept` or `format`, are streamed whole, without a cursor. Default: the last day.",
    { tag: 'Reports', query: 'organisationUsage', produces: [MEDIA.csv, MEDIA.ndjson] },
  );
  app.get('/api/v1/organisations/:organisation/organisation-licence-usage', doc, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const search = searchOf(c);
    const { format, ...query } = parseOrganisationUsageQuery(search, edge.clock.now());
    const media = exportMedia(c.env.incoming, format);
    const { committed } = edge.running().pipeline;
    const reports = committed.reports(organisation);
    const settings = committed.organisation(organisation);
    if (!reports || !settings) throw unknownOrganisation(organisation);
    if (media === MEDIA.json) return json(await readPage(reports, query), 200, { Vary: 'Accept' });
    const most = search.get('limit') ? query.limit : Number.POSITIVE_INFINITY;
    const rows = reports.organisationUsage({ ...query, limit: most });
    const csv = media === MEDIA.csv;
    const line = csv ? csvWriter(settings.timeZone) : (row: OrganisationUsageRow) => `${JSON.stringify(row)}\n`;
    return streamText(linesText(csv ? CSV_HEADER : '', rows, line), exportHeaders(media, 'organisation-licence-usage'));
  });
}

async function readPage(reports: Reports, query: OrganisationUsageQuery) {
  const items: OrganisationUsageRow[] = [];
  for await (const rows of reports.organisationUsage({ ...query, limit: query.limit + 1 })) items.push(...rows);
  const last = items[query.limit - 1];
  return { items: items.slice(0, query.limit), nextCursor: items.length > query.limit && last ? organisationUsageCursor(last) : null };
}

const CSV_HEADER = csvLine(COLUMNS.map(([header]) => header));

function csvWriter(timeZone: string): (row: OrganisationUsageRow) => string {
  const write = localTimeWriter(timeZone);
  const local = (instant: string) => write(parseInstant(instant) ?? 0);
  return (row) => csvLine(COLUMNS.map(([, cell]) => cell(row, local)));
}
