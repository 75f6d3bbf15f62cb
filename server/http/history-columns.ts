import { parseInstant } from '../../shared/time.ts';
import type { HistoryRow, LevelView } from '../../shared/views.ts';
import type { RowColumns } from './export-media.ts';

const levels = (name: string, of: (row: HistoryRow) => LevelView): RowColumns<HistoryRow> => [
  [`${name} Lowest`, (row) => of(row).lowest],
  [`${name} Average`, (row) => of(row).average],
  [`${name} Highest`, (row) => of(row).highest],
  [`${name} Highest At (UTC)`, (row) => of(row).highestAt],
  [`${name} At End`, (row) => of(row).atEnd],
];

export const HISTORY_COLUMNS: RowColumns<HistoryRow> = [
  ['Start Date Time', (row, local) => local(parseInstant(row.start) ?? 0), 'local-time'],
  ['End Date Time', (row, local) => local(parseInstant(row.end) ?? 0), 'local-time'],
  ['Licence Type', (row) => row.licenceType],
  ...levels('In Use', (row) => row.inUse),
  ...levels('Concurrent', (row) => row.concurrent),
  ...levels('Contingency', (row) => row.contingency),
  ...levels('Over Limit', (row) => row.overLimit),
  ['Start (UTC)', (row) => row.start],
  ['End (UTC)', (row) => row.end],
  ['Provisional', (row) => String(row.provisional)],
  ['Complete', (row) => String(row.complete)],
];
