import type { Work } from './work.ts';

/** Items sorted, or put together, in one go. */
const PIECE = 2_048;

/** Sorts a long list with rests: short runs, which are then put together two by two. */
export function* sortInPieces<T>(items: readonly T[], compare: (a: T, b: T) => number): Work<T[]> {
  let runs: T[][] = [];
  for (let from = 0; from < items.length; from += PIECE) {
    runs.push(items.slice(from, from + PIECE).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const longer: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) longer.push(yield* merge(runs[i] as T[], runs[i + 1] ?? [], compare));
    runs = longer;
  }
  return runs[0] ?? [];
}

function* merge<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): Work<T[]> {
  const merged: T[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const first = j >= b.length || (i < a.length && compare(a[i] as T, b[j] as T) <= 0);
    merged.push(first ? (a[i++] as T) : (b[j++] as T));
    if (merged.length % PIECE === 0) yield;
  }
  return merged;
}
