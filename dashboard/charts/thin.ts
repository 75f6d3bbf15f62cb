/** Steps as uPlot takes them: seconds and levels, of equal length. */
export interface ChartData {
  x: number[];
  y: number[];
}

export interface StepsIn {
  readonly at: readonly number[];
  readonly level: readonly number[];
}

/**
 * The steps between two instants (milliseconds), at most two for each of `columns`: the highest level and the last.
 * More would fall on the same pixels; fewer would lose a peak. The line ends at `until`, where the last number was confirmed.
 */
export function thin({ at, level }: StepsIn, from: number, until: number, columns: number): ChartData {
  const x: number[] = [];
  const y: number[] = [];
  const put = (time: number, value: number) => {
    x.push(time / 1_000);
    y.push(value);
  };
  const width = Math.max(1, (until - from) / Math.max(1, columns));
  let column = Number.NaN;
  let high: [number, number] | null = null;
  let last: [number, number] | null = null;
  const flush = () => {
    if (high && high !== last) put(...high);
    if (last) put(...last);
  };
  at.forEach((time, index) => {
    if (time > until) return;
    const point: [number, number] = [Math.max(time, from), level[index] ?? 0];
    const own = Math.floor((point[0] - from) / width);
    if (own === column) {
      last = point;
      if (high && point[1] >= high[1]) high = point;
      return;
    }
    flush();
    column = own;
    high = last = point;
  });
  flush();
  const end = y.at(-1);
  if (end !== undefined && (x.at(-1) ?? 0) * 1_000 < until) put(until, end);
  return { x, y };
}
