import { expect, it } from 'vitest';
import { streamText } from '../../server/http/json-stream.ts';
import { readAnomalies } from '../../server/reports/anomalies.ts';
import { readChanges } from '../../server/reports/changes.ts';
import { Turns } from '../../server/reports/turns.ts';
import { runInPieces } from '../../server/reports/work.ts';
import { ORGANISATION, openTestBooks } from '../support/books.ts';

it('REPORT-28 of many long reads one does a piece in each round, and each comes to its turn', async () => {
  const turns = new Turns();
  const done: number[] = [];
  function* work(nth: number) {
    for (let piece = 0; piece < 3; piece++) {
      yield;
      done.push(nth);
    }
  }
  const all = Promise.all([0, 1, 2, 3].map((nth) => runInPieces(work(nth), turns)));
  const perRound: number[] = [];
  for (let before = 0; done.length < 12; before = done.length) {
    await new Promise((resolve) => setImmediate(resolve));
    perRound.push(done.length - before);
  }
  await all;
  expect(Math.max(...perRound)).toBe(1);
  expect(done).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
});

it('REPORT-28 what is rare among anomalies and changes is looked for with rests, and pages follow one another', async () => {
  const books = await openTestBooks(Date.parse('2026-11-24T08:00:00Z'));
  const { store } = books;
  await books.settings({});
  const many = 3_000;
  await books.send(...Array.from({ length: many }, (_, n) => ({ type: 'logout' as const, user: `u${n}` })), { licences: [] });
  const users = Array.from({ length: many }, (_, n) => ({ user: `u${n}`, assignment: { serviceFeatures: [] } }));
  await books.pipeline.putUsers(ORGANISATION, users, null);
  const read = <T>(work: Generator<void, T, void>): { rests: number; result: T } => {
    for (let rests = 0; ; rests++) {
      const step = work.next();
      if (step.done) return { rests, result: step.value };
    }
  };
  const rare = read(readAnomalies(store, ORGANISATION, { limit: 10, kind: 'nothing_to_acquire' }));
  expect(rare.rests).toBeGreaterThanOrEqual(2);
  expect(rare.result.items).toHaveLength(1);
  const oldest = read(readChanges(store, ORGANISATION, { limit: 10, user: 'u0' }));
  expect(oldest.rests).toBeGreaterThanOrEqual(2);
  expect(oldest.result.items.map(({ user }) => user)).toEqual(['u0']);
  // Back over the edges of what is read in one go, none twice and none left out.
  const all: (string | null)[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { items, nextCursor } = read(readChanges(store, ORGANISATION, { limit: 700, ...(cursor && { cursor }) })).result;
    all.push(...items.map(({ user }) => user));
    cursor = nextCursor;
  }
  expect(all).toEqual([...users.map(({ user }) => user).reverse(), null]);
});

it('FAULT-8 of an answer that nobody takes no more is made than what is taken next', async () => {
  let made = 0;
  let given = false;
  async function* pieces(): AsyncGenerator<string, void, void> {
    try {
      for (;;) {
        made++;
        yield 'x'.repeat(100_000);
      }
    } finally {
      given = true;
    }
  }
  const answer = await streamText({ log: { error: () => {} } }, pieces(), {});
  for (let round = 0; round < 100; round++) await new Promise((resolve) => setImmediate(resolve));
  expect(made).toBeLessThanOrEqual(2);
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  for (let nth = 0; nth < 5; nth++) await reader.read();
  expect(made).toBeLessThanOrEqual(7);
  await reader.cancel();
  expect(given).toBe(true);
});
