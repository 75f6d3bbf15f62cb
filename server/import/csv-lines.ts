/** CSV as it comes in, row by row, each with the physical line on which it begins. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { RefusedInput } from '../parse/refusal.ts';

/** A row beyond this is no row: a quotation mark was opened and not closed. */
const ROW_CHARACTERS = 100_000;

export interface CsvLine {
  line: number;
  fields: string[];
}

/**
 * Blank lines are passed over. What is not UTF-8 becomes U+FFFD, a byte order mark vanishes.
 * @throws RefusedInput when quotation marks do not match; whatever the source throws
 */
export async function* csvLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<CsvLine> {
  const parser = parse({
    info: true,
    record_delimiter: '\n',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: ROW_CHARACTERS,
  });
  // Its failure reaches the loop below by way of the parser.
  const feeding = pipeline(Readable.from(unixLines(source), { objectMode: false, highWaterMark: 65_536 }), parser).catch(() => {});
  try {
    for await (const { info, record } of parser as AsyncIterable<{ info: { lines: number }; record: string[] }>) {
      if (record.length === 1 && record[0]?.trim() === '') continue;
      yield { line: info.lines - lineBreaks(record), fields: record };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new RefusedInput('invalid_body', `Nothing was imported: the CSV cannot be read. ${error.message}.`);
  } finally {
    parser.destroy();
    await feeding;
  }
}

/** One kind of line end: the parser would count the two characters of a quoted CRLF as two lines. */
async function* unixLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let heldBack = '';
  for await (const chunk of source) {
    let text = heldBack + decoder.decode(chunk, { stream: true });
    heldBack = text.endsWith('\r') ? '\r' : '';
    if (heldBack !== '') text = text.slice(0, -1);
    if (text !== '') yield text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
  }
  const rest = heldBack + decoder.decode();
  if (rest !== '') yield rest.replaceAll(/\r\n?/g, '\n');
}

function lineBreaks(record: string[]): number {
  let count = 0;
  for (const field of record) for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) count++;
  return count;
}
