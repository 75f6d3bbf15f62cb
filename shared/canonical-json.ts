/** JSON of which there is only one: keys sorted by UTF-16 code units, no spaces, numbers and strings as JavaScript writes them (RFC 8785). */

/** Lists longer than this come in pieces of so many items, whatever is in them; shorter ones item by item. */
const PIECE = 256;

/** What is undefined is left out. The pieces, one after the other, are the text. */
export function* canonicalPieces(value: unknown): Generator<string, void, void> {
  if (typeof value !== 'object' || value === null) yield JSON.stringify(value);
  else if (!Array.isArray(value)) {
    let before = '{';
    for (const [key, member] of sortedMembers(value)) {
      yield `${before}${JSON.stringify(key)}:`;
      yield* canonicalPieces(member);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  } else if (value.length <= PIECE) {
    for (const [index, item] of value.entries()) {
      yield index === 0 ? '[' : ',';
      yield* canonicalPieces(item ?? null);
    }
    yield value.length === 0 ? '[]' : ']';
  } else {
    for (let start = 0; start < value.length; start += PIECE) {
      const items = value.slice(start, start + PIECE).map((item) => canonicalJson(item ?? null));
      yield `${start === 0 ? '[' : ','}${items.join(',')}`;
    }
    yield ']';
  }
}

/** @example canonicalJson({ b: 1, a: [true, null] }) // '{"a":[true,null],"b":1}' */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  return `{${sortedMembers(value)
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
    .join(',')}}`;
}

const sortedMembers = (value: object): [string, unknown][] =>
  Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
