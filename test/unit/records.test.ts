import fc from 'fast-check';
import { expect, it } from 'vitest';
import { streamText } from '../../server/http/json-stream.ts';
import type { RecordQuery } from '../../server/pipeline-types.ts';
import { readRecords, wholePage } from '../../server/reports/records.ts';
import type { Reader } from '../../server/store/store.ts';
import { POOLS, USAGE_TYPES } from '../../shared/events.ts';
import type { RecordView } from '../../shared/views.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { packEverything, packings } from '../support/packs.ts';
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
  'RECORD-1 RECORD-4 records by any filters, in either order, come in full pages, each record once, by way of packs or not',
  60,
  fc.tuple(
    centres,
    fc.record({
      user: maybe(fc.constantFrom(...USERS)),
      licenceType: maybe(fc.constantFrom(...TYPES)),
      usageType: maybe(fc.constantFrom(...USAGE_TYPES)),
      logonSource: maybe(fc.constantFrom('Agent Desktop', 'Paired Device', 'Refresh Contingency')),
      pool: maybe(fc.constantFrom(...POOLS)),
      device: maybe(fc.constantFrom('desktop', 'deskphone')),
      session: maybe(fc.constantFrom('1', '2', '3')),
    }),
    fc.constantFrom('asc' as const, 'desc' as const),
    fc.integer({ min: 1, max: 20 }),
    fc.boolean(),
    packings,
  ),
  async ([centre, filters, order, limit, superseded, packing]) => {
    const books = await openTestBooks(centre.live ? centre.scene.start : centre.scene.end);
    await play(books, centre);
    const all = (await pagesOf(books, { limit: 10_000, order: 'asc', superseded })).flat();
    const wanted = all.filter((record) =>
      Object.entries(filters).every(([id, value]) => value === undefined || record[id as 'user'] === value),
    );
    if (packing) await packEverything(books.store, ORGANISATION, packing.entries, packing.gap);
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
  await books.send({ user: 'rare', licences: ['Meeting Room'], at: start + 1 }, ...visits.flat());
  await books.send({ user: 'rare', type: 'logout', at: start + 50_000_000 });
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
  expect(books.usage().lastEventAt).toBe('2026-11-24T08:00:00.000Z');
  await books.send({ type: 'heartbeat' });
  expect([books.usage().completeness, books.usage().lastEventAt]).toEqual(['live', '2026-11-24T08:05:00.000Z']);
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

it('RECORD-2 a caller that goes away ends the search', async () => {
  let ended = false;
  async function* search(): AsyncGenerator<string, void, void> {
    try {
      yield '{"items":[';
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        yield '';
      }
    } finally {
      ended = true;
    }
  }
  const reader = ((await streamText({ log: { error: () => {} } }, search(), {})).body as ReadableStream).getReader();
  await reader.read();
  const next = reader.read();
  await reader.cancel();
  expect([(await next).done, ended]).toEqual([true, true]);
});

it('HTTP-27 an answer that goes wrong halfway breaks off, and only the log has the cause', async () => {
  async function* rows(): AsyncGenerator<string, void, void> {
    yield 'a,b\n';
    throw new Error('the secret of the house');
  }
  const logged: object[] = [];
  const answer = await streamText({ log: { error: (fields) => logged.push(fields) } }, rows(), {});
  const failure = await answer.text().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(String(failure)).not.toContain('secret');
  expect(String((logged[0] as { err: Error }).err)).toContain('the secret of the house');
});

it('RECORD-3 days that have no such type, source or pool are passed over, but for those of which that is not known', async () => {
  const start = Date.parse('2026-10-01T00:00:00Z');
  const books = await openTestBooks(start + 50 * 86_400_000);
  const daily = Array.from({ length: 40 }, (_, day) =>
    Array.from({ length: 50 }, (_, n) => ({ user: `u${day}-${n}`, licences: ['Recording'], at: start + day * 86_400_000 + n })),
  );
  const rare = { user: 'rare', licences: ['Meeting Room'], logonSource: 'Fixed Profile Device', at: start + 20 * 86_400_000 + 500 };
  await books.send(...daily.flat(), rare);
  // Comes late, and is known of its day all the same.
  await books.send({ ...rare, user: 'late', at: start + 30 * 86_400_000 + 500 });
  const usersOf = (query: Partial<RecordQuery>) => {
    let read = 0;
    const disk: Reader = {
      get: (table, key) => books.store.get(table, key),
      *range(table, range) {
        for (const row of books.store.range<never>(table, range)) {
          if (table === 'entries') read++;
          yield row;
        }
      },
    };
    const page = wholePage(readRecords(disk, ORGANISATION, { limit: 10, order: 'desc', ...query }, () => true));
    // The in-use number of a record is counted on from a mark up to 256 entries before it.
    return [page.items.map(({ user }) => user), read < 700];
  };
  for (const query of [{ licenceType: 'Meeting Room' }, { logonSource: 'Fixed Profile Device' }]) {
    expect(usersOf(query)).toEqual([['late', 'rare'], true]);
  }
  expect(usersOf({ pool: 'over-limit' })).toEqual([[], true]);
  const days = [...books.store.range('dayContents', {})].map(({ key }) => key);
  expect(days).toHaveLength(40);
});
