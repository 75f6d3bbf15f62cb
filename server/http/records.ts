import type { RecordView } from '../../shared/views.ts';
import { parseRecordQuery } from '../parse/query.ts';
import { negotiate } from './accept.ts';
import { describe } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { listText, streamText } from './json-stream.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';
import { CSV_HEADER, csvWriter } from './records-csv.ts';

const MEDIA = { json: 'application/json', csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;
type RecordPieces = AsyncGenerator<RecordView[], string | null, void>;

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
    const media = format ? MEDIA[format] : negotiate(c.env.incoming.headers.accept, [MEDIA.json, MEDIA.csv, MEDIA.ndjson]);
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
    return streamText(linesText(csv ? CSV_HEADER : '', pieces, line), {
      'Content-Type': csv ? 'text/csv; charset=utf-8; header=present' : media,
      'Content-Disposition': `attachment; filename="licence-usage.${csv ? 'csv' : 'ndjson'}"`,
      Vary: 'Accept',
    });
  });
}

async function* linesText(head: string, pieces: RecordPieces, line: (record: RecordView) => string): AsyncGenerator<string, void, void> {
  yield head;
  for await (const records of pieces) yield records.map(line).join('');
}
