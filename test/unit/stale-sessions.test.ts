import fc from 'fast-check';
import TinyQueue from 'tinyqueue';
import { describe, expect, it } from 'vitest';
import { createOrganisation } from '../../server/books/organisation.ts';
import { type Aging, watchAge } from '../../server/books/stale-sessions.ts';
import type { StoredSession } from '../../server/books/stored.ts';
import type { Session } from '../../server/licensing/sessions.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import { below, type Store, StoreFullError } from '../../server/store/store.ts';
import type { EventType } from '../../shared/events.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { property } from '../support/seeded.ts';

const day = (time: string) => Date.parse(`2020-03-06T${time}Z`);
const MINUTE = 60_000;

const listed = async ({ pipeline }: TestBooks) =>
  (await pipeline.committed.anomalies(ORGANISATION, { limit: 1_000, kind: 'stale_session' }))?.items ?? [];
const stale = async (books: TestBooks): Promise<string[]> => (await listed(books)).map(({ user, at }) => `${user} ${at.slice(11, 19)}`);

/** User, device and start of what has ended, to its end by the books as they are now. */
const endsOfSessions = ({ pipeline }: TestBooks): Map<string, number> => {
  const { items = [] } = pipeline.committed.records(ORGANISATION, { limit: 1_000, order: 'asc', usageType: 'Released' }) ?? {};
  return new Map(
    items.map(({ user, device, loggedAt, heldSeconds }) => {
      const at = Date.parse(loggedAt);
      return [`${user} ${device} ${at - Math.round((heldSeconds ?? 0) * 1_000)}`, at];
    }),
  );
};

const anyEvent = fc.record({
  type: fc.constantFrom<EventType>('login', 'login', 'heartbeat', 'logout', 'logout-all'),
  user: fc.constantFrom('a', 'b', 'c'),
  device: fc.constantFrom('x', 'y'),
  ago: fc.constantFrom(0, 0, 1, 30, 90, 200),
  leaseMs: fc.constantFrom(undefined, 20 * MINUTE, 70 * MINUTE),
});
const anyTime = fc.record({ isDown: fc.boolean(), minutes: fc.integer({ min: 1, max: 80 }) });
const anySettings = fc.record({ set: fc.constantFrom(null, 600, 3600, 7200) });

describe('sessions that have been open for too long', () => {
  it('LIC-12 are listed by the settings in force, also those that were given for later', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.settings({ staleAfterSeconds: 86_400 });
    await books.send({ user: 'a', licences: ['Recording'] });
    await books.settings({ staleAfterSeconds: 3600, effectiveFrom: '2020-03-06T09:30:00Z' });
    await books.passTo(day('09:29:59'));
    expect(await stale(books)).toEqual([]);
    await books.passTo(day('09:30:01'));
    expect(await stale(books)).toEqual(['a 09:00:00']);
  });

  it('LIC-12 are listed too where an import opened them', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.settings({ staleAfterSeconds: 3600 });
    await books.passTo(day('08:10:00'));
    const row = { user: 'a', device: 'desktop', deviceNamed: false, licenceType: 'Recording', logonSource: 'Agent Desktop' };
    const at = day('08:05:00');
    await books.pipeline.importRows(ORGANISATION, [{ ...row, kind: 'import-acquired', at, content: 'row', occurrence: 0 }]);
    await books.passTo(day('09:05:01'));
    expect(await stale(books)).toEqual(['a 09:05:00']);
  });

  it('LIC-12 are listed at once where a late event shows them, and not where it ended them', async () => {
    const books = await openTestBooks(day('12:00:00'));
    await books.settings({ staleAfterSeconds: 3600 });
    await books.send({ user: 'new', licences: ['Recording'] });
    await books.send({ user: 'late', licences: ['Recording'], at: day('09:00:00') });
    expect(await stale(books)).toEqual(['late 10:00:00']);
    await books.send({ user: 'short', licences: ['Recording'], at: day('11:30:00') });
    await books.send({ type: 'logout', user: 'short', at: day('12:00:00') });
    await books.passTo(day('13:00:01'));
    expect(await stale(books)).toEqual(['late 10:00:00', 'new 13:00:00']);
  });

  it('LIC-12 are taken off the list where something late shows that they ended in time, and come back where they did not', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.settings({ staleAfterSeconds: 3600 });
    for (const user of ['a', 'b', 'c', 'd']) await books.send({ user, licences: ['Recording'] });
    await books.passTo(day('09:30:00'));
    expect(await stale(books)).toHaveLength(4);
    await books.send({ type: 'logout', user: 'a', at: day('08:59:00') }, { type: 'logout', user: 'b', at: day('09:10:00') });
    expect(await stale(books)).toEqual(['b 09:00:00', 'c 09:00:00', 'd 09:00:00']);
    await books.send({ type: 'heartbeat', user: 'd', at: day('08:01:00'), leaseMs: 30 * MINUTE });
    expect(await stale(books)).toEqual(['b 09:00:00', 'c 09:00:00']);
    await books.send({ type: 'heartbeat', user: 'd', at: day('08:20:00'), leaseMs: 120 * MINUTE });
    expect(await stale(books)).toEqual(['b 09:00:00', 'c 09:00:00', 'd 09:00:00']);
    await books.send({ type: 'logout-all', at: day('08:45:00') });
    expect(await stale(books)).toEqual([]);
  });

  it('LIC-12 are listed where a lease turns out to have gone on, though it was thought to have ended in time', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.settings({ staleAfterSeconds: 3600 });
    await books.send({ user: 'a', licences: ['Recording'], leaseMs: 30 * MINUTE });
    await books.passTo(day('09:00:01'));
    expect([books.counts(), await stale(books)]).toEqual([{}, []]);
    await books.send({ type: 'heartbeat', user: 'a', at: day('08:29:00'), leaseMs: 120 * MINUTE });
    expect(await stale(books)).toEqual(['a 09:00:00']);
  });

  it('LIC-12 are listed where they were logged off later on, all of it while Highwater was down', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.settings({ staleAfterSeconds: 3600, scheduledLogOff: '10:00' });
    await books.send({ user: 'a', licences: ['Recording'] });
    await books.restart(180 * MINUTE);
    expect([books.counts(), await stale(books)]).toEqual([{}, ['a 09:00:00']]);
  });

  it('LIC-12 are not listed when they end at the very instant', async () => {
    const books = await openTestBooks(day('09:00:00'));
    await books.settings({ staleAfterSeconds: 3600, scheduledLogOff: '10:00' });
    await books.send({ user: 'a', licences: ['Recording'] });
    await books.passTo(day('10:00:01'));
    expect([books.counts(), await stale(books)]).toEqual([{}, []]);
  });

  it('LIC-12 are found again when memory was thrown away with a batch that the store did not take', async () => {
    const memory = createMemoryStore();
    let isFull = false;
    const store: Store = { ...memory, commit: (writes) => (isFull ? Promise.reject(new StoreFullError('full')) : memory.commit(writes)) };
    const books = await openTestBooks(day('08:00:00'), store, { errors: 'expected' });
    await books.settings({ staleAfterSeconds: 3600 });
    await books.send({ user: 'a', licences: ['Recording'] });
    isFull = true;
    await expect(books.send({ user: 'b', licences: ['Recording'] })).rejects.toThrow('Nothing was recorded');
    isFull = false;
    books.clock.advanceTo(day('08:00:05'));
    await expect.poll(() => books.pipeline.health().state).toBe('ready');
    await books.passTo(day('09:00:06'));
    expect(await stale(books)).toEqual(['a 09:00:00']);
  });

  it('LIC-12 those that have gone are not kept in mind for good', () => {
    const organisation = createOrganisation(ORGANISATION, [], {
      anomalies: 0,
      lastEventAt: null,
      timersRunTo: 0,
      newestAt: 0,
      lastSweepAt: 0,
      sinceMark: 0,
      ahead: [],
    });
    organisation.ages = { afterMs: MINUTE, queue: new TinyQueue<Aging>([], (a, b) => a.since - b.since), known: new Map() };
    const devices = new Map<string, Session>();
    organisation.users.set('a', { devices, counted: 1, sinceSnapshot: 0 });
    organisation.sessions = 1;
    for (let id = 1; id < 5_000; id++) {
      const session = { id, device: 'desktop', source: 'Agent Desktop', since: id, lastHeardAt: id, leaseMs: null, holdings: [] };
      devices.set('desktop', session);
      watchAge(organisation, 'a', session);
      watchAge(organisation, 'a', session);
    }
    expect(organisation.ages.queue.length).toBeLessThan(1_100);
    expect(organisation.ages.known.size).toBe(organisation.ages.queue.length);
  });

  property(
    'LIC-12 whoever is seen to be there for too long is listed, unless it turns out to have ended in time, and nobody twice for one instant',
    30,
    fc.array(fc.oneof({ weight: 3, arbitrary: anyEvent }, anyTime, anySettings), { minLength: 5, maxLength: 40 }),
    async (acts) => {
      const books = await openTestBooks(day('08:00:00'));
      let after = 3600;
      const seen = new Map<string, { at: number; session: string }>();
      const look = (): void => {
        for (const { key, value } of books.store.range<StoredSession>('sessions', below(ORGANISATION))) {
          const at = value.since + after * 1_000;
          const session = `${key[1]} ${key[2]} ${value.since}`;
          if (at <= books.clock.now()) seen.set(`${key[1]} ${key[2]} ${new Date(at).toISOString()}`, { at, session });
        }
      };
      await books.settings({ staleAfterSeconds: after });
      for (const act of acts) {
        await books.passTo(books.clock.now() + 7);
        if ('set' in act) {
          after = act.set ?? Number.POSITIVE_INFINITY;
          await books.settings(act.set === null ? {} : { staleAfterSeconds: act.set });
        } else if ('type' in act) {
          const { ago, leaseMs, ...event } = act;
          const at = books.clock.now() - ago * MINUTE;
          await books.send({ ...event, at, licences: ['Recording'], ...(leaseMs && { leaseMs }) });
        } else if (act.isDown) {
          await books.restart(act.minutes * MINUTE);
        } else {
          await books.passTo(books.clock.now() + act.minutes * MINUTE);
        }
        look();
      }
      const found = (await listed(books)).map(({ user, device, at }) => `${user} ${device} ${at}`);
      expect(found).toEqual([...new Set(found)]);
      const ends = endsOfSessions(books);
      const endedInTime = ([, { at, session }]: [string, { at: number; session: string }]) => (ends.get(session) ?? Infinity) <= at;
      expect([...seen].filter((one) => found.includes(one[0]) === endedInTime(one))).toEqual([]);
    },
  );
});
