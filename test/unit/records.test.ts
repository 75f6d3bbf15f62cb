import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RecordQuery } from '../../server/pipeline-types.ts';
import { POOLS, USAGE_TYPES } from '../../shared/events.ts';
import type { RecordView } from '../../shared/views.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { centres, play, TYPES, USERS } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

/** Every record of a query in lists of pages, and the cursors between them. */
async function pagesOf({ pipeline }: TestBooks, query: RecordQuery): Promise<RecordView[][]> {
  const pages: RecordView[][] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const pieces = pipeline.committed.recordPieces(ORGANISATION, { ...query, ...(cursor && { cursor }) });
    const page: RecordView[] = [];
    for (;;) {
      const piece = await pieces?.next();
      if (!piece || piece.done) {
        cursor = piece?.value ?? null;
        break;
      }
      page.push(...piece.value);
    }
    pages.push(page);
  }
  return pages;
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
property(
  'RECORD-1 records by any filters, in either order, come in full pages, each record once',
  60,
  fc.tuple(
    centres,
    fc.record({
      user: maybe(fc.constantFrom(...USERS)),
      licenceType: maybe(fc.constantFrom(...TYPES)),
      usageType: maybe(fc.constantFrom(...USAGE_TYPES)),
      logonSource: maybe(fc.constantFrom('Agent Desktop', 'Paired Device', 'Refresh Contingency')),
      pool: maybe(fc.constantFrom(...POOLS)),
    }),
    fc.constantFrom('asc' as const, 'desc' as const),
    fc.integer({ min: 1, max: 20 }),
    fc.boolean(),
  ),
  async ([centre, filters, order, limit, superseded]) => {
    const books = await openTestBooks(centre.live ? centre.scene.start : centre.scene.end);
    await play(books, centre);
    const all = (await pagesOf(books, { limit: 10_000, order: 'asc', superseded })).flat();
    const wanted = all.filter((record) =>
      Object.entries(filters).every(([id, value]) => value === undefined || record[id as 'user'] === value),
    );
    const chosen = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
    const pages = await pagesOf(books, { limit, order, superseded, ...chosen });
    expect(pages.flat()).toEqual(order === 'asc' ? wanted : wanted.toReversed());
    for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
    if (wanted.length > 0) expect(pages.at(-1)).not.toHaveLength(0);
  },
);

it('RECORD-2 a filter that little matches rests on the way, and finds the same', async () => {
  const books = await openTestBooks(Date.parse('2026-11-24T08:00:00Z'));
  const start = Date.parse('2026-11-01T00:00:00Z');
  const visits = Array.from({ length: 2_500 }, (_, i) => [
    { user: `u${i}`, licences: ['Recording'], at: start + i * 10_000 },
    { user: `u${i}`, type: 'logout' as const, at: start + i * 10_000 + 5_000 },
  ]);
  await books.send({ user: 'rare', licences: ['Meeting Room'], at: start - 1 }, ...visits.flat());
  await books.send({ user: 'rare', type: 'logout', at: start + 86_400_000 });
  const pieces = books.pipeline.committed.recordPieces(ORGANISATION, { limit: 10, order: 'asc', licenceType: 'Meeting Room' });
  const lengths: number[] = [];
  for await (const piece of pieces ?? []) lengths.push(piece.length);
  expect(lengths.length).toBeGreaterThan(3);
  expect(lengths.reduce((a, b) => a + b, 0)).toBe(2);
});

it('LIC-10 unknown sources and licence types are accepted and flagged, each record for its own type', async () => {
  const books = await openTestBooks(Date.parse('2026-11-24T08:00:00Z'));
  await books.send(
    { licences: ['Recording', 'Holography'] },
    { type: 'logout' },
    { user: 'b', licences: ['Recording'], logonSource: 'Kiosk' },
  );
  const records = books.pipeline.committed.records(ORGANISATION, { limit: 10, order: 'asc' })?.items ?? [];
  expect(records.map((record) => [record.user, record.device, record.licenceType, record.flags])).toEqual([
    ['edred', 'desktop', 'Recording', []],
    ['edred', 'desktop', 'Holography', ['unknown-licence-type']],
    ['edred', 'desktop', 'Recording', []],
    ['edred', 'desktop', 'Holography', ['unknown-licence-type']],
    ['b', 'unknown', 'Recording', ['unknown-logon-source']],
  ]);
});

it('LIC-9 a login on the same device closes the session before it first, also if it acquires nothing itself', async () => {
  const books = await openTestBooks(Date.parse('2026-11-24T08:00:00Z'));
  const answers = await books.send(
    { licences: ['Recording'] },
    { licences: ['Agent Calls'], id: 'second' },
    { licences: [] },
    { licences: [] },
  );
  expect(answers.map(({ status, reason, records }) => [status, reason, records])).toEqual([
    ['recorded', undefined, [1]],
    ['recorded', undefined, [2, 3]],
    ['recorded', undefined, [4]],
    ['ignored', 'nothing_to_acquire', []],
  ]);
  const [, released] = books.pipeline.committed.records(ORGANISATION, { limit: 10, order: 'asc' })?.items ?? [];
  expect(released).toMatchObject({ usageType: 'Released', licenceType: 'Recording', eventId: 'second' });
  expect(books.usage()).toMatchObject({ users: 0, sessions: 0 });
});

it('LIC-14 a feed that falls silent is shown as stale, though no number changed, and live again with the next event', async () => {
  const books = await openTestBooks(Date.parse('2026-11-24T08:00:00Z'));
  await books.settings({ feedSilentAfterSeconds: 60 });
  await books.send({ licences: ['Recording'] });
  let told = 0;
  books.pipeline.onCommit((commit) => {
    if (commit.changed.has(ORGANISATION)) told++;
  });
  await books.passTo(Date.parse('2026-11-24T08:01:00Z'));
  expect([books.usage().completeness, told]).toEqual(['live', 0]);
  await books.passTo(Date.parse('2026-11-24T08:01:01Z'));
  await books.passTo(Date.parse('2026-11-24T08:05:00Z'));
  expect([books.usage().completeness, told]).toEqual(['stale', 1]);
  await books.send({ type: 'heartbeat' });
  expect(books.usage().completeness).toBe('live');
});

it('LIC-1 the in-use number of every record is counted, that of the entry behind which a mark stands included', async () => {
  const start = Date.parse('2026-11-24T08:00:00Z');
  const books = await openTestBooks(start + 600_000);
  const events = Array.from({ length: 600 }, (_, n) => ({ user: `u${n}`, licences: ['Recording'], at: start + n }));
  await books.send(...events);
  const page = (limit: number, from: number) => books.pipeline.committed.records(ORGANISATION, { limit, from, order: 'asc' })?.items ?? [];
  expect(page(1_000, start).map(({ inUse }) => inUse)).toEqual(events.map((_, n) => n + 1));
  // A page of its own for each, so that each is counted on from the mark nearest to it.
  expect(events.map((_, n) => page(1, start + n)[0]?.inUse)).toEqual(events.map((_, n) => n + 1));
});

it('RECORD-2 an instant at which more happened than a piece takes is passed', async () => {
  const books = await openTestBooks(Date.parse('2026-11-24T08:00:00Z'));
  const users = Array.from({ length: 1_500 }, (_, i) => ({
    user: `u${i}`,
    licences: ['Recording'],
    at: Date.parse('2026-11-01T00:00:00Z'),
  }));
  await books.send(...users, { user: 'rare', licences: ['Meeting Room'], at: Date.parse('2026-11-02T00:00:00Z') });
  for (const order of ['asc', 'desc'] as const) {
    const rare = await pagesOf(books, { limit: 10, order, licenceType: 'Meeting Room' });
    expect(rare.flat().map((record) => record.user)).toEqual(['rare']);
    expect((await pagesOf(books, { limit: 700, order })).map((page) => page.length)).toEqual([700, 700, 101]);
  }
});
