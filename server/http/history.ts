import { parseHistoryQuery } from '../parse/history-query.ts';
import { describe } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { EXPORTS, exportMedia, exportRows, MEDIA } from './export-media.ts';
import { HISTORY_COLUMNS } from './history-columns.ts';
import { streamItems } from './json-stream.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';

export function historyRoutes(app: App, edge: Edge): void {
  const doc = describe(
    'Levels over time',
    'Lowest, time-weighted average and highest of every licence type, by whole stretches of the local clock that overlap the range. Also as CSV, NDJSON or XLSX, by `Accept` or `format`.',
    { tag: 'Reports', query: 'history', answer: 'history', produces: EXPORTS },
  );
  app.get('/api/v1/organisations/:organisation/history', doc, (c) => {
    const organisation = nameInPath(c, 'organisation');
    const { format, escapeFormulas = true, ...query } = parseHistoryQuery(searchOf(c), edge.clock.now());
    const media = exportMedia(c.env.incoming, format);
    const { committed } = edge.running().pipeline;
    const reports = committed.reports(organisation);
    const settings = committed.organisation(organisation);
    if (!reports || !settings) throw unknownOrganisation(organisation);
    const rows = reports.history(query);
    if (media === MEDIA.json) return streamItems(edge, rows);
    const { timeZone } = settings;
    const table = { name: 'levels', title: 'Levels', columns: HISTORY_COLUMNS, timeZone, rows };
    return exportRows(edge, media, table, { escapeFormulas });
  });
}
