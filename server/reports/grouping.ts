/** Rows by what their dimensions say, and metrics of each group and of everything. */
import { getOrMake } from '../../shared/maps.ts';
import type { Cell } from '../../shared/reports.ts';
import { ReportTooLargeError } from '../pipeline-types.ts';
import { DAYS_OF_WEEK } from './local-time.ts';
import { sortInPieces } from './sort-in-pieces.ts';
import type { Work } from './work.ts';

/** Takes rows one by one and says in the end what they come to. */
export interface Accumulator<R> {
  add(row: R): void;
  value(): Cell;
}

export type MetricOf<R> = () => Accumulator<R>;
export type CellOf<R> = (row: R) => Cell;

export interface Grouping<R> {
  add(row: R): void;
  /** Dimensions, then metrics; ascending by the dimensions. Without dimensions one row, of everything. */
  rows(): Work<Cell[][]>;
  totals(): Cell[];
}

interface Group<R> {
  cells: Cell[];
  metrics: Accumulator<R>[];
}

/** By the cell of each dimension in turn. */
type Branches<R> = Map<Cell, Branches<R> | Group<R>>;

/** Rows of a report, which are all kept until the last. */
const MOST_ROWS = 100_000;

/** @throws ReportTooLargeError from `add` */
export function createGrouping<R>(dimensions: readonly CellOf<R>[], metrics: readonly MetricOf<R>[]): Grouping<R> {
  const groups: Group<R>[] = [];
  const root: Branches<R> = new Map();
  const all = metrics.map((start) => start());

  const begin = (cells: Cell[]): Group<R> => {
    if (groups.length === MOST_ROWS) throw new ReportTooLargeError(MOST_ROWS);
    const group = { cells, metrics: metrics.map((start) => start()) };
    groups.push(group);
    return group;
  };
  const groupOf = (row: R): Group<R> => {
    const cells = dimensions.map((dimension) => dimension(row));
    const last = cells.length - 1;
    let branches = root;
    for (let i = 0; i < last; i++) branches = getOrMake(branches, cells[i] as Cell, () => new Map()) as Branches<R>;
    return getOrMake(branches, cells[last] as Cell, () => begin(cells)) as Group<R>;
  };

  return {
    add(row) {
      for (const metric of all) metric.add(row);
      if (dimensions.length > 0) for (const metric of groupOf(row).metrics) metric.add(row);
    },
    *rows() {
      if (dimensions.length === 0) return [all.map((metric) => metric.value())];
      const sorted = yield* sortInPieces(groups, (a, b) => compareCells(a.cells, b.cells));
      return sorted.map((group) => [...group.cells, ...group.metrics.map((metric) => metric.value())]);
    },
    totals: () => all.map((metric) => metric.value()),
  };
}

/** Numbers by size, days in the order of the week, text by code unit, nothing last. */
function compareCells(a: readonly Cell[], b: readonly Cell[]): number {
  for (const [i, cell] of a.entries()) {
    const order = compare(cell, b[i] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function compare(a: Cell, b: Cell): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const days = [DAYS_OF_WEEK.indexOf(String(a)), DAYS_OF_WEEK.indexOf(String(b))] as const;
  if (days[0] >= 0 && days[1] >= 0) return days[0] - days[1];
  return String(a) < String(b) ? -1 : 1;
}
