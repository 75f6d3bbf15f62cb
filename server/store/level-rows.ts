/**
 * How rows of `buckets` and `hours` lie on disk. There are as many of them as of anything, and in most of them hardly more than one thing
 * happens: so each number is written as its distance from one that is likely to be near, and a metric that says nothing of its own
 * is left out. One byte says of each metric how it is written; the start is in the key.
 *
 * Up to format 2 such a row was an object; those are read as they are, and written in this way when they change (decision 0021).
 */
import type { Key } from './store.ts';

type OfMetrics = [inUse: number, concurrent: number, contingency: number, overLimit: number];

/** What the books keep of five minutes or an hour (server/usage/levels.ts). */
export interface LevelRow {
  start: number;
  enter: OfMetrics;
  until: number;
  exit: OfMetrics;
  low: OfMetrics;
  high: OfMetrics;
  highAt: OfMetrics;
  area: OfMetrics;
}

const METRICS = 4;

/** Nothing of it was ever used; as in use, as where there is one pool; by its numbers; by its numbers, without a lowest and highest. */
const [NONE, AS_IN_USE, WRITTEN, UNTOUCHED] = [0, 1, 2, 3];

/** Six numbers a metric and one for the whole, of ten bytes at most, behind the first byte. */
const scratch = new Uint8Array(1 + 10 * (1 + 6 * METRICS));
let length = 0;

/** @throws RangeError for what no level, instant or area is */
export function packLevels(row: LevelRow): Uint8Array {
  const { start, until, enter, exit, low, high, highAt, area } = row;
  scratch[0] = 0;
  length = 1;
  write(until - start);
  for (let m = 0; m < METRICS; m++) {
    const how = howWritten(row, m);
    scratch[0] |= how << (2 * m);
    if (how === NONE || how === AS_IN_USE) continue;
    const level = enter[m] as number;
    write(level);
    write((exit[m] as number) - level);
    write((highAt[m] as number) - start);
    write((area[m] as number) - level * (until - start));
    if (how === UNTOUCHED) continue;
    write((low[m] as number) - level);
    write((high[m] as number) - level);
  }
  return scratch.slice(0, length);
}

function howWritten({ start, until, enter, exit, low, high, highAt, area }: LevelRow, m: number): number {
  const [lowest, highest] = until > start ? [0, 0] : [Infinity, -Infinity];
  const isNone = enter[m] === 0 && exit[m] === 0 && low[m] === lowest && high[m] === highest && highAt[m] === start && area[m] === 0;
  if (isNone) return NONE;
  if (m > 0 && [enter, exit, low, high, highAt, area].every((numbers) => numbers[m] === numbers[0])) return AS_IN_USE;
  return low[m] === Infinity && high[m] === -Infinity ? UNTOUCHED : WRITTEN;
}

/** @throws RangeError where the bytes are not a row */
export function unpackLevels(bytes: Uint8Array, start: number): LevelRow {
  const source = { bytes, position: 1 };
  const until = start + read(source);
  const row: LevelRow = {
    start,
    enter: [0, 0, 0, 0],
    until,
    exit: [0, 0, 0, 0],
    low: until > start ? [0, 0, 0, 0] : [Infinity, Infinity, Infinity, Infinity],
    high: until > start ? [0, 0, 0, 0] : [-Infinity, -Infinity, -Infinity, -Infinity],
    highAt: [start, start, start, start],
    area: [0, 0, 0, 0],
  };
  for (let m = 0; m < METRICS; m++) readMetric(source, row, m);
  if (source.position !== bytes.length) throw new RangeError('A row of levels has another length than it says');
  return row;
}

interface Source {
  bytes: Uint8Array;
  position: number;
}

function readMetric(source: Source, { start, until, enter, exit, low, high, highAt, area }: LevelRow, m: number): void {
  const how = ((source.bytes[0] as number) >> (2 * m)) & 3;
  if (how === NONE) return;
  if (how === AS_IN_USE) {
    for (const numbers of [enter, exit, low, high, highAt, area]) numbers[m] = numbers[0];
    return;
  }
  const level = read(source);
  enter[m] = level;
  exit[m] = level + read(source);
  highAt[m] = start + read(source);
  area[m] = level * (until - start) + read(source);
  low[m] = how === UNTOUCHED ? Infinity : level + read(source);
  high[m] = how === UNTOUCHED ? -Infinity : level + read(source);
}

/** A whole number, seven bits a byte, the sign in the lowest. */
function write(number: number): void {
  let left = number < 0 ? -2 * number - 1 : 2 * number;
  if (!Number.isInteger(number) || !Number.isSafeInteger(left)) throw new RangeError(`${number} is not stored in a row of levels`);
  for (; left > 127; left = Math.floor(left / 128)) scratch[length++] = (left % 128) | 128;
  scratch[length++] = left;
}

function read(source: Source): number {
  let number = 0;
  for (let factor = 1; Number.isSafeInteger(factor); factor *= 128) {
    const byte = source.bytes[source.position++];
    if (byte === undefined) throw new RangeError('A row of levels is cut off');
    number += (byte & 127) * factor;
    if (byte < 128) return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
  }
  throw new RangeError('A row of levels has a number without end');
}

/** A value as it was read: rows of levels of an older format are objects already. */
export const levelsOf = (key: Key, stored: unknown): unknown =>
  stored instanceof Uint8Array ? unpackLevels(stored, key[2] as number) : stored;
