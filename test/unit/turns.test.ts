import { expect, it } from 'vitest';
import { streamText } from '../../server/http/json-stream.ts';
import { Turns } from '../../server/reports/turns.ts';
import { runInPieces } from '../../server/reports/work.ts';

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
