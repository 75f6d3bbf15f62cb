import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openPipeline } from '../../server/pipeline.ts';
import { createBallast } from '../../server/store/ballast.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { Store } from '../../server/store/store.ts';
import { verifyStore } from '../../server/verify/verify.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import { ORGANISATION, openTestBooks } from '../support/books.ts';
import { settle } from '../support/let-pass.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const DAY = 86_400_000;

it('STORE-27 a commit that hangs for ten seconds is told, one that hangs for a minute ends the process; one that comes back is taken', async () => {
  const clock = createManualClock(START);
  const memory = createMemoryStore();
  let release = () => {};
  let hangs = false;
  const fatal: unknown[] = [];
  const pipeline = await openPipeline({
    store: {
      ...memory,
      commit: async (writes) => {
        if (hangs) await new Promise<void>((resolve) => (release = resolve));
        await memory.commit(writes);
      },
    },
    clock,
    catalogue: BUILT_IN_CATALOGUE,
    randomId: () => 'epoch-1',
    log: { info: () => {}, error: () => {} },
    onFatal: (error) => fatal.push(error),
  });
  await pipeline.ingest([]);
  hangs = true;
  const answered = pipeline.ingest([]);
  await settle();
  clock.advanceTo(START + 9_900);
  expect(pipeline.health().state).toBe('ready');
  clock.advanceTo(START + 10_100);
  expect(pipeline.health()).toMatchObject({ state: 'degraded', reasons: [expect.stringContaining('does not answer')] });
  hangs = false;
  release();
  await answered;
  expect(pipeline.health().state).toBe('ready');
  hangs = true;
  pipeline.ingest([]).catch(() => {});
  await settle();
  clock.advanceTo(clock.now() + 61_000);
  expect(fatal).toHaveLength(1);
});

it('LIC-3 whose lease ended in a batch that hung has left, whatever comes late; who was not heard while it hung gets another chance', async () => {
  const memory = createMemoryStore();
  let release = () => {};
  let hangs = false;
  const commit: Store['commit'] = async (writes) => {
    if (hangs) await new Promise<void>((resolve) => (release = resolve));
    await memory.commit(writes);
  };
  const books = await openTestBooks(START, { ...memory, commit });
  const leaseMs = 60_000;
  await books.send({ user: 'gone', licences: ['Recording'], leaseMs });
  await books.passTo(START + 30_000);
  await books.send({ user: 'there', licences: ['Conferencing'], leaseMs });
  await books.passTo(START + 55_000);
  hangs = true;
  books.clock.advanceTo(START + leaseMs);
  await settle();
  books.clock.advanceTo(START + 95_000);
  hangs = false;
  release();
  await settle();
  await books.send();
  await books.send({ user: 'gone', device: 'deskphone', licences: ['Agent Calls'], at: START + 1 });
  const { items } = books.pipeline.committed.records(ORGANISATION, { limit: 100, order: 'asc', superseded: true }) ?? { items: [] };
  const ends = items.filter(({ user, usageType }) => user === 'gone' && usageType === 'Released');
  expect(ends.map(({ loggedAt, licenceType, flags }) => [loggedAt, licenceType, flags])).toEqual([
    ['2026-11-24T08:01:00.000Z', 'Recording', []],
  ]);
  await books.passTo(START + 95_000 + leaseMs - 1);
  expect(books.counts()).toMatchObject({ Conferencing: [1, 1] });
  await books.passTo(START + 95_000 + leaseMs);
  expect(books.counts()).not.toHaveProperty('Conferencing');
  expect(verifyStore(books.store).differences).toEqual([]);
});

it('STORE-28 the ballast is made where there is room for it, given up at once, and made again', () => {
  const directory = tempDir();
  onTestFinished(directory.remove);
  const file = join(directory.path, 'ballast');
  const ballast = createBallast(directory.path, 100_000, 1_000_000);
  ballast.make(1_100_000);
  expect(existsSync(file)).toBe(false);
  ballast.make(1_300_000);
  expect(statSync(file).blocks * 512).toBeGreaterThanOrEqual(100_000);
  expect(ballast.owed()).toBe(0);
  ballast.release();
  ballast.release();
  // What it gave is not for recording: a disk with just that is still a full one.
  expect([ballast.owed(), existsSync(file)]).toEqual([100_000, false]);
  ballast.make(2_000_000);
  expect([ballast.owed(), existsSync(file)]).toEqual([0, true]);
  const another = createBallast(directory.path, 100_000, 0);
  another.release();
  expect([another.owed(), existsSync(file)]).toEqual([100_000, false]);
  const nowhere = join(directory.path, 'file');
  writeFileSync(nowhere, '');
  mkdirSync(join(directory.path, 'none'));
  createBallast(join(directory.path, 'none'), 0, 0).make(9e9);
  expect(existsSync(join(directory.path, 'none', 'ballast'))).toBe(false);
});

it('STORE-28 on a full disk what is kept no longer goes, and nothing else is recorded', async () => {
  const memory = createMemoryStore();
  const disk = { room: true };
  const store = { ...memory, hasRoom: () => disk.room };
  const books = await openTestBooks(START, store, { retention: { recordsMonths: 1 }, errors: 'expected' });
  await books.send({ user: 'a', licences: ['Recording'] }, { user: 'a', type: 'logout' });
  disk.room = false;
  books.clock.jumpTo(START + 100 * DAY);
  for (let round = 0; round < 40; round++) {
    books.clock.advanceTo(books.clock.now() + 2_100);
    await settle(10);
  }
  expect(books.pipeline.health().state).toBe('degraded');
  await expect(books.send({ user: 'b', licences: ['Recording'] })).rejects.toThrow('full');
  expect([...memory.range('entries', {})]).toEqual([]);
  disk.room = true;
  books.clock.advanceTo(books.clock.now() + 2_100);
  await settle();
  expect((await books.send({ user: 'b', licences: ['Recording'] }))[0]?.status).toBe('recorded');
});
