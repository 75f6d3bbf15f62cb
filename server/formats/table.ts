/** Rows as cells, whatever they are written as. */

export type Cell = string | number | null;

/** `local-time`: text that says `YYYY-MM-DD HH:MM:SS` of a local clock; a spreadsheet takes it for a date. */
export type CellKind = 'plain' | 'local-time';

export interface Column {
  header: string;
  kind: CellKind;
}

/** Rows of one table, as they come; an empty list is a rest. */
export interface Table {
  /** Of its file, without an ending, and of its sheet. */
  name: string;
  title: string;
  columns: readonly Column[];
  rows: AsyncIterable<Cell[][]>;
}
