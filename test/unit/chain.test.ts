import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { type ChainLink, LINK_MS, linkHash, type OpenLink, recordLine } from '../../server/books/chain.ts';
import { type Entry, positionOf } from '../../server/books/entry.ts';
import type { OrganisationCounters } from '../../server/books/organisation.ts';
import { verifyStore } from '../../server/verify/verify.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { centres, play } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const O = ORGANISATION;

/** Four links that are rows, and one to which records are still added. */
async function busyBooks(): Promise<TestBooks> {
  const books = await openTestBooks(START);
  await books.settings({ entitlements: { Recording: { concurrent: 1, contingency: 1 } } });
  for (let n = 0; n < 8; n++) {
    await books.passTo(START + n * LINK_MS);
    await books.send({ user: `u${n}`, licences: ['Recording', 'Agent Calls'], id: `e${n}` });
  }
  await books.send({ user: 'late', licences: ['Recording'], at: START + 1 });
  return books;
}

const linksOf = (books: TestBooks) => [...books.store.range<ChainLink>('chain', {})];
const openLinkOf = (books: TestBooks) => books.store.get<OrganisationCounters>('states', [O])?.openLink;
const chainDifferences = (books: TestBooks) => verifyStore(books.store).differences.filter(({ table }) => table === 'chain');

property('CHAIN-1 links are only added, and stand for every record, whatever comes late', 25, centres, async (centre) => {
  const books = await openTestBooks(centre.live ? centre.scene.start : centre.scene.end);
  const seen = new Map<string, unknown>();
  const half = Math.ceil(centre.events.length / 2);
  await play(books, { ...centre, events: centre.events.slice(0, half) });
  for (const { key, value } of linksOf(books)) seen.set(key.join(), value);
  for (const event of centre.events.slice(half)) {
    await books.passTo(Math.max(event.at, books.clock.now()));
    await books.send({ ...event, logonSource: event.source });
  }
  for (const { key, value } of linksOf(books)) {
    expect(seen.get(key.join()) ?? value).toEqual(value);
    seen.delete(key.join());
  }
  expect(seen.size).toBe(0);
  const { records, differences } = verifyStore(books.store);
  expect(differences).toEqual([]);
  const counts = [...linksOf(books).map(({ value }) => value.count), openLinkOf(books)?.count ?? 0];
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(records);
});

it('CHAIN-1 a link becomes a row with 64 records or after an hour, over restarts, and not before', async () => {
  const books = await openTestBooks(START);
  const send = (nth: number) => books.send({ user: `u${nth}`, licences: ['Agent Calls'] });
  for (let nth = 0; nth < 63; nth++) await send(nth);
  expect([linksOf(books).length, openLinkOf(books)?.count]).toEqual([0, 63]);
  await books.restart();
  await send(63);
  expect([linksOf(books).map(({ value }) => value.count), openLinkOf(books)]).toEqual([[64], undefined]);
  await books.passTo(START + 1_000);
  await send(64);
  await books.passTo(START + LINK_MS + 999);
  await send(65);
  expect(openLinkOf(books)?.count).toBe(2);
  await books.passTo(START + LINK_MS + 1_000);
  await send(66);
  expect([linksOf(books).map(({ value }) => value.count), openLinkOf(books)]).toEqual([[64, 3], undefined]);
  expect(verifyStore(books.store).differences).toEqual([]);
});

it('CHAIN-4 links of before format 7, which stand for all lines of a batch together, are held against their records as they were', async () => {
  const books = await openTestBooks(START);
  await books.send({ user: 'edred', licences: ['Agent Calls', 'Recording'] });
  const lines = [...books.store.range<Entry>('entries', {})].flatMap(({ key, value }) =>
    value.records.map((record) => recordLine(positionOf(key, 1), value, record)),
  );
  const { last, rolled: _, since: __, ...linked } = openLinkOf(books) as OpenLink;
  const old = { ...linked, digest: createHash('sha256').update(lines.join('')).digest('hex') };
  const link = { ...old, hash: linkHash('', old) };
  const { openLink: ___, ...counters } = books.store.get<OrganisationCounters>('states', [O]) as OrganisationCounters;
  await books.store.commit([
    { table: 'chain', key: [O, last], value: link },
    { table: 'states', key: [O], value: { ...counters, chainHash: link.hash } },
  ]);
  await books.restart();
  for (let nth = 0; nth < 64; nth++) await books.send({ user: `u${nth}`, licences: ['Agent Calls'] });
  expect(linksOf(books).map(({ value }) => value.count)).toEqual([2, 64]);
  expect(verifyStore(books.store).differences).toEqual([]);
  await books.store.commit([{ table: 'chain', key: [O, last], value: { ...link, digest: 'f'.repeat(64) } }]);
  expect(chainDifferences(books)).toHaveLength(2);
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
    (entry) => ({ ...entry, device: 'another' }),
    ...[{ type: 'Conferencing' }, { pool: 2 }, { session: 4_711 }, { since: START - 1 }, { acquired: false }].map(
      (other) => (entry: Entry) => ({ ...entry, records: entry.records.map((record) => ({ ...record, ...other })) as Entry['records'] }),
    ),
    (entry) => ({ ...entry, records: entry.records.slice(1) }),
    () => undefined,
  ];
  const [first, newest] = ['u2', 'late'];
  for (const change of changes) {
    for (const user of [first, newest]) {
      const books = await busyBooks();
      const [row] = [...books.store.range<Entry>('entries', {})].filter(({ value }) => value.user === user);
      if (!row) throw new Error('no entry');
      await books.store.commit([{ table: 'entries', key: row.key, value: change(row.value) }]);
      const link = user === newest ? openLinkOf(books) : linksOf(books)[1]?.value;
      expect(chainDifferences(books)[0]).toMatchObject({ organisation: O, found: { oldestAt: link?.oldestAt, newestAt: link?.newestAt } });
    }
  }
  for (const change of [
    (link: ChainLink) => ({ ...link, hash: 'f'.repeat(64) }),
    (link: ChainLink) => ({ ...link, rolled: '0' }),
    () => undefined,
  ]) {
    const books = await busyBooks();
    const [, , third] = linksOf(books);
    if (!third) throw new Error('no link');
    await books.store.commit([{ table: 'chain', key: third.key, value: change(third.value) }]);
    expect(chainDifferences(books).length).toBeGreaterThan(0);
  }
  for (const change of [(link: OpenLink) => ({ ...link, rolled: '0' }), (link: OpenLink) => ({ ...link, count: link.count - 1 })]) {
    const books = await busyBooks();
    const counters = books.store.get<OrganisationCounters>('states', [O]) as OrganisationCounters;
    await books.store.commit([{ table: 'states', key: [O], value: { ...counters, openLink: change(counters.openLink as OpenLink) } }]);
    expect(chainDifferences(books).length).toBeGreaterThan(0);
  }
});

it('CHAIN-3 the head can be noted down, and found again by its number, over restarts', async () => {
  const books = await busyBooks();
  const head = books.pipeline.committed.chain(O);
  expect(head).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(books.pipeline.committed.chain(O, (head.seq ?? 0) + 1)).toMatchObject({ seq: null, hash: null });
  await books.passTo(START + 9 * LINK_MS);
  await books.send({ user: 'more', licences: ['Recording'] });
  await books.restart();
  expect(books.pipeline.committed.chain(O).hash).not.toBe(head.hash);
  expect(books.pipeline.committed.chain(O, head.seq ?? 0)).toEqual(head);
  expect(verifyStore(books.store).differences).toEqual([]);
});
