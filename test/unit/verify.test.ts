import { describe, expect, it } from 'vitest';
import type { StoredType } from '../../server/books/stored.ts';
import type { TableName, Write } from '../../server/store/store.ts';
import { verifyStore } from '../../server/verify/verify.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { centres, play } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;
const O = ORGANISATION;

async function busyBooks(): Promise<TestBooks> {
  const books = await openTestBooks(START);
  await books.settings({ entitlements: { Recording: { concurrent: 1, contingency: 1 } } });
  await books.send(
    { user: 'a', licences: ['Recording', 'Agent Calls'], id: 'one' },
    { user: 'b', licences: ['Recording'], leaseMs: MINUTE },
  );
  await books.send({ user: 'nobody', type: 'logout' });
  for (let n = 1; n <= 40; n++) {
    await books.passTo(START + n * 2 * MINUTE);
    await books.send({ user: `u${n % 7}`, licences: ['Agent Calls'] });
  }
  await books.send({ user: 'late', licences: ['Recording'], at: START + MINUTE / 2 });
  await books.send({ user: 'a', type: 'logout' });
  return books;
}

describe('verify', () => {
  it('VERIFY-1 books as they should be have no difference, also after a restart', async () => {
    const books = await busyBooks();
    expect(verifyStore(books.store)).toMatchObject({ organisations: 1, count: 0, differences: [] });
    await books.restart(MINUTE);
    const findings = verifyStore(books.store);
    expect(findings.differences).toEqual([]);
    expect(findings.records).toBeGreaterThan(40);
  });

  property('VERIFY-1 whatever happened, in whatever order', 60, centres, async (centre) => {
    const books = await openTestBooks(centre.live ? centre.scene.start : centre.scene.end);
    await play(books, centre);
    expect(verifyStore(books.store).differences).toEqual([]);
    await books.restart(MINUTE);
    expect(verifyStore(books.store).differences).toEqual([]);
  });

  /** One row of a table made wrong; `change` undefined: removed. */
  const mutations: [table: TableName, change: (value: never) => unknown][] = [
    ['sessions', () => undefined],
    ['sessions', (value: { since: number }) => ({ ...value, since: value.since + 1 })],
    ['types', (value: { level: number[] }) => ({ ...value, level: [9, 9, 0, 0] })],
    ['types', (value: { day: object }) => ({ ...value, day: { ...value.day, inUse: { value: 99, at: START } } })],
    ['types', () => undefined],
    ['buckets', (value: { high: number[] }) => ({ ...value, high: [99, 0, 0, 0] })],
    ['buckets', () => undefined],
    ['hours', (value: { area: number[] }) => ({ ...value, area: [1, 1, 1, 1] })],
    ['userEntries', () => undefined],
    ['anomalies', () => undefined],
    ['ids', () => undefined],
    ['states', (value: object) => ({ ...value, anomalies: 7 })],
    ['entries', () => undefined],
  ];
  it.each(mutations)('VERIFY-2 a wrong row of %s is named', async (table, change) => {
    const { store } = await busyBooks();
    const [row] = store.range(table, {});
    const write: Write = { table, key: row?.key ?? [], value: change(row?.value as never) };
    await store.commit([write]);
    const findings = verifyStore(store);
    expect(findings.count).toBeGreaterThan(0);
    if (table !== 'entries') expect(findings.differences.map((item) => item.table)).toContain(table);
    expect(findings.differences.every(({ organisation }) => organisation === O || organisation === null)).toBe(true);
  });

  it('VERIFY-2 a row that nothing explains is named: a session, a bucket, an anomaly', async () => {
    const { store } = await busyBooks();
    const [session] = store.range('sessions', {});
    const [bucket] = store.range<object>('buckets', {});
    await store.commit([
      { table: 'sessions', key: [O, 'ghost', 'desktop'], value: session?.value },
      { table: 'buckets', key: [O, 'Recording', 0], value: { ...bucket?.value, start: 0 } },
      { table: 'anomalies', key: [O, START, 4711, 'no_open_session'], value: {} },
    ]);
    const named = verifyStore(store).differences.map(({ table, key }) => `${table} ${key.join()}`);
    expect(named).toEqual(
      expect.arrayContaining([`sessions ${O},ghost,desktop`, `buckets ${O},Recording,0`, `anomalies ${O},${START},4711,no_open_session`]),
    );
  });
});

it('STORE-21 books of a newer format are refused by name', async () => {
  const { store } = await openTestBooks(START);
  await store.commit([{ table: 'meta', key: ['format'], value: 99 }]);
  await expect(openTestBooks(START, store)).rejects.toThrow('format 99, written by a newer Highwater');
});

it('STORE-43 who comes and goes writes no row of the type until its buckets are others; a row of before format 6 says the level itself', async () => {
  const books = await openTestBooks(START);
  const row = () => books.store.get<StoredType>('types', [O, 'Agent Calls']) as StoredType;
  await books.send({ user: 'edred', licences: ['Agent Calls'] });
  const first = row();
  expect(first.level).toBeNull();
  let written = 0;
  const commit = books.store.commit;
  books.store.commit = (writes) => {
    written += writes.filter(({ table }) => table === 'types').length;
    return commit(writes);
  };
  await books.passTo(START + MINUTE);
  await books.send({ user: 'wilfrid', licences: ['Agent Calls'] });
  expect(written).toBe(0);
  await books.restart();
  expect(books.counts()).toEqual({ 'Agent Calls': [2, 2] });
  await commit([{ table: 'types', key: [O, 'Agent Calls'], value: { ...first, level: [2, 2, 0, 0] } }]);
  await books.restart();
  expect(books.counts()).toEqual({ 'Agent Calls': [2, 2] });
  expect(verifyStore(books.store).differences).toEqual([]);
  await books.passTo(START + 2 * MINUTE);
  await books.send({ type: 'logout', user: 'edred' });
  expect(row()).toEqual(first);
  await books.passTo(START + 60 * MINUTE);
  await books.send({ user: 'edred', licences: ['Agent Calls'] }, { type: 'logout', user: 'wilfrid' });
  await books.restart();
  expect(books.counts()).toEqual({ 'Agent Calls': [1, 1] });
  expect(verifyStore(books.store).differences).toEqual([]);
});
