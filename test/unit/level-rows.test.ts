import fc from 'fast-check';
import { open } from 'lmdb';
import { expect, it } from 'vitest';
import { packLevels, unpackLevels } from '../../server/store/level-rows.ts';
import { DATA_FILE, openDataFile, openLmdbStore } from '../../server/store/lmdb.ts';
import { append } from '../../server/usage/combine.ts';
import { beginStretch, extend, type Levels, type Stretch, shift } from '../../server/usage/levels.ts';
import { property } from '../support/seeded.ts';
import { tempDir } from '../support/temp-dir.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const KEY = ['129', 'Agent Calls', START];

const levels = (most: number): fc.Arbitrary<Levels> => {
  const level = fc.integer({ min: -2, max: most });
  return fc.oneof(
    fc.tuple(level, level, level, level),
    level.map((inUse): Levels => [inUse, inUse, 0, 0]),
    fc.constant<Levels>([0, 0, 0, 0]),
  );
};
/** Whatever the books may make of five minutes or an hour. */
const stretches: fc.Arbitrary<Stretch> = fc
  .record({
    start: fc.integer({ min: -62_135_596_800_000, max: 8_000_000_000_000 }),
    enter: levels(100_000),
    changes: fc.array(fc.tuple(fc.integer({ min: 0, max: 900_000 }), levels(3)), { maxLength: 6 }),
    by: levels(5),
    behind: levels(2_000),
  })
  .map(({ start, enter, changes, by, behind }) => {
    const stretch = beginStretch(start, enter);
    let at = start;
    for (const [later, change] of changes) {
      at += later;
      extend(stretch, at, change);
    }
    shift(stretch, by);
    if (changes.length > 4) append(stretch, beginStretch(at + 1, behind));
    return stretch;
  });

property('STORE-30 any row of levels comes back as it was', 300, stretches, async (stretch) => {
  expect(unpackLevels(packLevels(stretch), stretch.start)).toEqual(stretch);
});

it('STORE-30 five minutes in which somebody came to one pool take some ten bytes', () => {
  const stretch = beginStretch(START, [12, 12, 0, 0]);
  extend(stretch, START + 123_456, [1, 1, 0, 0]);
  expect(packLevels(stretch).length).toBeLessThanOrEqual(10);
});

it('STORE-30 what no row is is refused, on the way in and on the way out', () => {
  const stretch = beginStretch(START, [12, 12, 0, 0]);
  expect(() => packLevels({ ...stretch, until: Number.NaN })).toThrow(RangeError);
  expect(() => packLevels({ ...stretch, area: [0.5, 0, 0, 0] })).toThrow(RangeError);
  const bytes = packLevels(stretch);
  expect(() => unpackLevels(bytes.subarray(0, -1), START)).toThrow('cut off');
  expect(() => unpackLevels(Uint8Array.from([...bytes, 0]), START)).toThrow('longer than it says');
  expect(() => unpackLevels(new Uint8Array(40).fill(255), START)).toThrow('are no numbers');
  expect(() => unpackLevels(new Uint8Array(0), START)).toThrow('cut off');
});

it('STORE-30 a row that was written before format 3 is read as it is, and shorter when it changes', async () => {
  const directory = tempDir('highwater-levels-');
  const stretch = beginStretch(START, [12, 12, 0, 0]);
  extend(stretch, START + 1_000, [1, 1, 0, 0]);
  const old = open({ path: `${directory.path}/${DATA_FILE}`, encoding: 'msgpack', maxDbs: 99 });
  const table = old.openDB({ name: 'buckets', encoding: 'msgpack', sharedStructuresKey: Symbol.for('structures') as never });
  await table.put(KEY, stretch);
  await old.close();

  const store = openLmdbStore(directory.path);
  expect(store.get('buckets', KEY)).toEqual(stretch);
  expect([...store.range('buckets', {})]).toEqual([{ key: KEY, value: stretch }]);
  extend(stretch, START + 2_000, [1, 0, 1, 0]);
  await store.commit([{ table: 'buckets', key: KEY, value: stretch }]);
  expect(store.get('buckets', KEY)).toEqual(stretch);
  await store.close();

  const file = openDataFile(`${directory.path}/${DATA_FILE}`);
  expect(file.get('buckets', KEY)).toEqual(stretch);
  await file.close();
  directory.remove();
});
