/** A table as a workbook (XLSX), in pieces: it is zipped as it comes, so that a million rows take no more memory than a thousand. */
import { setImmediate } from 'node:timers/promises';
import { Zip, ZipDeflate } from 'fflate';
import { rowXml, SHEET_END, sheetBegin, sheetPath, workbookParts } from './sheet-xml.ts';
import type { Table } from './table.ts';

/** The most that a sheet holds, its header included: what is more goes on in another one. */
const SHEET_ROWS = 1_048_576;
/** Rows written in one go, some five milliseconds of work. */
const PIECE = 128;
/** Of what a file says of its own age: nothing, so that equal tables are equal files. */
const NO_TIME = new Date('2000-01-01T12:00:00Z');

export async function* workbook({ title, columns, rows }: Table, sheetRows = SHEET_ROWS): AsyncGenerator<Uint8Array, void, void> {
  let written: Uint8Array[] = [];
  const zip = new Zip((error, bytes) => {
    if (error) throw error;
    written.push(bytes);
  });
  const taken = (): Uint8Array => {
    const bytes = Buffer.concat(written);
    written = [];
    return bytes;
  };
  const begin = (path: string): ZipDeflate => {
    const file = new ZipDeflate(path, { level: 1 });
    file.mtime = NO_TIME;
    zip.add(file);
    return file;
  };
  let sheets = 0;
  let room = 0;
  let sheet: ZipDeflate | null = null;
  const open = (): ZipDeflate => {
    sheet?.push(Buffer.from(SHEET_END), true);
    sheets++;
    room = sheetRows - 1;
    const next = begin(sheetPath(sheets));
    next.push(Buffer.from(sheetBegin(columns)));
    return next;
  };
  sheet = open();
  for await (const list of rows) {
    if (list.length === 0) yield taken();
    for (let from = 0; from < list.length; ) {
      if (room === 0) sheet = open();
      const piece = list.slice(from, from + Math.min(PIECE, room));
      sheet.push(Buffer.from(piece.map((cells) => rowXml(cells, columns)).join('')));
      from += piece.length;
      room -= piece.length;
      yield taken();
      await setImmediate();
    }
  }
  sheet.push(Buffer.from(SHEET_END), true);
  for (const [path, xml] of workbookParts(title, sheets)) begin(path).push(Buffer.from(xml), true);
  zip.end();
  yield taken();
}
