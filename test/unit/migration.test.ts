import { expect, it } from 'vitest';
import type { OrganisationCounters } from '../../server/books/organisation.ts';
import { migrate } from '../../server/migration.ts';
import { FORMAT } from '../../server/store/faults.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { Row, Store, TableName } from '../../server/store/store.ts';
import { TABLES } from '../../server/store/store.ts';
import { verifyStore } from '../../server/verify/verify.ts';
import { ORGANISATION, openTestBooks } from '../support/books.ts';
import { packEverything, packed } from '../support/packs.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const ROWS = 3;
const silent = { info: () => {} };

const everything = (store: Store): Record<string, Row<unknown>[]> =>
  Object.fromEntries(TABLES.map((table: TableName) => [table, [...store.range(table, {})]]));

/** Books of forty entries over ten days, and what they were in an older format. */
async function booksOf(format: 1 | 2 | 3 | 4 | typeof FORMAT): Promise<Store> {
  const books = await openTestBooks(START);
  for (let n = 0; n < 20; n++) {
    const at = START + n * 43_200_000;
    await books.passTo(at);
    await books.send({ user: `u${n}`, at, licences: [n % 3 === 0 ? 'Recording' : 'Agent Calls'] });
    await books.send({ type: 'logout', user: `u${n}`, at: at + 1_000 });
  }
  if (format === 1) {
    const days = [...books.store.range('dayContents', {})].map(({ key }) => ({ table: 'dayContents' as const, key, value: undefined }));
    await books.store.commit(days);
  }
  await books.store.commit([{ table: 'meta', key: ['format'], value: format }]);
  return books.store;
}

/** Commits so many times, then dies with the commit done or not begun. */
function dyingStore(store: Store, commits: number, withLast: boolean): Store {
  let left = commits;
  return {
    get: store.get,
    range: store.range,
    hasRoom: store.hasRoom,
    close: store.close,
    commit: async (writes) => {
      if (left-- > 0) return store.commit(writes);
      if (withLast) await store.commit(writes);
      throw new Error('killed');
    },
  };
}

it.each([
  1, 2, 3, 4,
] as const)('STORE-29 books of format %i become what they would be had they been written in the present one', async (format) => {
  const [old, young] = [await booksOf(format), await booksOf(FORMAT)];
  await migrate(old, silent, ROWS);
  expect(everything(old)).toEqual(everything(young));
});

it('STORE-29 a migration that is killed at any piece, before or after it is on disk, goes on where it was', async () => {
  const young = everything(await booksOf(FORMAT));
  let killed = 0;
  for (const withLast of [false, true]) {
    for (let commits = 0; ; commits++) {
      const store = await booksOf(1);
      const died = await migrate(dyingStore(store, commits, withLast), silent, ROWS).then(
        () => false,
        () => true,
      );
      if (!died) break;
      killed++;
      // An older daemon refuses what is half done.
      if (withLast || commits > 0) expect(store.get('meta', ['format'])).toBeGreaterThan(1);
      await migrate(store, silent, ROWS);
      expect(everything(store)).toEqual(young);
    }
  }
  expect(killed).toBeGreaterThan(20);
});

it('STORE-29 books of the present format are left alone; new ones have it', async () => {
  const store = await booksOf(FORMAT);
  const before = everything(store);
  await migrate(dyingStore(store, 0, false), silent, ROWS);
  expect(everything(store)).toEqual(before);
  const fresh = createMemoryStore();
  await openTestBooks(START, fresh);
  expect(fresh.get('meta', ['format'])).toBe(FORMAT);
});

it('STORE-29 a start brings them up by itself, and tells of it', async () => {
  const store = await booksOf(1);
  await openTestBooks(START + 11 * 86_400_000, store);
  expect(store.get('meta', ['format'])).toBe(FORMAT);
  expect([...store.range('dayContents', {})]).toHaveLength(10);
});

it('STORE-29 packs of format 4 go, piece by piece, and are made again', async () => {
  const store = await booksOf(4);
  await packEverything(store, ORGANISATION, 4);
  expect([...store.range('packs', {})].length).toBeGreaterThan(2 * ROWS);
  const counters = store.get<OrganisationCounters>('states', [ORGANISATION]);
  await store.commit([
    { table: 'states', key: [ORGANISATION], value: { ...counters, packed: { to: START + 86_400_000, holes: [], waiting: 0 } } },
  ]);
  await migrate(store, silent, ROWS);
  expect([...store.range('packs', {})]).toEqual([]);
  const pace = { entries: 4, settledMs: 0, quietMs: 0, everyMs: 0 };
  const books = await openTestBooks(START + 11 * 86_400_000, store, { pace });
  await packed(books);
  expect([...store.range('packs', {})].length).toBeGreaterThan(2 * ROWS);
  expect(verifyStore(store).differences).toEqual([]);
});
