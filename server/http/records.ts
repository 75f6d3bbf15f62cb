import { parseRecordQuery } from '../parse/query.ts';
import { describe } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { EXPORTS, exportMedia, exportRows, MEDIA } from './export-media.ts';
import { listText, streamText } from './json-stream.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';
import { RECORD_COLUMNS } from './record-columns.ts';

/** A page as JSON, or everything as a file. All are written as fast as the caller reads, and begin before anything is found. */
export function recordRoutes(app: App, edge: Edge): void {
  const doc = describe(
    'Licence records',
    'One per licence acquired or released. CSV, NDJSON and XLSX, by `Accept` or `format`, are streamed whole, without a cursor. CSV has names as they are, so that it can be imported; `escapeFormulas=true` puts an apostrophe before what a spreadsheet would take for a formula.',
    { tag: 'Records', query: 'records', answer: 'records', produces: EXPORTS },
  );
  app.get('/api/v1/organisations/:organisation/records', doc, (c) => {
    const organisation = nameInPath(c, 'organisation');
    const search = searchOf(c);
    const { format, escapeFormulas = false, ...query } = parseRecordQuery(search);
    const media = exportMedia(c.env.incoming, format);
    const { committed } = edge.running().pipeline;
    const everything = media !== MEDIA.json && !search.get('limit');
    const rows = committed.recordPieces(organisation, everything ? { ...query, limit: Number.POSITIVE_INFINITY } : query);
    const settings = committed.organisation(organisation);
    if (!rows || !settings) throw unknownOrganisation(organisation);
    if (media === MEDIA.json) {
      const text = listText('{"items":[', rows, (nextCursor) => `],"nextCursor":${JSON.stringify(nextCursor)}}`);
      return streamText(edge, text, { 'Content-Type': media, Vary: 'Accept' });
    }
    const { timeZone } = settings;
    const table = { name: 'licence-usage', title: 'Licence Usage', columns: RECORD_COLUMNS, timeZone, rows };
    return exportRows(edge, media, table, { escapeFormulas });
  });
}
