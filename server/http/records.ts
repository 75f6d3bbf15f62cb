import type { RecordView } from '../../shared/views.ts';
import { MAX_PAGE, parseRecordQuery } from '../parse/query.ts';
import type { Committed, RecordQuery } from '../pipeline-types.ts';
import { negotiate } from './accept.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath, searchOf } from './path.ts';
import { unknownOrganisation } from './problem.ts';
import { CSV_HEADER, csvWriter } from './records-csv.ts';

const MEDIA = { json: 'application/json', csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;
/** Records read and written in one go: some hundred kilobytes, and no reader of the store is kept open in between. */
const CHUNK = 1_000;

/** A page as JSON, or everything as CSV or NDJSON, written as fast as the caller reads. */
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
    const settings = committed.organisation(organisation);
    if (!settings) throw unknownOrganisation(organisation);
    if (media === MEDIA.json) return json(committed.records(organisation, query), 200, { Vary: 'Accept' });

    const most = search.has('limit') && search.get('limit') !== '' ? query.limit : Number.POSITIVE_INFINITY;
    const csv = media === MEDIA.csv;
    const write = csv ? csvWriter(settings.timeZone) : (record: RecordView) => `${JSON.stringify(record)}\n`;
    // The first page is read before the answer begins, so that a bad cursor is still an answer of its own.
    const pages = readPages(committed, organisation, query, most);
    const first = pages.next();
    return new Response(textStream(csv ? CSV_HEADER : '', first, pages, write), {
      headers: {
        'Content-Type': csv ? 'text/csv; charset=utf-8; header=present' : media,
        'Content-Disposition': `attachment; filename="licence-usage.${csv ? 'csv' : 'ndjson'}"`,
        'Cache-Control': 'no-store',
        Vary: 'Accept',
      },
    });
  });
}

function* readPages(committed: Committed, organisation: string, query: RecordQuery, most: number): Generator<RecordView[]> {
  let left = most;
  let cursor = query.cursor;
  do {
    const limit = Math.min(CHUNK, MAX_PAGE, left);
    const page = committed.records(organisation, { ...query, limit, ...(cursor !== undefined && { cursor }) });
    if (!page) return;
    left -= page.items.length;
    cursor = page.nextCursor ?? undefined;
    yield page.items;
  } while (cursor !== undefined && left > 0);
}

function textStream(
  head: string,
  first: IteratorResult<RecordView[]>,
  pages: Generator<RecordView[]>,
  write: (record: RecordView) => string,
): ReadableStream<Uint8Array> {
  let next = first;
  let before = head;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const text = before + (next.done ? '' : next.value.map(write).join(''));
      before = '';
      if (text !== '') controller.enqueue(Buffer.from(text));
      if (!next.done) next = pages.next();
      if (next.done) controller.close();
    },
  });
}
