import { parse } from 'csv-parse/sync';
import { Problems } from './refusal.ts';

/** Cells of one row by column name; a row's line in the file, counted from 1, the header's. */
export interface CsvRow {
  line: number;
  cells: Map<string, string>;
}

/** A table with a header of known columns. Empty cells are as absent. @throws RefusedInput */
export function parseTable(body: Buffer, columns: readonly string[], required: readonly string[]): CsvRow[] {
  const problems = new Problems();
  const rows = readRows(body, problems);
  const header = rows[0]?.cells ?? [];
  for (const name of header) if (!columns.includes(name)) problems.add({ path: name.slice(0, 128), message: 'is not a known column' });
  for (const name of required) if (!header.includes(name)) problems.add({ path: name, message: 'this column is missing' });
  if (new Set(header).size !== header.length) problems.add({ path: '', message: 'a column stands in the header twice' });
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  return rows.slice(1).map(({ line, cells }) => ({
    line,
    cells: new Map(header.map((name, i) => [name, cells[i] ?? ''] as const).filter(([, cell]) => cell !== '')),
  }));
}

function readRows(body: Buffer, problems: Problems): { line: number; cells: string[] }[] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const parsed = parse(text, { info: true, relax_column_count: false, skip_empty_lines: true }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    if (parsed.length < 2) problems.add({ path: '', message: 'must have a header and at least one row' });
    return parsed.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    problems.add({ path: '', message: `is not a CSV table in UTF-8: ${error instanceof Error ? error.message : ''}` });
    return [];
  }
}
