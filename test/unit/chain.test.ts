import { expect, it } from 'vitest';
import type { ChainLink } from '../../server/books/chain.ts';
import type { Entry } from '../../server/books/entry.ts';
import { verifyStore } from '../../server/verify/verify.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { centres, play } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const O = ORGANISATION;

async function busyBooks(): Promise<TestBooks> {
  const books = await openTestBooks(START);
  await books.settings({ entitlements: { Recording: { concurrent: 1, contingency: 1 } } });
  for (let n = 0; n < 5; n++) {
    await books.passTo(START + n * 60_000);
    await books.send({ user: `u${n}`, licences: ['Recording', 'Agent Calls'], id: `e${n}` });
  }
  await books.send({ user: 'late', licences: ['Recording'], at: START + 1 });
  return books;
}

const chainDifferences = (books: TestBooks) => verifyStore(books.store).differences.filter(({ table }) => table === 'chain');

property('CHAIN-1 links are only added, and stand for every record, whatever comes late', 25, centres, async (centre) => {
  const books = await openTestBooks(centre.live ? centre.scene.start : centre.scene.end);
  const seen = new Map<string, unknown>();
  const half = Math.ceil(centre.events.length / 2);
  await play(books, { ...centre, events: centre.events.slice(0, half) });
  for (const { key, value } of books.store.range<ChainLink>('chain', {})) seen.set(key.join(), value);
  for (const event of centre.events.slice(half)) {
    await books.passTo(Math.max(event.at, books.clock.now()));
    await books.send({ ...event, logonSource: event.source });
  }
  for (const { key, value } of books.store.range<ChainLink>('chain', {})) {
    expect(seen.get(key.join()) ?? value).toEqual(value);
    seen.delete(key.join());
  }
  expect(seen.size).toBe(0);
  const { records, differences } = verifyStore(books.store);
  expect(differences).toEqual([]);
  const links = [...books.store.range<ChainLink>('chain', {})].map(({ value }) => value);
  expect(links.reduce((sum, { count }) => sum + count, 0)).toBe(records);
});

it('CHAIN-2 a refresh that turns out to be on another device stays, superseded, on the one that it was on', async () => {
  const at = (time: string) => Date.parse(`2026-10-31T${time}Z`);
  const books = await openTestBooks(at('08:00:00'));
  await books.settings({ entitlements: { Recording: { concurrent: 0, contingency: 1 } } });
  await books.send({ licences: ['Recording'] });
  await books.send({ licences: ['Recording'], logonSource: 'CRM' });
  await books.passTo(Date.parse('2026-11-01T08:00:00Z'));
  await books.send({ type: 'logout', at: at('09:00:00') });
  const { items } = books.pipeline.committed.records(O, { limit: 100, order: 'asc', superseded: true }) ?? { items: [] };
  const refreshed = items.filter(({ logonSource }) => logonSource === 'Refresh Contingency');
  expect(refreshed.map(({ device, flags }) => `${device} ${flags}`)).toEqual(['desktop superseded', 'desktop superseded', 'crm ', 'crm ']);
  expect(chainDifferences(books)).toEqual([]);
});

it('CHAIN-2 a record that is changed, taken out or put in, and a link that is changed or missing, are found with their instants', async () => {
  const changes: ((entry: Entry) => Entry | undefined)[] = [
    (entry) => ({ ...entry, source: 'CRM' }),
    (entry) => ({ ...entry, id: 'another' }),
    (entry) => ({ ...entry, records: entry.records.slice(1) }),
    () => undefined,
  ];
  for (const change of changes) {
    const books = await busyBooks();
    const rows = [...books.store.range<Entry>('entries', {})].filter(({ value }) => value.user === 'u2');
    const [row] = rows;
    if (!row) throw new Error('no entry');
    await books.store.commit([{ table: 'entries', key: row.key, value: change(row.value) }]);
    expect(chainDifferences(books)[0]).toMatchObject({ organisation: O, found: { oldestAt: row.key[1] } });
  }
  for (const change of [
    (link: ChainLink) => ({ ...link, hash: 'f'.repeat(64) }),
    (link: ChainLink) => ({ ...link, digest: '0' }),
    () => undefined,
  ]) {
    const books = await busyBooks();
    const links = [...books.store.range<ChainLink>('chain', {})];
    const [, , third] = links;
    if (!third) throw new Error('no link');
    await books.store.commit([{ table: 'chain', key: third.key, value: change(third.value) }]);
    expect(chainDifferences(books).length).toBeGreaterThan(0);
  }
});

it('CHAIN-3 the head can be noted down, and found again by its number, over restarts', async () => {
  const books = await busyBooks();
  const head = books.pipeline.committed.chain(O);
  expect(head).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  await books.send({ user: 'more', licences: ['Recording'] });
  await books.restart();
  expect(books.pipeline.committed.chain(O).hash).not.toBe(head.hash);
  expect(books.pipeline.committed.chain(O, head.seq ?? 0)).toEqual(head);
  expect(verifyStore(books.store).differences).toEqual([]);
});
