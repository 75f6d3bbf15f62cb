/** Random histories of a handful of people, around instants at which something about the calendar happens. */
import fc from 'fast-check';
import { formatInstant } from '../../shared/time.ts';
import type { EventInput, TestBooks } from './books.ts';
import { type NaiveEvent, type NaiveResult, type NaiveSettings, naiveBooks } from './naive-books.ts';

export interface Scene {
  name: string;
  timeZone: string;
  billingPeriodStartDay: number;
  start: number;
  end: number;
}

const scene = (name: string, timeZone: string, billingPeriodStartDay: number, start: string, end: string): Scene => ({
  name,
  timeZone,
  billingPeriodStartDay,
  start: Date.parse(start),
  end: Date.parse(end),
});

export const SCENES: Scene[] = [
  scene('spring', 'Europe/London', 28, '2026-03-27T20:00:00Z', '2026-03-30T08:00:00Z'),
  scene('autumn', 'Europe/London', 25, '2026-10-23T20:00:00Z', '2026-10-26T08:00:00Z'),
  scene('half an hour', 'Australia/Lord_Howe', 5, '2026-04-03T20:00:00Z', '2026-04-05T22:00:00Z'),
  scene('a quarter to', 'Asia/Kathmandu', 1, '2026-06-29T20:00:00Z', '2026-07-01T08:00:00Z'),
  scene('forty-four and a half minutes', 'Africa/Monrovia', 7, '1972-01-05T20:00:00Z', '1972-01-08T08:00:00Z'),
];

export const TYPES = ['Recording', 'Agent Calls', 'Inbound Agent'];
export const USERS = ['a', 'b', 'c', 'd'];

export interface Centre {
  scene: Scene;
  settings: NaiveSettings;
  events: NaiveEvent[];
  /** How many events a request holds, and how the daemon gets to know of them. */
  batch: number;
  live: boolean;
}

const MINUTE = 60_000;

function eventsOf({ start, end }: Scene): fc.Arbitrary<NaiveEvent[]> {
  // Much of it on the grid of the buckets, so that edges and instants with several events are met.
  const instant = fc.oneof(
    fc.integer({ min: 0, max: (end - start) / (30 * MINUTE) }).map((n) => start + n * 30 * MINUTE),
    fc.integer({ min: 0, max: (end - start) / (5 * MINUTE) }).map((n) => start + n * 5 * MINUTE),
    fc.integer({ min: start, max: end }),
  );
  const event = fc.record({
    type: fc.constantFrom('login' as const, 'login' as const, 'logout' as const),
    user: fc.constantFrom(...USERS),
    device: fc.constantFrom('desktop', 'deskphone'),
    login: fc.constantFrom('Agent Desktop', 'Paired Device'),
    logout: fc.constantFrom('Agent Desktop', 'Agent Desktop Connection Lost', 'Soft Client Forced Log Off'),
    at: instant,
    licences: fc.subarray(TYPES, { minLength: 1 }),
    leaseMs: fc.constantFrom(undefined, undefined, 7_200_000),
  });
  return fc.array(
    event.map(({ licences, leaseMs, login, logout, ...rest }): NaiveEvent => {
      if (rest.type === 'logout') return { ...rest, source: logout };
      return { ...rest, source: login, licences, ...(leaseMs !== undefined && { leaseMs }) };
    }),
    { minLength: 1, maxLength: 40 },
  );
}

const sizes = fc.record({ concurrent: fc.integer({ min: 0, max: 2 }), contingency: fc.integer({ min: 0, max: 2 }) });

export const centres: fc.Arbitrary<Centre> = fc.constantFrom(...SCENES).chain((where) =>
  fc.record({
    scene: fc.constant(where),
    settings: fc.dictionary(fc.constantFrom(...TYPES), sizes).map(
      (entitlements): NaiveSettings => ({
        from: where.start,
        timeZone: where.timeZone,
        billingPeriodStartDay: where.billingPeriodStartDay,
        entitlements,
      }),
    ),
    events: eventsOf(where),
    batch: fc.integer({ min: 1, max: 9 }),
    live: fc.boolean(),
  }),
);

const toInput = (item: NaiveEvent): EventInput => ({ ...item, logonSource: item.source });

/** Lets the books live through it: with the clock running, or everything afterwards and in any order. */
export async function play(books: TestBooks, { settings, events, batch, live }: Centre): Promise<NaiveResult> {
  const { from, ...value } = settings;
  await books.settings({ ...value, effectiveFrom: formatInstant(from) });
  const received = live ? events.toSorted((a, b) => a.at - b.at) : events;
  for (let i = 0; i < received.length; i += batch) {
    const request = received.slice(i, i + batch);
    if (live) await books.passTo(Math.max(books.clock.now(), ...request.map((event) => event.at)));
    await books.send(...request.map(toInput));
  }
  return naiveBooks([settings], received, books.clock.now());
}
