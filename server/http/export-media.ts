/** The forms in which rows go out: a page as JSON, or everything as CSV, NDJSON or XLSX, written as fast as the caller reads. */
import type { IncomingMessage } from 'node:http';
import { csvLine } from '../formats/csv.ts';
import type { Cell, CellKind, Column, Table } from '../formats/table.ts';
import { workbook } from '../formats/workbook.ts';
import type { RecordFormat, ReportFormat } from '../parse/query.ts';
import { negotiate } from './accept.ts';
import { streamText, type Telling } from './json-stream.ts';
import { localTimeWriter } from './local-time.ts';

export const MEDIA = {
  json: 'application/json',
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
export type ExportMedia = (typeof MEDIA)[keyof typeof MEDIA];

/** Media types besides JSON in which a list of rows can be had, for the description of its route. */
export const EXPORTS: string[] = [MEDIA.csv, MEDIA.ndjson, MEDIA.xlsx];

/** The same of a report. */
export const REPORT_EXPORTS: string[] = [MEDIA.csv, MEDIA.xlsx, MEDIA.ndjson];

/** @param format for a link that a browser follows; else `Accept` says it */
export const exportMedia = (incoming: IncomingMessage, format: RecordFormat | undefined): ExportMedia =>
  format ? MEDIA[format] : negotiate(incoming.headers.accept, [MEDIA.json, MEDIA.csv, MEDIA.ndjson, MEDIA.xlsx]);

export const reportMedia = (incoming: IncomingMessage, format: ReportFormat | undefined): (typeof MEDIA)[ReportFormat] =>
  format ? MEDIA[format] : negotiate(incoming.headers.accept, [MEDIA.json, MEDIA.csv, MEDIA.xlsx, MEDIA.ndjson]);

/** What the columns of a kind of row say; `local` writes an instant as the organisation's clock shows it. */
export type RowColumns<T> = readonly (readonly [header: string, cell: (row: T, local: (at: number) => string) => Cell, kind?: CellKind])[];

export interface RowTable<T> {
  name: string;
  title: string;
  columns: RowColumns<T>;
  timeZone: string;
  rows: AsyncIterable<T[]>;
}

export interface ExportOptions {
  /** In CSV: an apostrophe before what a spreadsheet would take for a formula. A workbook says of each cell that it is text. */
  escapeFormulas: boolean;
}

/** Rows of one kind, whole. NDJSON has them as they are. */
export function exportRows<T>(
  edge: Telling,
  media: Exclude<ExportMedia, 'application/json'>,
  { name, title, columns, timeZone, rows }: RowTable<T>,
  options: ExportOptions,
): Promise<Response> {
  if (media === MEDIA.ndjson) return streamText(edge, ndjson(rows), exportHeaders(media, name));
  const local = localTimeWriter(timeZone);
  const cells = mapped(rows, (row) => columns.map(([, cell]) => cell(row, local)));
  const heads = columns.map(([header, , kind]): Column => ({ header, kind: kind ?? 'plain' }));
  return exportTable(edge, media, { name, title, columns: heads, rows: cells }, options);
}

export function exportTable(
  edge: Telling,
  media: typeof MEDIA.csv | typeof MEDIA.xlsx,
  table: Table,
  { escapeFormulas }: ExportOptions,
): Promise<Response> {
  return streamText(edge, media === MEDIA.xlsx ? workbook(table) : csv(table, escapeFormulas), exportHeaders(media, table.name));
}

async function* csv({ columns, rows }: Table, safe: boolean): AsyncGenerator<string, void, void> {
  // With the first rows, or with the first rest: a failure before is still an answer of its own.
  let before = csvLine(columns.map(({ header }) => header));
  for await (const list of rows) {
    yield before + list.map((cells) => csvLine(cells, safe)).join('');
    before = '';
  }
  if (before !== '') yield before;
}

async function* ndjson<T>(rows: AsyncIterable<T[]>): AsyncGenerator<string, void, void> {
  for await (const list of rows) yield list.map((row) => `${JSON.stringify(row)}\n`).join('');
}

async function* mapped<T>(lists: AsyncIterable<T[]>, cells: (row: T) => Cell[]): AsyncGenerator<Cell[][], void, void> {
  for await (const list of lists) yield list.map(cells);
}

function exportHeaders(media: ExportMedia, name: string): Record<string, string> {
  const ending = Object.entries(MEDIA).find(([, type]) => type === media)?.[0] ?? '';
  return {
    'Content-Type': media === MEDIA.csv ? 'text/csv; charset=utf-8; header=present' : media,
    'Content-Disposition': `attachment; filename="${name}.${ending}"`,
    Vary: 'Accept',
  };
}
