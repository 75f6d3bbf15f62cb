/** The median; undefined of nothing. */
export function middle(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half];
  return sorted.length % 2 === 1 || upper === undefined ? upper : ((sorted[half - 1] as number) + upper) / 2;
}
