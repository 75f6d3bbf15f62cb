/** The first line of a file of figures: days with one figure each, or storm's rows of five minutes. */
import type { NormalisedField } from '../../shared/import.ts';
import type { FigureKind } from '../../shared/vendor-figures.ts';
import { folded } from './import-header.ts';
import { RefusedInput } from './refusal.ts';

const SAMPLE_COLUMNS = [
  'Organisation ID',
  'Licence Type',
  'Start Date Time',
  'End Date Time',
  'Total Concurrent Count',
  'Total Contingency Count',
] as const;
const DAY_COLUMNS = ['Date', 'Licence Type', 'Peak'] as const;
const OPTIONAL_COLUMNS = ['Contingency', 'Start (UTC)', 'Total Over Limit Count'] as const;
export type FigureColumn = (typeof SAMPLE_COLUMNS)[number] | (typeof DAY_COLUMNS)[number] | (typeof OPTIONAL_COLUMNS)[number];

/** Other words that mean a column. */
const WORDS: Partial<Record<FigureColumn, string[]>> = {
  Date: ['Day', 'Month', 'Period', 'Billing Period'],
  'Licence Type': ['License Type', 'licenceType'],
  Peak: ['Value', 'Billed', 'Billed Value', 'Maximum', 'Highest'],
  Contingency: ['Contingency Peak', 'Overage'],
};

export interface FigureHeader {
  kind: FigureKind;
  width: number;
  columns: Partial<Record<FigureColumn, number>>;
  normalised: NormalisedField[];
}

/** @throws RefusedInput when it is neither, or a column is there twice */
export function parseFigureHeader(line: number, fields: readonly string[]): FigureHeader {
  const find = (column: FigureColumn): number[] => {
    const words = [column, ...(WORDS[column] ?? [])].map(folded);
    return [...fields.keys()].filter((index) => words.includes(folded(fields[index] as string)));
  };
  const kind: FigureKind = find('Start Date Time').length > 0 ? 'samples' : 'day';
  const required: readonly FigureColumn[] = kind === 'samples' ? SAMPLE_COLUMNS : DAY_COLUMNS;
  const header: FigureHeader = { kind, width: fields.length, columns: {}, normalised: [] };
  const errors: { path: string; message: string }[] = [];
  for (const column of [...required, ...OPTIONAL_COLUMNS]) {
    const [index, second] = find(column);
    if (second !== undefined) errors.push({ path: column, message: 'is there more than once' });
    if (index === undefined) {
      if (required.includes(column)) errors.push({ path: column, message: 'is missing' });
      continue;
    }
    header.columns[column] = index;
    if (fields[index] !== column) header.normalised.push({ line, column, from: fields[index] as string, to: column });
  }
  if (errors.length === 0) return header;
  const [first] = errors as [{ path: string; message: string }];
  const wanted = kind === 'samples' ? required.join(',') : `${DAY_COLUMNS.join(',')}, or ${SAMPLE_COLUMNS.join(',')}`;
  throw new RefusedInput(
    'invalid_body',
    `Nothing was taken: the column ${first.path} ${first.message}. The first line must name the columns: ${wanted}.`,
    errors,
  );
}
