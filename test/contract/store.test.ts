import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { compareKeys } from '../../server/store/keys.ts';
import { openLmdbStore } from '../../server/store/lmdb.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import { AFTER_NAMES, below, type Key, type Store } from '../../server/store/store.ts';

const directories: string[] = [];
const stores: Store[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'highwater-store-'));
  directories.push(path);
  return path;
}
const opened = (store: Store): Store => {
  stores.push(store);
  return store;
};

const implementations: Record<string, () => Store> = {
  memory: () => opened(createMemoryStore()),
  lmdb: () => opened(openLmdbStore(directory())),
};

const keysOf = (store: Store, range: Parameters<Store['range']>[1]) => [...store.range('entries', range)].map((row) => row.key);

describe.each(Object.entries(implementations))('%s store', (_name, create) => {
  it('STORE-1 reads back what was committed, and removes what is written as undefined', async () => {
    const store = create();
    await store.commit([
      { table: 'meta', key: ['seq'], value: 7 },
      { table: 'sessions', key: ['129', 'edred', 'desktop'], value: { since: 1, list: [{ a: null }] } },
    ]);
    expect(store.get('meta', ['seq'])).toBe(7);
    expect(store.get('sessions', ['129', 'edred', 'desktop'])).toEqual({ since: 1, list: [{ a: null }] });
    await store.commit([{ table: 'meta', key: ['seq'], value: undefined }]);
    expect(store.get('meta', ['seq'])).toBeUndefined();
  });

  it('STORE-2 orders keys by element, numbers (also before 1970) before strings, and bounds are start inclusive, end exclusive', async () => {
    const store = create();
    const sorted: Key[] = [
      ['a', -62135596800000, 4],
      ['a', -1.5],
      ['a', 0, 0],
      ['a', 0, 4, 'x'],
      ['a', 3],
      ['a', 1e13],
      ['a', 'b'],
      ['a', 'é'],
      // In UTF-16 the other way round.
      ['a', '\uff5e'],
      ['a', '\u{1f600}'],
      ['b'],
    ];
    for (const key of [...sorted].reverse()) await store.commit([{ table: 'entries', key, value: 1 }]);
    expect(keysOf(store, {})).toEqual(sorted);
    expect(keysOf(store, { start: ['a', 0], end: ['a', 3] })).toEqual([
      ['a', 0, 0],
      ['a', 0, 4, 'x'],
    ]);
    expect(keysOf(store, { start: ['a', 0, 0], end: ['a', 3], reverse: true })).toEqual([
      ['a', 0, 4, 'x'],
      ['a', 0, 0],
    ]);
    expect(keysOf(store, { start: ['a'], limit: 2 })).toEqual(sorted.slice(0, 2));
    expect(keysOf(store, { reverse: true, limit: 1 })).toEqual([['b']]);
    expect(keysOf(store, below('a'))).toEqual(sorted.slice(0, -1));
  });

  it('STORE-3 sees a batch whole, and the last write of a key wins', async () => {
    const store = create();
    await store.commit([
      { table: 'meta', key: ['x'], value: 1 },
      { table: 'meta', key: ['x'], value: 2 },
      { table: 'meta', key: ['y'], value: 3 },
      { table: 'meta', key: ['y'], value: undefined },
    ]);
    expect(store.get('meta', ['x'])).toBe(2);
    expect(store.get('meta', ['y'])).toBeUndefined();
  });

  it('STORE-44 leaves nothing of a batch of which one row cannot be written, and goes on', async () => {
    const store = create();
    await store.commit([{ table: 'meta', key: ['seq'], value: 1 }]);
    const bad = {
      get seq(): never {
        throw new Error('cannot be read');
      },
    };
    const batch = store.commit([
      { table: 'meta', key: ['seq'], value: 2 },
      { table: 'sessions', key: ['129', 'a', 'd'], value: 1 },
      { table: 'entries', key: ['129', 1, 1, 1], value: bad },
    ]);
    await expect(batch).rejects.toThrow('cannot be read');
    expect([store.get('meta', ['seq']), store.get('sessions', ['129', 'a', 'd'])]).toEqual([1, undefined]);
    await store.commit([{ table: 'meta', key: ['seq'], value: 3 }]);
    expect(store.get('meta', ['seq'])).toBe(3);
  });

  it('STORE-4 keeps names apart that look alike, and awkward ones whole', async () => {
    const store = create();
    const names = [
      'Zoë',
      'Zoe\u0308',
      '__proto__',
      'constructor',
      ' a',
      'a ',
      'A',
      'a',
      '\u{10FFFF}',
      '\uFFFF',
      '\u{1F4DE}',
      'x'.repeat(128),
    ];
    await store.commit(names.map((name, value) => ({ table: 'sessions' as const, key: ['129', name, 'd'], value })));
    for (const [value, name] of names.entries()) expect(store.get('sessions', ['129', name, 'd']), name).toBe(value);
    expect([...store.range('sessions', below('129'))]).toHaveLength(names.length);
    expect(compareKeys(['129', AFTER_NAMES], ['129', '\u{10FFFF}'.repeat(128)])).toBeGreaterThan(0);
  });

  it('STORE-41 takes the longest names in every part of a key, and as bounds', async () => {
    const store = create();
    const name = '\u{10FFFF}'.repeat(128);
    await store.commit([{ table: 'sessions', key: [name, name, name], value: 1 }]);
    expect(store.get('sessions', [name, name, name])).toBe(1);
    for (const reverse of [false, true]) expect([...store.range('sessions', { ...below(name, name), reverse })]).toHaveLength(1);
    expect([...store.range('sessions', { start: [name, name, AFTER_NAMES] })]).toEqual([]);
  });

  it('STORE-5 gives out copies: changing what was read or written changes nothing', async () => {
    const store = create();
    const value = { list: [1] };
    await store.commit([{ table: 'meta', key: ['v'], value }]);
    value.list.push(2);
    store.get<typeof value>('meta', ['v'])?.list.push(3);
    expect(store.get('meta', ['v'])).toEqual({ list: [1] });
  });
});

describe('memory', () => {
  it('STORE-40 refuses to commit while a range is left open, so that any test finds a reader that nobody let go of', async () => {
    const store = opened(createMemoryStore());
    await store.commit([1, 2].map((value) => ({ table: 'meta' as const, key: [`v${value}`], value })));
    for (const _ of store.range('meta', {})) break;
    await store.commit([]);
    const rows = store.range('meta', {})[Symbol.iterator]();
    rows.next();
    await expect(store.commit([])).rejects.toThrow('A range of meta was begun and not read to its end');
    rows.return?.();
    await store.commit([]);
  });
});

describe('both stores', () => {
  it('STORE-6 agree on every order of keys', async () => {
    const part = fc.oneof(
      fc.integer({ min: -1e13, max: 1e13 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }).filter((s) => !/\p{Cc}|\p{Cs}/u.test(s)),
    );
    const memory = opened(createMemoryStore());
    const lmdb = opened(openLmdbStore(directory()));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(part, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 20 }), async (keys) => {
        const writes = keys.map((key, value) => ({ table: 'entries' as const, key, value }));
        await Promise.all([memory.commit(writes), lmdb.commit(writes)]);
        expect([...lmdb.range('entries', {})]).toEqual([...memory.range('entries', {})]);
      }),
      { numRuns: 50 },
    );
  });

  it('STORE-7 lmdb keeps what was committed over a reopening', async () => {
    const path = directory();
    const first = openLmdbStore(path);
    await first.commit([{ table: 'meta', key: ['seq'], value: 42 }]);
    await first.close();
    const second = opened(openLmdbStore(path));
    expect(second.get('meta', ['seq'])).toBe(42);
  });
});
