import { describe, expect, it } from 'vitest';
import { type EventInput, ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';

const START = Date.parse('2026-10-30T20:00:00Z');
const NOW = START + 40 * 86_400_000;

const logins = (count: number, from: number, step: number, name = 'u'): EventInput[] =>
  Array.from({ length: count }, (_, nth) => ({ user: `${name}${nth}`, at: from + nth * step, licences: ['Recording'] }));

/** The in-use numbers of all records beside those counted from the beginning. */
function inUse(books: TestBooks): [stored: number, counted: number][] {
  let counted = 0;
  const items = books.pipeline.committed.records(ORGANISATION, { limit: 10_000, order: 'asc' })?.items ?? [];
  return items.map(({ usageType, inUse: stored }) => {
    counted += usageType === 'Acquired' ? 1 : -1;
    return [stored, counted];
  });
}

/** The longest run of entries without a mark of in-use levels in it. */
function longestUnmarked(books: TestBooks): number {
  const marks = new Set([...books.store.range('marks', {})].map(({ key }) => key.join()));
  let [longest, run] = [0, 0];
  for (const { key } of books.store.range('entries', {})) {
    run = marks.has(key.join()) ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

const expectRight = (books: TestBooks): void => {
  for (const [stored, counted] of inUse(books)) expect(stored).toBe(counted);
};

describe('marks of in-use levels', () => {
  it('ORDER-23 stand right where something late comes in one request with them, before and after', async () => {
    const books = await openTestBooks(NOW);
    const events = logins(700, NOW - 600_000, 10);
    const late = (at: number, nth: number): EventInput => ({ user: `late${nth}`, at: NOW - at, licences: ['Recording'] });
    await books.send(...events.slice(0, 200), late(599_000, 1), ...events.slice(200, 400), late(597_500, 2), ...events.slice(400));
    expectRight(books);
    await books.send(late(599_500, 3), ...logins(300, NOW - 500_000, 10, 'v'), late(595_000, 4));
    expectRight(books);
  });

  it('ORDER-23 are right at an instant at which several things happen, one of them late', async () => {
    const books = await openTestBooks(NOW);
    await books.send({ user: 'leased', at: NOW - 20_000, licences: ['Recording'], leaseMs: 3_600_000 }, ...logins(300, NOW - 10_000, 0));
    await books.send({ user: 'leased', type: 'logout', at: NOW - 10_001 }, { user: 'first', at: NOW - 10_000, licences: ['Recording'] });
    expectRight(books);
  });

  it('ORDER-39 are right on every page, where records of one instant do not have their numbers in the order of the books', async () => {
    const books = await openTestBooks(NOW);
    const everybody: EventInput = { type: 'logout-all', at: NOW - 1000 };
    await books.send(...logins(600, NOW - 600_000, 10), everybody, { user: 'first', at: NOW - 700_000, licences: ['Recording'] });
    const page = (cursor: string | undefined) =>
      books.pipeline.committed.records(ORGANISATION, { limit: 7, order: 'asc', usageType: 'Released', ...(cursor && { cursor }) });
    const found = new Map<string, number>();
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const { items, nextCursor } = page(cursor) ?? { items: [], nextCursor: null };
      for (const { user, inUse: left } of items) found.set(user, left);
      cursor = nextCursor;
    }
    expect([found.get('first'), found.get('u0'), found.get('u598'), found.get('u599')]).toEqual([600, 599, 1, 0]);
  });

  it.each([
    254, 255, 256,
  ])('ORDER-41 are right behind a logout of everybody at which a mark stands, also counted on from there (%i)', async (count) => {
    const books = await openTestBooks(NOW);
    await books.send(...logins(count, NOW - 600_000, 10), { type: 'logout-all', at: NOW - 300_000 });
    await books.send({ user: 'later', at: NOW - 299_000, licences: ['Recording'] });
    const [last] = books.pipeline.committed.records(ORGANISATION, { limit: 1, order: 'desc' })?.items ?? [];
    expect(last).toMatchObject({ user: 'later', inUse: 1 });
  });

  it('ORDER-24 come with late events too: no record is counted on from far', async () => {
    const books = await openTestBooks(NOW);
    await books.settings({ entitlements: { Recording: { concurrent: 100, contingency: 10 } } });
    await books.send(...logins(300, NOW - 1_000_000, 10));
    for (let day = 30; day > 0; day -= 3) {
      const from = NOW - day * 86_400_000;
      await books.send(
        ...logins(150, from, 1000, `d${day}`),
        ...logins(150, from, 1000, `d${day}`).map((item): EventInput => ({ ...item, type: 'logout', at: (item.at as number) + 3_600_000 })),
      );
    }
    expectRight(books);
    expect(longestUnmarked(books)).toBeLessThan(600);
  });
});
