/** Characters of an id made of a name. */
const MOST = 60;

/** `Nearly full` is kept as `nearly-full`; where that is `taken`, as `nearly-full-2`: what is new never takes another's place. */
export function idFor(name: string, taken: readonly string[]): string {
  const words = name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  const base =
    [...words]
      .slice(0, MOST)
      .join('')
      .replaceAll(/^-+|-+$/g, '') || 'new';
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.includes(id)) return id;
  }
}
