import type { NormalisedField } from '../../shared/import.ts';
import { RefusedInput } from './refusal.ts';

const REQUIRED_COLUMNS = ['Usage Type', 'Logged Date Time', 'Licence Type', 'User', 'Logon Source'] as const;
/** Columns of our own export that say more; all others are passed over. */
const OPTIONAL_COLUMNS = ['Logged At (UTC)', 'Sequence', 'Device', 'Flags'] as const;
export type ColumnName = (typeof REQUIRED_COLUMNS)[number] | (typeof OPTIONAL_COLUMNS)[number];

export interface Header {
  width: number;
  /** Index of each column that is there. */
  columns: Partial<Record<ColumnName, number>>;
  normalised: NormalisedField[];
}

export const folded = (name: string): string =>
  name
    .replace(/[\s\u200b]+/g, ' ')
    .trim()
    .toLowerCase();

/** @throws RefusedInput when a column that is needed is missing, or one is there twice */
export function parseHeader(line: number, fields: readonly string[]): Header {
  const header: Header = { width: fields.length, columns: {}, normalised: [] };
  const errors: { path: string; message: string }[] = [];
  for (const column of [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS]) {
    const found = [...fields.keys()].filter((index) => folded(fields[index] as string) === folded(column));
    const [index] = found;
    if (found.length > 1) errors.push({ path: column, message: 'is there more than once' });
    if (index === undefined) continue;
    header.columns[column] = index;
    const from = fields[index] as string;
    if (from !== column) header.normalised.push({ line, column, from, to: column });
  }
  for (const column of REQUIRED_COLUMNS) if (header.columns[column] === undefined) errors.push({ path: column, message: 'is missing' });
  if (errors.length === 0) return header;
  const first = errors[0] as { path: string; message: string };
  throw new RefusedInput(
    'invalid_body',
    `Nothing was imported: the column ${first.path} ${first.message}. The first line must name the columns, separated by commas: ${REQUIRED_COLUMNS.join(',')}.`,
    errors,
  );
}
