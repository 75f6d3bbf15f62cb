/** The forms in which rows go out: a page as JSON, or everything as CSV or NDJSON, written as fast as the caller reads. */
import type { IncomingMessage } from 'node:http';
import type { RecordFormat } from '../parse/query.ts';
import { negotiate } from './accept.ts';

export const MEDIA = { json: 'application/json', csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;
export type ExportMedia = (typeof MEDIA)[keyof typeof MEDIA];

/** @param format for a link that a browser follows; else `Accept` says it */
export const exportMedia = (incoming: IncomingMessage, format: RecordFormat | undefined): ExportMedia =>
  format ? MEDIA[format] : negotiate(incoming.headers.accept, [MEDIA.json, MEDIA.csv, MEDIA.ndjson]);

export const exportHeaders = (media: ExportMedia, name: string): Record<string, string> => ({
  'Content-Type': media === MEDIA.csv ? 'text/csv; charset=utf-8; header=present' : media,
  'Content-Disposition': `attachment; filename="${name}.${media === MEDIA.csv ? 'csv' : 'ndjson'}"`,
  Vary: 'Accept',
});

export async function* linesText<T>(
  head: string,
  pieces: AsyncIterable<T[]>,
  line: (row: T) => string,
): AsyncGenerator<string, void, void> {
  // With the first rows, or with the first rest: a failure before is still an answer of its own.
  let before = head;
  for await (const rows of pieces) {
    yield before + rows.map(line).join('');
    before = '';
  }
  if (before !== '') yield before;
}
