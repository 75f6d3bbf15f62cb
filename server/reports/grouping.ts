/** Rows by what their dimensions say, and metrics of each group and of everything. */
import { getOrMake } from '../../shared/maps.ts';
import type { Cell } from '../../shared/reports.ts';
import { ReportTooLargeError } from '../pipeline-types.ts';
import { DAYS_OF_WEEK } from './local-time.ts';
import { sortInPieces } from './sort-in-pieces.ts';
import { createEffort, type Effort, type Work } from './work.ts';

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

const DAY_NUMBERS: ReadonlyMap<Cell, number> = new Map(DAYS_OF_WEEK.map((day, n) => [day, n]));
/** So many cells are sorted in one go. */
const SORTED_AT_ONCE = 2_048;

/** Rows of a report, which are all kept until the last. */
const MOST_ROWS = 100_000;

/**
 * @param ids of the dimensions: days of the week come in their order, and a user of such a name by its letters
 * @throws ReportTooLargeError from `add`
 */
export function createGrouping<R>(
  dimensions: readonly CellOf<R>[],
  metrics: readonly MetricOf<R>[],
  ids: readonly string[] = [],
): Grouping<R> {
  const orders = dimensions.map((_, nth) => (ids[nth] === 'dayOfWeek' ? byDay : byValue));
  let groups = 0;
  const root: Branches<R> = new Map();
  const all = metrics.map((start) => start());

  const begin = (cells: Cell[]): Group<R> => {
    if (groups++ === MOST_ROWS) throw new ReportTooLargeError(MOST_ROWS);
    return { cells, metrics: metrics.map((start) => start()) };
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
      const rows: Cell[][] = [];
      yield* inOrder(root, orders, createEffort(), ({ cells, metrics: found }) => {
        rows.push([...cells, ...found.map((metric) => metric.value())]);
      });
      return rows;
    },
    totals: () => all.map((metric) => metric.value()),
  };
}

/** What is below each cell, in the order of the cells: few are compared with one another, however many rows there are. */
function* inOrder<R>(branches: Branches<R>, orders: readonly Order[], effort: Effort, take: (group: Group<R>) => void): Work<void> {
  const [order, ...below] = orders as [Order, ...Order[]];
  const cells = branches.size <= SORTED_AT_ONCE ? [...branches.keys()].sort(order) : yield* sortInPieces([...branches.keys()], order);
  for (const cell of cells) {
    if (below.length > 0) yield* inOrder(branches.get(cell) as Branches<R>, below, effort, take);
    else take(branches.get(cell) as Group<R>);
    effort.spend(1);
    if (effort.tired()) yield;
  }
}

type Order = (a: Cell, b: Cell) => number;

const byDay: Order = (a, b) => (DAY_NUMBERS.get(a) ?? 0) - (DAY_NUMBERS.get(b) ?? 0);

/** Numbers by size, text by code unit, nothing last. */
function byValue(a: Cell, b: Cell): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : 1;
}
