/** Durations in buckets 5 % apart: percentiles of any number of requests in constant memory. */
export interface Histogram {
  add(milliseconds: number): void;
  /** `part` of 1; the upper edge of its bucket, so at most 5 % above the truth. Zero while empty. */
  percentile(part: number): number;
  readonly count: number;
  readonly max: number;
}

const GROWTH = 1.05;
const LEAST_MS = 0.01;

export function createHistogram(): Histogram {
  const buckets: number[] = [];
  let count = 0;
  let max = 0;
  return {
    get count() {
      return count;
    },
    get max() {
      return max;
    },
    add(milliseconds) {
      const bucket = Math.max(0, Math.ceil(Math.log(Math.max(milliseconds, LEAST_MS) / LEAST_MS) / Math.log(GROWTH)));
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
      count++;
      max = Math.max(max, milliseconds);
    },
    percentile(part) {
      let left = Math.ceil(count * part);
      for (const [bucket, hits] of buckets.entries()) {
        left -= hits ?? 0;
        if (left <= 0 && count > 0) return Math.min(max, LEAST_MS * GROWTH ** bucket);
      }
      return max;
    },
  };
}
