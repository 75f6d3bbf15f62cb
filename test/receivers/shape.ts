/** How two JSON values differ in kind: keys that only one has, and values of another type. */
export function shapeDifferences(ours: unknown, theirs: unknown, path = ''): string[] {
  const [a, b] = [kindOf(ours), kindOf(theirs)];
  if (a !== b) return [`${path || 'the body'}: ours is ${a}, theirs ${b}`];
  if (Array.isArray(ours)) {
    const [one, other] = [ours[0], (theirs as unknown[])[0]];
    return one === undefined || other === undefined ? [] : shapeDifferences(one, other, `${path}[]`);
  }
  if (a !== 'an object') return [];
  const [mine, others] = [ours as Record<string, unknown>, theirs as Record<string, unknown>];
  return [...new Set([...Object.keys(mine), ...Object.keys(others)])].flatMap((key) => {
    const inner = path === '' ? key : `${path}.${key}`;
    if (!(key in mine)) return [`${inner}: only theirs has it`];
    if (!(key in others)) return [`${inner}: only ours has it`];
    return shapeDifferences(mine[key], others[key], inner);
  });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
