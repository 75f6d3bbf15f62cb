/** Turns a good input into a bad one, or into another good one. */
import type { Random } from '../../server/simulate/random.ts';

export const HOSTILE_TEXTS = [
  '',
  ' ',
  '.',
  '..',
  '../..',
  '%00',
  '\u0000',
  '\ud800',
  '\udfff\ud800',
  '\u202e',
  '\u2028',
  'e\u0301',
  '\u{10FFFF}',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  '-1',
  '1e309',
  '9007199254740993',
  '0x10',
  'true',
  'null',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '2026-02-30T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '{{7*7}}',
  '<script>',
  "'; drop table",
  '\r\nX: y',
  'a'.repeat(129),
  'é'.repeat(128),
  'a'.repeat(70_000),
  '127.0.0.1',
  'http://169.254.169.254/',
  'javascript:0',
  '5m',
  '2026-13',
  '*',
] as const;

const deep = (depth: number): unknown => {
  let value: unknown = 0;
  for (let n = 0; n < depth; n++) value = n % 2 === 0 ? [value] : { a: value };
  return value;
};

const HOSTILE_VALUES: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => 0,
  () => -0,
  () => -1,
  () => 0.5,
  () => 1e-9,
  () => 0.0015,
  () => 1e308,
  () => 2 ** 53,
  () => -(2 ** 63),
  () => [],
  () => ({}),
  () => [[]],
  () => [null],
  () => deep(200),
  () => deep(5_000),
  () => Array.from({ length: 2_000 }, (_, n) => n),
  () => JSON.parse('{"__proto__":{"a":1},"constructor":null}'),
];

const pick = <T>(random: Random, items: readonly T[]): T => items[random.below(items.length)] as T;

export const hostileText = (random: Random): string => pick(random, HOSTILE_TEXTS);

/** A value somewhere inside is replaced, removed, or joined by another. */
function mutateValue(value: unknown, random: Random): unknown {
  const inside = typeof value === 'object' && value !== null && random.chance(0.8);
  if (!inside) return random.chance(0.5) ? hostileText(random) : pick(random, HOSTILE_VALUES)();
  if (Array.isArray(value)) {
    const index = random.below(value.length + 1);
    if (index === value.length) return [...value, mutateValue(value[0], random)];
    return value.map((item, n) => (n === index ? mutateValue(item, random) : item));
  }
  const entries = Object.entries(value as object);
  const index = random.below(entries.length);
  const roll = random.next();
  if (roll < 0.15) return Object.fromEntries(entries.filter((_, n) => n !== index));
  if (roll < 0.3) return Object.fromEntries([...entries, [hostileText(random), mutateValue(null, random)]]);
  return Object.fromEntries(entries.map(([key, item], n) => [key, n === index ? mutateValue(item, random) : item]));
}

function mutateBytes(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const at = random.below(copy.length + 1);
  const roll = random.next();
  if (roll < 0.4) {
    for (let n = 1 + random.below(4); n > 0; n--) copy[random.below(copy.length)] = random.below(256);
    return copy;
  }
  if (roll < 0.6) return copy.subarray(0, at);
  const more = pick(random, [
    '\u0000',
    '\ufeff',
    '\ud800',
    '"',
    ',',
    '[',
    '{',
    '\\u0000',
    '\\ud800',
    '\n\n',
    '\r',
    '1e999',
    '\u00a0',
    '[['.repeat(10_000),
  ]);
  if (roll < 0.9) return Buffer.concat([copy.subarray(0, at), Buffer.from(more), copy.subarray(at)]);
  return Buffer.concat([copy, copy]);
}

/** Mostly of the same shape with something wrong inside, sometimes just other bytes. */
export function mutate(good: Buffer, random: Random): Buffer {
  let bytes = good;
  for (let n = random.below(3); n >= 0; n--) {
    if (random.chance(0.65)) {
      try {
        bytes = Buffer.from(JSON.stringify(mutateValue(JSON.parse(bytes.toString()), random)) ?? '');
        continue;
      } catch {
        // No JSON any more, or never was any.
      }
    }
    bytes = mutateBytes(bytes, random);
  }
  return bytes;
}
