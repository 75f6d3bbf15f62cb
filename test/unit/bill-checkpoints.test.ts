import { expect, it } from 'vitest';
import { type KnownPeriod, keepCheckpoint } from '../../server/billing/bill-cache.ts';
import { LevelLine } from '../../server/billing/level-line.ts';
import type { BillNow } from '../../shared/statements.ts';
import { type EventInput, ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { countingStore } from '../support/counting-store.ts';

const START = Date.parse('2026-11-02T08:00:00Z');
const HOUR = 3_600_000;

const billOf = async (books: TestBooks): Promise<BillNow> =>
  (await books.pipeline.committed.reports(ORGANISATION)?.bill('2026-11')) as BillNow;

it('BILL-10 a bill is kept on the way, so that after a start only what came since is read; what comes late drops it', async () => {
  const store = countingStore();
  const books = await openTestBooks(START, store);
  const events = Array.from({ length: 18_000 }, (_, n): EventInput => {
    const at = START + n * 1_000;
    return n % 2 === 0
      ? { user: `u${(n * 7) % 97}`, device: `d${n}`, licences: ['Recording', 'Agent Calls'], at }
      : { type: 'logout', user: `u${((n - 1) * 7) % 97}`, device: `d${n - 1 - (n % 300 === 299 ? 2 : 0)}`, at };
  });
  await books.passTo(START + 18_000_000);
  for (let n = 0; n < events.length; n += 6_000) await books.send(...events.slice(n, n + 6_000));
  await books.passTo(START + 6 * HOUR);
  const keep = async () => {
    const read = await books.pipeline.committed.reports(ORGANISATION)?.readOn(books.clock.now());
    if (read) await books.pipeline.keepBillCheckpoint(ORGANISATION, read);
    return read !== null;
  };
  expect(await keep()).toBe(true);
  expect(await keep()).toBe(false);
  const bill = await billOf(books);
  const readIn = async (): Promise<[entries: number, bill: BillNow]> => {
    await books.restart();
    store.entries = 0;
    const found = await billOf(books);
    return [store.entries, found];
  };
  const [few, again] = await readIn();
  expect(again).toEqual(bill);
  expect(few).toBeLessThan(2_500);

  await books.send({ user: 'late', licences: ['Recording'], at: START + 1_800_000 });
  expect([...store.range('billCheckpoints', {})]).toEqual([]);
  const [all, later] = await readIn();
  expect(all).toBeGreaterThan(18_000);
  expect(later.licences[0]?.secondsAtOrAbove.length).toBeGreaterThan(0);
  expect(later).not.toEqual(bill);
  expect(await keep()).toBe(true);
  await books.send({ user: 'now', licences: ['Recording'] });
  expect([...store.range('billCheckpoints', {})]).toHaveLength(1);
  const [fewAgain, newest] = await readIn();
  expect(fewAgain).toBeLessThan(2_500);
  await store.commit([{ table: 'billCheckpoints', key: [...store.range('billCheckpoints', {})][0]?.key ?? [], value: undefined }]);
  const [, fresh] = await readIn();
  expect(newest).toEqual(fresh);
  // Kept on another clock it is of no use.
  await keep();
  await books.settings({ timeZone: 'Asia/Kathmandu' });
  const [, elsewhere] = await readIn();
  expect(elsewhere.start).toBe('2026-10-31T18:15:00.000Z');
});

it('BILL-12 what is kept of bills is bounded by how much it holds; the last place stays', () => {
  const known: KnownPeriod = { organisation: ORGANISATION, checkpoints: [], moments: new Map() };
  const line = new LevelLine(0, [0, 0, 0, 0], (at) => at + 1);
  for (let level = 1; level < 50; level++) {
    line.reach(level);
    line.change([1, 1, 0, 0]);
  }
  for (let n = 1; n <= 20; n++)
    keepCheckpoint(known, { next: ['129', n], entries: n, lines: new Map([['Recording', line]]) }, 5 * line.size);
  expect(known.checkpoints.length).toBeLessThanOrEqual(5);
  expect(known.checkpoints.at(-1)?.entries).toBe(20);
  keepCheckpoint(known, { next: ['129', 21], entries: 21, lines: new Map([['Recording', line]]) }, 1);
  expect(known.checkpoints.map(({ entries }) => entries)).toEqual([21]);
});

it('BILL-9 a bill is read on where more are in use than a call takes arguments', () => {
  const many = 150_000;
  const line = new LevelLine(0, [0, 0, 0, 0], (at) => at + 300_000);
  for (let at = 1; at <= many; at++) {
    line.reach(at);
    line.change([1, 1, 0, 0]);
  }
  const readOn = line.copy();
  readOn.finish(many + 1);
  expect(readOn.mark).toEqual({ value: many, at: many, heldMs: 1 });
  expect(readOn.firstAtOrAbove(many - 1)).toBe(many - 1);
});
