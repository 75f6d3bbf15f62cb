import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { Store } from '../../server/store/store.ts';
import { type EventInput, ORGANISATION, openTestBooks } from '../support/books.ts';
import { compareBuckets } from '../support/compare-buckets.ts';

/** A store that counts the rows of five minutes that are written to it. */
function countingRows(): { store: Store; rows: number } {
  const store = createMemoryStore();
  const counting = {
    rows: 0,
    store: {
      ...store,
      commit(writes: Parameters<Store['commit']>[0]) {
        counting.rows += writes.filter(({ table }) => table === 'buckets').length;
        return store.commit(writes);
      },
    },
  };
  return counting;
}

const START = Date.parse('2026-10-30T20:00:00Z');
const END = Date.parse('2026-11-02T08:00:00Z');

describe('what comes late together', () => {
  it('ORDER-20 a lease that an event of the request began, and that is over, has ended when the next one is worked in', async () => {
    const books = await openTestBooks(END);
    await books.settings({ entitlements: { Recording: { concurrent: 1, contingency: 0 } } });
    await books.send(
      { user: 'a', at: START + 1000, licences: ['Recording'], leaseMs: 1_800_000 },
      { user: 'c', at: START, licences: ['Recording'] },
    );
    await books.send({ type: 'logout', user: 'c', at: START + 5000 }, { type: 'logout', user: 'c', at: START + 4000 });
    const records = books.pipeline.committed.records(ORGANISATION, { limit: 100, order: 'asc' })?.items ?? [];
    expect(records.map(({ loggedAt, usageType, user, pool }) => [loggedAt.slice(11, 19), usageType, user, pool].join(' '))).toEqual([
      '20:00:00 Acquired c concurrent',
      '20:00:01 Acquired a over-limit',
      '20:00:04 Released c concurrent',
      '20:30:01 Released a over-limit',
    ]);
  });

  it('ORDER-28 while many users are worked out again in pieces, each row of levels is written about once', async () => {
    const counting = countingRows();
    const books = await openTestBooks(END, counting.store, { effort: { atOnce: 10, perPiece: 10 } });
    const events = Array.from({ length: 300 }, (_, n) => ({
      type: n % 60 < 30 ? ('login' as const) : ('logout' as const),
      user: `u${n % 30}`,
      at: START + n * 600_000,
      ...(n % 60 < 30 && { licences: ['Recording'] }),
    }));
    await books.send(...events);
    counting.rows = 0;
    await books.settings({ scheduledLogOff: '02:00', timeZone: 'UTC' });
    await books.recomputed();
    compareBuckets(books);
    expect(counting.rows).toBeGreaterThan(200);
    expect(counting.rows).toBeLessThan(600);
  });

  it('ORDER-29 a logout of everybody that is late by moments ends what was there then, and leaves who came since', async () => {
    const books = await openTestBooks(END);
    await books.settings({ entitlements: { Recording: { concurrent: 1, contingency: 0 } } });
    await books.send({ user: 'a', at: START, licences: ['Recording'] }, { user: 'b', at: START, licences: ['Recording'] });
    await books.send({ user: 'c', at: START + 3000, licences: ['Recording'] }, { type: 'heartbeat', user: 'b', at: START + 3000 });
    const [answer] = await books.send({ type: 'logout-all', at: START + 2000 });
    expect(answer?.records).toHaveLength(2);
    const records = books.pipeline.committed.records(ORGANISATION, { limit: 100, order: 'asc' })?.items ?? [];
    expect(
      records.map(({ loggedAt, usageType, user, pool, inUse }) => [loggedAt.slice(17, 19), usageType, user, pool, inUse].join(' ')),
    ).toEqual([
      '00 Acquired a concurrent 1',
      '00 Acquired b over-limit 2',
      '02 Released a concurrent 1',
      '02 Released b over-limit 0',
      '03 Acquired c concurrent 1',
    ]);
    expect(books.usage().anomalies).toBe(1);
  });

  it('ORDER-29 a late logout of everybody leaves nobody counted who came at its very instant', async () => {
    const books = await openTestBooks(END);
    await books.send({ user: 'a', at: START, licences: ['Recording'], leaseMs: 3_600_000 });
    await books.send({ user: 'b', at: START + 1000, licences: ['Recording'] });
    const [answer] = await books.send({ type: 'logout-all', at: START + 1000 });
    expect(answer?.records).toHaveLength(2);
    expect(books.counts()).toEqual({});
    expect(books.usage()).toMatchObject({ users: 0, sessions: 0 });
  });

  it.each([
    'in time',
    'late',
  ])('ORDER-42 what an event ahead of our clock or of an unknown source brings about is flagged, also by a logout of everybody: %s', async (when) => {
    const books = await openTestBooks(END);
    const login: EventInput = { user: 'a', at: END + 1000, licences: ['Recording'] };
    const everybody: EventInput = { type: 'logout-all', at: END + 2000, logonSource: 'Cleaner' };
    if (when === 'late') await books.send(everybody, { user: 'b', at: END + 3000, licences: ['Recording'] }, login);
    else await books.send(login, everybody);
    const records = books.pipeline.committed.records(ORGANISATION, { limit: 100, order: 'asc', user: 'a' })?.items ?? [];
    expect(records.map(({ usageType, flags }) => [usageType, ...flags].join(' '))).toEqual([
      'Acquired clock-ahead',
      'Released unknown-logon-source clock-ahead',
    ]);
  });

  it('LIC-10 a logout of everybody where nobody is there is ignored and no anomaly, and ends what is known of later', async () => {
    const books = await openTestBooks(END);
    const event = { type: 'logout-all' as const, at: START + 1000, id: 'all-out' };
    const ignored = { index: 0, status: 'ignored', reason: 'no_open_session', records: [] };
    expect((await books.send(event))[0]).toEqual(ignored);
    expect((await books.send(event))[0]).toEqual({ ...ignored, status: 'duplicate' });
    expect(books.usage().anomalies).toBe(0);
    await books.send({ user: 'a', at: START, licences: ['Recording'] });
    expect(books.counts()).toEqual({});
  });

  it.each([
    'logout-all',
    'lease',
    'scheduled log-off',
  ])('ORDER-40 sessions that end at one instant do so in the order in which they were opened, in whatever order they became known: %s', async (end) => {
    const [a, b, c] = ['a', 'b', 'c'].map((user, nth): EventInput => ({ user, at: END - 60_000 + nth * 1000, licences: ['Recording'] }));
    const everybody: EventInput = { type: 'logout-all', at: END - 2000 };
    const heard = ['b', 'a', 'c'].map((user): EventInput => ({ type: 'heartbeat', user, at: END - 4000, leaseMs: 2000 }));
    for (const logins of [
      [a, b, c],
      [c, b, a],
      [b, c, a],
    ] as EventInput[][]) {
      const books = await openTestBooks(END);
      await books.settings(end === 'scheduled log-off' ? { timeZone: 'Etc/UTC', scheduledLogOff: '08:00' } : {});
      if (end === 'logout-all') await books.send(everybody);
      for (const login of logins) await books.send(login);
      if (end === 'lease') await books.send(...heard);
      const { items = [] } = books.pipeline.committed.records(ORGANISATION, { limit: 100, order: 'asc', usageType: 'Released' }) ?? {};
      expect(items.map(({ user, inUse }) => `${user} ${inUse}`).sort()).toEqual(['a 2', 'b 1', 'c 0']);
    }
  });

  it('ORDER-21 a further device that comes late is one more holding shown', async () => {
    const books = await openTestBooks(END);
    await books.send(
      { user: 'a', at: START + 60_000, licences: ['Recording'] },
      { user: 'a', device: 'desktop', type: 'heartbeat', at: START + 90_000 },
    );
    await books.send({ user: 'a', device: 'deskphone', logonSource: 'Paired Device', at: START + 70_000, licences: ['Recording'] });
    expect(books.counts()).toEqual({ Recording: [1, 2] });
  });

  it('ORDER-22 what a request changes and changes back keeps its number, and no number is left out', async () => {
    const books = await openTestBooks(END);
    await books.settings({ entitlements: { Recording: { concurrent: 1, contingency: 1 } } });
    const at = (hours: number): number => START + hours * 3_600_000;
    const stay = (user: string, from: number, to: number) => [
      { user, at: at(from), licences: ['Recording'] },
      { type: 'logout' as const, user, at: at(to) },
    ];
    // c is over limit while a and b are there, and in contingency from the billing period's start on.
    await books.send(...stay('a', 5, 20), ...stay('b', 6, 40), ...stay('c', 7, 50));
    const before = books.pipeline.committed.records(ORGANISATION, { limit: 100, order: 'asc' })?.items ?? [];
    const answers = await books.send(...stay('d', 1, 10), ...stay('d', 2, 4), ...stay('e', 45, 46), ...stay('a', 6, 19));
    const all = books.pipeline.committed.records(ORGANISATION, { limit: 100, order: 'asc', superseded: true })?.items ?? [];
    expect(all.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(all.map((_, index) => index + 1));
    const old = new Map(before.map((record) => [record.seq, record]));
    for (const record of all) {
      const was = old.get(record.seq);
      if (was) expect({ ...record, flags: [], inUse: 0 }).toEqual({ ...was, flags: [], inUse: 0 });
    }
    expect(all.filter(({ seq }) => answers.some(({ records }) => records.includes(seq))).length).toBe(
      answers.flatMap((a) => a.records).length,
    );
    expect(all.filter(({ seq, flags }) => seq > before.length && flags.includes('superseded')).map(({ seq }) => seq)).toEqual(
      answers.flatMap(({ records }) => records).filter((seq) => all.some((r) => r.seq === seq && r.flags.includes('superseded'))),
    );
  });

  it('ORDER-25 whoever comes and goes at one instant found the pool as it was on the way, also where somebody is known late', async () => {
    const books = await openTestBooks(END);
    await books.settings({ entitlements: { Recording: { concurrent: 1, contingency: 0 } } });
    await books.send({ user: 'd', at: START + 7_200_000, licences: ['Recording'] });
    await books.send({ user: 'd', at: START + 7_200_000, licences: ['Agent Calls'] });
    await books.send({ user: 'a', at: START, licences: ['Recording'] });
    const records = books.pipeline.committed.records(ORGANISATION, { limit: 100, order: 'asc', licenceType: 'Recording' })?.items ?? [];
    expect(records.map(({ usageType, user, pool }) => [usageType, user, pool].join(' '))).toEqual([
      'Acquired a concurrent',
      'Acquired d over-limit',
      'Released d over-limit',
    ]);
  });

  it('ORDER-26 who came long ago and is still there shows everywhere at once, while rows of the past are still to be raised', async () => {
    const counting = countingRows();
    const books = await openTestBooks(END, counting.store, { effort: { atOnce: 5_000, perPiece: 2 } });
    const comings = Array.from({ length: 100 }, (_, nth) => ({
      user: 'a',
      type: nth % 2 === 0 ? ('login' as const) : ('logout' as const),
      at: START + nth * 600_000,
      ...(nth % 2 === 0 && { licences: ['Recording'] }),
    }));
    await books.send(...comings);
    counting.rows = 0;
    await books.send({ user: 'b', at: START + 60_000, licences: ['Recording'] });
    // A hundred rows lie behind it, and few of them were touched for the answer.
    expect(counting.rows).toBeLessThan(30);
    compareBuckets(books);
    const records = books.pipeline.committed.records(ORGANISATION, { limit: 1_000, order: 'desc', user: 'a' })?.items ?? [];
    // From the newest on; the very first was there before b came.
    expect(records.map(({ inUse }) => inUse)).toEqual(comings.map((_, nth) => 1 + (nth % 2)).with(-1, 1));
    const reports = books.pipeline.committed.reports(ORGANISATION);
    const days: (number | undefined)[] = [];
    for await (const list of reports?.history({ from: START, to: END, resolution: '1d' }) ?? [])
      days.push(...list.map((row) => row.inUse?.highest));
    expect(days).toEqual([2, 2, 1, 1]);
    expect(books.usage().licences[0]).toMatchObject({ inUse: 1, peak: { day: { value: 1 }, billingPeriod: { value: 1 } } });
    expect((await reports?.bill('2026-10'))?.licences[0]?.highWaterMark.instant).toEqual({ value: 2, at: '2026-10-30T20:01:00.000Z' });
  });

  it('ORDER-27 a late logout of everybody is answered before it is worked out where much lies behind it', async () => {
    const books = await openTestBooks(END, undefined, { effort: { atOnce: 4, perPiece: 2 } });
    const users = Array.from({ length: 6 }, (_, nth) => `u${nth}`);
    await books.send(...users.map((user, nth) => ({ user, at: START + nth * 1000, licences: ['Recording'] })));
    await books.send({ user: 'u0', at: START + 7_200_000, licences: ['Recording'] });
    const event = { type: 'logout-all' as const, at: START + 1500, id: 'all-out' };
    const [answer] = await books.send(event);
    expect(answer).toEqual({ index: 0, status: 'recorded', records: [], recomputing: true });
    expect((await books.send(event))[0]).toEqual({ index: 0, status: 'duplicate', records: [], recomputing: true });
    await books.recomputed();
    const released = books.pipeline.committed.records(ORGANISATION, { limit: 100, order: 'asc', eventId: 'all-out' })?.items ?? [];
    expect(released.map(({ user, loggedAt }) => [user, loggedAt])).toEqual([
      ['u0', '2026-10-30T20:00:01.500Z'],
      ['u1', '2026-10-30T20:00:01.500Z'],
    ]);
    expect(books.counts()).toEqual({ Recording: [5, 5] });
  });
});
