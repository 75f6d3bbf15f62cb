import type { Cell, ReportView } from '../../shared/reports.ts';
import type { Table } from '../formats/table.ts';

/** Rows written in one go. */
const PIECE = 2_000;

export async function* rowsInPieces(rows: readonly Cell[][]): AsyncGenerator<Cell[][], void, void> {
  for (let from = 0; from < rows.length; from += PIECE) yield rows.slice(from, from + PIECE);
}

/** Headers are names, as on the screen; totals are not among the rows. */
export const reportTable = ({ dataSource, columns, rows }: ReportView): Table => ({
  name: `${dataSource}-report`,
  title: 'Report',
  columns: columns.map(({ name }) => ({ header: name, kind: 'plain' })),
  rows: rowsInPieces(rows),
});
