/** `GET O/levels`: steps for a chart, however far back is asked. */
import { expect, it } from 'vitest';
import { createMemoryStore } from '../../server/store/memory.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { settle } from '../support/let-pass.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-01-05T08:00:00Z');

const recording = async (books: TestBooks, from: number, to: number, points: number) => {
  const found = await books.pipeline.committed.steps(ORGANISATION, from, to, points);
  return found?.find(({ licenceType }) => licenceType === 'Recording') ?? { at: [], inUse: [] };
};

/** Somebody stays for good, and every day at nine another one comes for an hour. */
async function fourMonths(retention?: { recordsMonths: number }): Promise<TestBooks> {
  const books = await openTestBooks(START, createMemoryStore(), retention && { retention });
  await books.send({ user: 'stays', licences: ['Recording'] });
  for (let day = 0; day < 120; day++) {
    const at = START + day * DAY + 3_600_000;
    books.clock.jumpTo(at);
    await books.send({ user: 'daily', licences: ['Recording'], at });
    books.clock.jumpTo(at + 3_600_000);
    await books.send({ type: 'logout', user: 'daily' });
  }
  return books;
}

it('HIST-23 steps from before what is kept are levels that were there, and lose no peak', async () => {
  const [books, all] = [await fourMonths({ recordsMonths: 1 }), await fourMonths()];
  for (let round = 0; round < 40; round++) {
    await books.passTo(books.clock.now() + 1_100);
    await settle();
  }
  const [oldest] = books.store.range('entries', {});
  expect(oldest?.key[1]).toBeGreaterThan(START + 30 * DAY);
  const now = books.clock.now();
  const exact = await recording(all, START - DAY, now, 5_000);
  const levelAt = (at: number) => exact.inUse[exact.at.findLastIndex((each) => each <= at)] ?? 0;
  for (const from of [START - 400 * DAY, START - DAY, START + 1_800_000, START + 3 * DAY + 60_000, now - 20 * DAY, now]) {
    for (const to of [from + DAY, now, now + 10_000 * DAY]) {
      const last = Math.min(to - 1, now);
      if (last < from) continue;
      for (const points of [7, 1_000]) {
        const { at, inUse } = await recording(books, from, to, points);
        const where = `${new Date(from).toISOString()} ${new Date(to).toISOString()} ${points}`;
        expect([at[0], inUse.at(-1)], where).toEqual([from, levelAt(last)]);
        expect(inUse, where).toEqual(at.map(levelAt));
        const inside = exact.at.filter((each) => each >= from && each <= last);
        expect(Math.max(...inUse), where).toBe(Math.max(levelAt(from), ...inside.map(levelAt)));
        expect(at).toEqual([...new Set(at)].sort((a, b) => a - b));
      }
    }
  }
});
