import { parseInstant } from '../../shared/time.ts';
import type { OrganisationUsageRow } from '../../shared/views.ts';
import { parseOrganisationUsageQuery } from '../parse/organisation-usage-query.ts';
import type { OrganisationUsageQuery, Reports } from '../pipeline-types.ts';
import { organisationUsageCursor } from '../reports/organisation-usage.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { EXPORTS, exportMedia, exportRows, MEDIA, type RowColumns } from './export-media.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';

/** storm's six columns as storm writes them, then the exact instants, then what storm does not have. */
const COLUMNS: RowColumns<OrganisationUsageRow> = [
  ['Organisation ID', (row) => row.organisationId],
  ['Licence Type', (row) => row.licenceType],
  ['Start Date Time', (row, local) => local(parseInstant(row.startDateTime) ?? 0), 'local-time'],
  ['End Date Time', (row, local) => local(parseInstant(row.endDateTime) ?? 0), 'local-time'],
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
    "storm's rows: one for every licence type and five minutes of the local clock that are over, sampled at their end. CSV, NDJSON and XLSX, by `Accept` or `format`, are streamed whole, without a cursor. Default: the last day.",
    { tag: 'Reports', query: 'organisationUsage', answer: 'organisationUsage', produces: EXPORTS },
  );
  app.get('/api/v1/organisations/:organisation/organisation-licence-usage', doc, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const search = searchOf(c);
    const { format, escapeFormulas = false, ...query } = parseOrganisationUsageQuery(search, edge.clock.now());
    const media = exportMedia(c.env.incoming, format);
    const { committed } = edge.running().pipeline;
    const reports = committed.reports(organisation);
    const settings = committed.organisation(organisation);
    if (!reports || !settings) throw unknownOrganisation(organisation);
    if (media === MEDIA.json) return json(await readPage(reports, query), 200, { Vary: 'Accept' });
    const most = search.get('limit') ? query.limit : Number.POSITIVE_INFINITY;
    const rows = reports.organisationUsage({ ...query, limit: most });
    const { timeZone } = settings;
    const table = { name: 'organisation-licence-usage', title: 'Organisation Licence Usage', columns: COLUMNS, timeZone, rows };
    return exportRows(edge, media, table, { escapeFormulas });
  });
}

async function readPage(reports: Reports, query: OrganisationUsageQuery) {
  const items: OrganisationUsageRow[] = [];
  for await (const rows of reports.organisationUsage({ ...query, limit: query.limit + 1 })) items.push(...rows);
  const last = items[query.limit - 1];
  return { items: items.slice(0, query.limit), nextCursor: items.length > query.limit && last ? organisationUsageCursor(last) : null };
}
