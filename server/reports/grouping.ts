/** Rows by what their dimensions say, and metrics of each group and of everything. */
import type { Cell } from '../../shared/reports.ts';
import { ReportTooLargeError } from '../pipeline-types.ts';
import { DAYS_OF_WEEK } from './local-time.ts';

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
  rows(): Cell[][];
  totals(): Cell[];
}

/** Rows of a report, which are all kept until the last. */
const MOST_ROWS = 100_000;

/** @throws ReportTooLargeError from `add` */
export function createGrouping<R>(dimensions: readonly CellOf<R>[], metrics: readonly MetricOf<R>[]): Grouping<R> {
  const groups = new Map<string, { cells: Cell[]; metrics: Accumulator<R>[] }>();
  const all = metrics.map((start) => start());
  return {
    add(row) {
      for (const metric of all) metric.add(row);
      if (dimensions.length === 0) return;
      const cells = dimensions.map((dimension) => dimension(row));
      const key = JSON.stringify(cells);
      let group = groups.get(key);
      if (!group) {
        if (groups.size === MOST_ROWS) throw new ReportTooLargeError(MOST_ROWS);
        group = { cells, metrics: metrics.map((start) => start()) };
        groups.set(key, group);
      }
      for (const metric of group.metrics) metric.add(row);
    },
    rows() {
      if (dimensions.length === 0) return [all.map((metric) => metric.value())];
      const sorted = [...groups.values()].sort((a, b) => compareCells(a.cells, b.cells));
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
