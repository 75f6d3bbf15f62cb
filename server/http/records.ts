import type { RecordView } from '../../shared/views.ts';
import { parseRecordQuery } from '../parse/query.ts';
import { describe } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { exportHeaders, exportMedia, linesText, MEDIA } from './export-media.ts';
import { listText, streamText } from './json-stream.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';
import { CSV_HEADER, csvWriter } from './records-csv.ts';

/** A page as JSON, or everything as CSV or NDJSON. All are written as fast as the caller reads, and begin before anything is found. */
export function recordRoutes(app: App, edge: Edge): void {
  const doc = describe(
    'Licence records',
    'One per licence acquired or released. CSV and NDJSON, by `Accept` or `format`, are streamed whole, without a cursor.',
    {
      tag: 'Records',
      query: 'records',
      produces: ['text/csv', 'application/x-ndjson'],
    },
  );
  app.get('/api/v1/organisations/:organisation/records', doc, (c) => {
    const organisation = nameInPath(c, 'organisation');
    const search = searchOf(c);
    const { format, ...query } = parseRecordQuery(search);
    const media = exportMedia(c.env.incoming, format);
    const { committed } = edge.running().pipeline;
    const everything = media !== MEDIA.json && !search.get('limit');
    const pieces = committed.recordPieces(organisation, everything ? { ...query, limit: Number.POSITIVE_INFINITY } : query);
    const settings = committed.organisation(organisation);
    if (!pieces || !settings) throw unknownOrganisation(organisation);
    if (media === MEDIA.json) {
      const text = listText('{"items":[', pieces, (nextCursor) => `],"nextCursor":${JSON.stringify(nextCursor)}}`);
      return streamText(text, { 'Content-Type': media, Vary: 'Accept' });
    }
    const csv = media === MEDIA.csv;
    const line = csv ? csvWriter(settings.timeZone) : (record: RecordView) => `${JSON.stringify(record)}\n`;
    return streamText(linesText(csv ? CSV_HEADER : '', pieces, line), exportHeaders(media, 'licence-usage'));
  });
}
