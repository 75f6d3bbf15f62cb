/**
 * How rows of `buckets` and `hours` lie on disk. There are as many of them as of anything, and in most of them hardly more than one thing
 * happens: so each number is written as its distance from one that is likely to be near, and a metric that says nothing of its own
 * is left out. One byte says of each metric how it is written; the start is in the key.
 *
 * Up to format 2 such a row was an object; those are read as they are, and written in this way when they change (decision 0021).
 */
import { ByteReader, ByteWriter } from '../../shared/bytes.ts';
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

/** @throws RangeError for what no level, instant or area is */
export function packLevels(row: LevelRow): Uint8Array {
  const { start, until, enter, exit, low, high, highAt, area } = row;
  const numbers = new ByteWriter();
  let first = 0;
  numbers.write(first);
  numbers.writeSigned(until - start);
  for (let m = 0; m < METRICS; m++) {
    const how = howWritten(row, m);
    first |= how << (2 * m);
    if (how === NONE || how === AS_IN_USE) continue;
    const level = enter[m] as number;
    numbers.writeSigned(level);
    numbers.writeSigned((exit[m] as number) - level);
    numbers.writeSigned((highAt[m] as number) - start);
    numbers.writeSigned((area[m] as number) - level * (until - start));
    if (how === UNTOUCHED) continue;
    numbers.writeSigned((low[m] as number) - level);
    numbers.writeSigned((high[m] as number) - level);
  }
  const bytes = numbers.bytes();
  bytes[0] = first;
  return bytes;
}

function howWritten({ start, until, enter, exit, low, high, highAt, area }: LevelRow, m: number): number {
  const lowest = until > start ? 0 : Infinity;
  const highest = until > start ? 0 : -Infinity;
  const isNone = enter[m] === 0 && exit[m] === 0 && low[m] === lowest && high[m] === highest && highAt[m] === start && area[m] === 0;
  if (isNone) return NONE;
  const asInUse =
    enter[m] === enter[0] &&
    exit[m] === exit[0] &&
    low[m] === low[0] &&
    high[m] === high[0] &&
    highAt[m] === highAt[0] &&
    area[m] === area[0];
  if (m > 0 && asInUse) return AS_IN_USE;
  return low[m] === Infinity && high[m] === -Infinity ? UNTOUCHED : WRITTEN;
}

/** @throws RangeError where the bytes are not a row */
export function unpackLevels(bytes: Uint8Array, start: number): LevelRow {
  const numbers = new ByteReader(bytes, 1);
  const until = start + numbers.readSigned();
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
  for (let m = 0; m < METRICS; m++) readMetric(numbers, row, m, ((bytes[0] as number) >> (2 * m)) & 3);
  if (!numbers.done) throw new RangeError('A row of levels is longer than it says');
  return row;
}

function readMetric(numbers: ByteReader, { start, until, enter, exit, low, high, highAt, area }: LevelRow, m: number, how: number): void {
  if (how === NONE) return;
  if (how === AS_IN_USE) {
    for (const figures of [enter, exit, low, high, highAt, area]) figures[m] = figures[0];
    return;
  }
  const level = numbers.readSigned();
  enter[m] = level;
  exit[m] = level + numbers.readSigned();
  highAt[m] = start + numbers.readSigned();
  area[m] = level * (until - start) + numbers.readSigned();
  low[m] = how === UNTOUCHED ? Infinity : level + numbers.readSigned();
  high[m] = how === UNTOUCHED ? -Infinity : level + numbers.readSigned();
}

/** A value as it was read: rows of levels of an older format are objects already. */
export const levelsOf = (key: Key, stored: unknown): unknown =>
  stored instanceof Uint8Array ? unpackLevels(stored, key[2] as number) : stored;
