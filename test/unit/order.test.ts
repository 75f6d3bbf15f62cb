import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effort } from '../../server/books/batch.ts';
import { formatInstant } from '../../shared/time.ts';
import { type EventInput, ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { compareBooks } from '../support/compare-books.ts';
import { compareBuckets } from '../support/compare-buckets.ts';
import type { NaiveEvent, NaiveSettings } from '../support/naive-books.ts';

/** Two and a half days around the start of a billing period; two of them around a change of the clocks. */
const WINDOWS = [
  { start: '2026-10-30T20:00:00Z', timeZone: 'Europe/London', billingPeriodStartDay: 1 },
  { start: '2026-10-24T11:00:00Z', timeZone: 'Europe/London', billingPeriodStartDay: 26 },
  { start: '2026-03-27T20:00:00Z', timeZone: 'Europe/London', billingPeriodStartDay: 28 },
  { start: '2026-10-31T01:00:00Z', timeZone: 'America/New_York', billingPeriodStartDay: 1 },
] as const;
const LENGTH = 60 * 3_600_000;
const TYPES = ['Recording', 'Agent Calls', 'Inbound Agent'];
const runs = Number(process.env['HIGHWATER_RUNS'] ?? 150);
const seed = Number(process.env['HIGHWATER_SEED'] ?? Date.now() % 1_000_000);
const replay = `HIGHWATER_SEED=${seed} HIGHWATER_RUNS=${runs} npx vitest run --project unit test/unit/order.test.ts`;

/** Milliseconds from the start of the window. Half of them on a coarse grid, so that several things happen at one instant. */
const instant = fc.oneof(
  fc.integer({ min: 0, max: LENGTH / 600_000 }).map((n) => n * 600_000),
  fc.integer({ min: 0, max: LENGTH }),
  // Around the billing period's start of the first and second window.
  fc.integer({ min: 27 * 3_600_000 + 3_300_000, max: 28 * 3_600_000 + 300_000 }),
);
const event: fc.Arbitrary<NaiveEvent> = fc.record(
  {
    type: fc.constantFrom('login' as const, 'login' as const, 'logout' as const, 'logout' as const, 'heartbeat' as const),
    user: fc.constantFrom('a', 'b', 'c', 'd'),
    device: fc.constantFrom('desktop', 'deskphone'),
    source: fc.constant('Agent Desktop'),
    at: instant,
    licences: fc.subarray(TYPES),
    leaseMs: fc.constantFrom(1_800_000, 43_200_000),
  },
  { requiredKeys: ['type', 'user', 'device', 'source', 'at'] },
);
const everybody: fc.Arbitrary<NaiveEvent> = instant.map((at) => ({
  type: 'logout-all',
  user: '',
  device: '',
  source: 'Scheduled Log Off',
  at,
}));
const clean = (item: NaiveEvent): NaiveEvent => {
  const { licences, leaseMs, ...rest } = item;
  if (item.type === 'login') return { ...rest, licences: licences ?? ['Recording'], ...(leaseMs !== undefined && { leaseMs }) };
  return item.type === 'heartbeat' && leaseMs !== undefined ? { ...rest, leaseMs } : rest;
};
const events = fc.array(fc.oneof({ weight: 12, arbitrary: event }, { weight: 1, arbitrary: everybody }).map(clean), {
  minLength: 1,
  maxLength: 40,
});
const sizes = fc.record({ concurrent: fc.integer({ min: 0, max: 3 }), contingency: fc.integer({ min: 0, max: 2 }) });
const settings = fc.array(
  fc.record(
    {
      from: instant,
      scheduledLogOff: fc.constantFrom('23:30', '01:30', '02:30'),
      entitlements: fc.dictionary(fc.constantFrom('Recording', 'Agent Calls'), sizes),
    },
    { requiredKeys: ['from', 'entitlements'] },
  ),
  { minLength: 1, maxLength: 3 },
);

/** A history somewhere in time: settings and events in the order of their receipt. */
const history = fc.record({ window: fc.constantFrom(...WINDOWS), settings, events }).map(({ window, ...given }) => {
  const { timeZone, billingPeriodStartDay } = window;
  const start = Date.parse(window.start);
  const versions = given.settings.map((item): NaiveSettings => ({ ...item, from: start + item.from, timeZone, billingPeriodStartDay }));
  return { start, end: start + LENGTH, versions, list: given.events.map((item) => ({ ...item, at: start + item.at })) };
});
type History = { start: number; end: number; versions: NaiveSettings[]; list: NaiveEvent[] };

const toInput = (item: NaiveEvent): EventInput => ({ ...item, logonSource: item.source });

async function putSettings(books: TestBooks, { from, ...value }: NaiveSettings): Promise<void> {
  await books.settings({ ...value, effectiveFrom: formatInstant(from) });
}

const check = (title: string, arbitraries: fc.Arbitrary<unknown>[], run: (...values: never[]) => Promise<void>) =>
  it(title, async () => {
    const property = fc.asyncProperty(...(arbitraries as [fc.Arbitrary<unknown>]), run as (value: unknown) => Promise<void>);
    await fc.assert(property, {
      numRuns: runs,
      seed,
      reporter: (details) => {
        if (details.failed) throw new Error(`${fc.defaultReportMessage(details)}\nReplay: ${replay}`, { cause: details.errorInstance });
      },
    });
  }, 120_000);

describe('order of arrival', () => {
  check(
    'ORDER-1 events that come in any order, long after, end in the books of a plain walk through them',
    [history, fc.integer({ min: 1, max: 7 })],
    async ({ end, versions, list }: History, batch: number) => {
      const books = await openTestBooks(end);
      for (const version of versions) await putSettings(books, version);
      for (let i = 0; i < list.length; i += batch) await books.send(...list.slice(i, i + batch).map(toInput));
      await compareBooks(books, versions, list);
    },
  );

  check(
    'ORDER-2 with the clock running, events up to hours late, crashes and downtimes between them, the books are the same',
    [history, fc.infiniteStream(fc.integer({ min: 0, max: 10_800_000 })), fc.infiniteStream(fc.constantFrom(null, null, 0, 900_000))],
    async ({ start, versions, list }: History, delays: Iterator<number>, downtimes: Iterator<number | null>) => {
      const books = await openTestBooks(start);
      for (const version of versions) await putSettings(books, version);
      const arriving = list
        .map((item) => ({ item, arrival: item.at + (delays.next().value as number) }))
        .sort((a, b) => a.arrival - b.arrival);
      const received: NaiveEvent[] = [];
      for (const { item, arrival } of arriving) {
        await books.passTo(Math.max(arrival, books.clock.now()));
        const downtime = downtimes.next().value as number | null;
        if (downtime !== null) await books.restart(downtime);
        await books.send(toInput(item));
        received.push(item);
      }
      await compareBooks(books, versions, received);
    },
  );

  check(
    'ORDER-3 settings that come after the events they are about change the past as if they had been there',
    [history],
    async ({ end, versions, list }: History) => {
      const books = await openTestBooks(end);
      const half = Math.ceil(list.length / 2);
      await books.send(...list.slice(0, half).map(toInput));
      for (const version of versions) await putSettings(books, version);
      await books.send(...list.slice(half).map(toInput));
      await compareBooks(books, versions, list);
    },
  );

  check(
    'ORDER-16 what is too much for one batch is worked out again in pieces, while events, settings and crashes come between, with the same end',
    [
      history,
      fc.record({ atOnce: fc.integer({ min: 0, max: 4 }), perPiece: fc.integer({ min: 1, max: 6 }) }),
      fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
      fc.infiniteStream(fc.constantFrom(null, null, null, 0, 900_000)),
    ],
    async ({ start, end, versions, list }: History, effort: Effort, pieces: Iterator<number>, downtimes: Iterator<number | null>) => {
      const books = await openTestBooks(start, undefined, { effort });
      const received: NaiveEvent[] = [];
      const told: NaiveSettings[] = [];
      // The first half in time as it happens, the other half all over the past, with the settings among it.
      const live = list.slice(0, Math.ceil(list.length / 2)).toSorted((a, b) => a.at - b.at);
      const step = async (what: () => Promise<unknown>): Promise<void> => {
        await what();
        for (let i = pieces.next().value as number; i > 0; i--) await books.pipeline.ingest([]);
      };
      for (const item of live) {
        await step(async () => {
          await books.passTo(Math.max(item.at, books.clock.now()));
          await books.send(toInput(item));
          received.push(item);
        });
      }
      await books.passTo(end);
      const late = list.slice(live.length);
      for (let i = 0; i < Math.max(late.length, versions.length); i++) {
        const downtime = downtimes.next().value as number | null;
        if (downtime !== null) await books.restart(downtime);
        const [item, version] = [late[i], versions[i]];
        if (version) {
          await step(() => putSettings(books, version));
          told.push(version);
        }
        if (item) {
          await step(() => books.send(toInput(item)));
          received.push(item);
        }
      }
      await books.recomputed();
      await compareBooks(books, told, received);
      compareBuckets(books);
    },
  );

  it('ORDER-38 an assignment counts from its `effectiveFrom`, also in the past and in the future, the first one from the beginning', async () => {
    const start = Date.parse('2026-11-02T08:00:00Z');
    const at = (hours: number) => start + hours * 3_600_000;
    const books = await openTestBooks(at(10));
    const assign = (userType: string, from?: number) =>
      books.pipeline.putUsers(
        ORGANISATION,
        [
          {
            user: 'a',
            assignment: { name: userType, userType, serviceFeatures: [] },
            ...(from !== undefined && { effectiveFrom: formatInstant(from) }),
          },
        ],
        null,
      );
    await books.settings({});
    for (const hours of [1, 3, 5]) {
      await books.send({ user: 'a', at: at(hours), logonSource: 'Agent Desktop' });
      await books.send({ type: 'logout', user: 'a', at: at(hours) + 1000, logonSource: 'Agent Desktop' });
    }
    await assign('Inbound Agent', at(4));
    await assign('Supervisor', at(3));
    await assign('UC User', at(5));
    await assign('Meeting Room', at(12));
    await books.send({ user: 'a', at: at(10), logonSource: 'Agent Desktop' });
    await books.passTo(at(12));
    await books.send({ user: 'a', at: at(12), logonSource: 'Agent Desktop' });
    const records = books.pipeline.committed.records(ORGANISATION, { limit: 100, order: 'asc' })?.items ?? [];
    const acquired = records.filter(({ usageType }) => usageType === 'Acquired');
    expect(acquired.map(({ licenceType }) => licenceType)).toEqual(['Inbound Agent', 'Supervisor', 'UC User', 'UC User', 'Meeting Room']);
    expect(acquired.map(({ userType }) => userType)).toEqual(['Inbound Agent', 'Supervisor', 'UC User', 'UC User', 'Meeting Room']);
    const changes = (await books.pipeline.committed.changes(ORGANISATION, { limit: 10 }))?.items ?? [];
    expect(changes.map(({ after }) => after)).toContainEqual(expect.objectContaining({ effectiveFrom: '2026-11-02T20:00:00.000Z' }));
  });
});
