import { expect, it } from 'vitest';
import { NotRecordingError } from '../../server/pipeline-types.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import { type Store, StoreFullError, StoreReadOnlyError } from '../../server/store/store.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const [MINUTE, HOUR] = [60_000, 3_600_000];

interface Disk {
  full: boolean;
  room: boolean;
}

/** A disk that is full, or nearly, on command. */
function fragile(): { store: Store; disk: Disk } {
  const disk = { full: false, room: true };
  const store = createMemoryStore();
  const commit = store.commit.bind(store);
  return {
    disk,
    store: {
      ...store,
      hasRoom: () => disk.room,
      commit: (writes) => (disk.full ? Promise.reject(new StoreFullError('no space')) : commit(writes)),
    },
  };
}

it('STORE-9 while the disk is full nothing is recorded and nothing of it is left behind; reads go on; it recovers by itself', async () => {
  const { store, disk } = fragile();
  const books = await openTestBooks(START, store, { errors: 'expected' });
  await books.send({ user: 'a', licences: ['Recording'], id: '1' });
  disk.full = true;
  await expect(books.send({ user: 'b', licences: ['Recording'], id: '2' })).rejects.toBeInstanceOf(NotRecordingError);
  await expect(books.send({ user: 'b', licences: ['Recording'], id: '3' })).rejects.toBeInstanceOf(NotRecordingError);
  expect(books.pipeline.health().state).toBe('degraded');
  expect(books.counts()).toEqual({ Recording: [1, 1] });
  disk.full = false;
  books.clock.advanceTo(START + 3_000);
  await expect.poll(() => books.pipeline.health().state).toBe('ready');
  expect(await books.send({ user: 'b', licences: ['Recording'], id: '2' })).toEqual([{ index: 0, status: 'recorded', records: [2] }]);
  expect(books.counts()).toEqual({ Recording: [2, 2] });
});

it('STORE-46 a file system that is read-only is called so, and is no reason to end', async () => {
  const memory = createMemoryStore();
  let readOnly = false;
  const store: Store = { ...memory, commit: (writes) => (readOnly ? Promise.reject(new StoreReadOnlyError()) : memory.commit(writes)) };
  const books = await openTestBooks(START, store, { errors: 'expected' });
  readOnly = true;
  await expect(books.send({ licences: ['Recording'] })).rejects.toBeInstanceOf(NotRecordingError);
  expect(books.pipeline.health()).toEqual({ state: 'degraded', reasons: [expect.stringContaining('is read-only')] });
  readOnly = false;
  books.clock.advanceTo(START + 3_000);
  await expect.poll(() => books.pipeline.health().state).toBe('ready');
});

it('STORE-45 a disk that stays full is asked again and again, and the books are loaded once', async () => {
  const { store, disk } = fragile();
  let asked = 0;
  let loaded = 0;
  const { commit, range } = store;
  const books = await openTestBooks(
    START,
    {
      ...store,
      commit: (writes) => {
        asked++;
        return commit(writes);
      },
      range: (table, wanted) => {
        if (table === 'sessions') loaded++;
        return range(table, wanted);
      },
    },
    { errors: 'expected' },
  );
  await books.send({ user: 'a', licences: ['Recording'] });
  [asked, loaded] = [0, 0];
  disk.full = true;
  for (let at = START + 11_000; at <= START + 5 * MINUTE; at += 1_000) {
    books.clock.advanceTo(at);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(asked).toBeGreaterThan(100);
  expect(loaded).toBe(1);
  disk.full = false;
  books.clock.advanceTo(START + 5 * MINUTE + 3_000);
  await expect.poll(() => books.pipeline.health().state).toBe('ready');
  expect((await books.send({ user: 'b', licences: ['Recording'] }))[0]?.status).toBe('recorded');
  expect(books.counts()).toEqual({ Recording: [2, 2] });
});

it('STORE-10 below `store.minFreeBytes` nothing more is recorded, before the disk is full', async () => {
  const { store, disk } = fragile();
  const books = await openTestBooks(START, store, { errors: 'expected' });
  disk.room = false;
  books.clock.advanceTo(START + 3_000);
  await expect(books.send({ licences: ['Recording'] })).rejects.toBeInstanceOf(NotRecordingError);
  disk.room = true;
  books.clock.advanceTo(START + 6_000);
  await expect.poll(() => books.pipeline.health().state).toBe('ready');
  expect((await books.send({ licences: ['Recording'] }))[0]?.status).toBe('recorded');
});

/** Whether each hour from the start on is complete. */
async function completeHours(books: TestBooks, hours: number): Promise<boolean[]> {
  const complete: boolean[] = [];
  const query = { from: START, to: START + hours * HOUR, resolution: '1h' as const };
  for await (const rows of books.pipeline.committed.reports(ORGANISATION)?.history(query) ?? [])
    complete.push(...rows.map((row) => row.complete));
  return complete;
}

it.each([
  ['has too little room', (disk: Disk, full: boolean) => (disk.room = !full)],
  ['takes nothing', (disk: Disk, full: boolean) => (disk.full = full)],
])('STORE-31 while the disk %s nobody can be heard: no lease ends for that, and the stretch is not complete', async (_how, set) => {
  const { store, disk } = fragile();
  const books = await openTestBooks(START, store, { errors: 'expected' });
  await books.send(
    { user: 'heard', leaseMs: 5 * MINUTE, licences: ['Recording'] },
    { user: 'gone', leaseMs: 5 * MINUTE, licences: ['Recording'] },
  );
  set(disk, true);
  for (let at = START + 2_000; at <= START + HOUR; at += 2_000) {
    books.clock.advanceTo(at);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await expect(books.send({ type: 'heartbeat', user: 'heard' })).rejects.toBeInstanceOf(NotRecordingError);
  expect(books.counts()).toEqual({ Recording: [2, 2] });
  set(disk, false);
  books.clock.advanceTo(START + HOUR + 2_000);
  await expect.poll(() => books.pipeline.health().state).toBe('ready');
  const back = books.clock.now();
  await books.passTo(back + 4 * MINUTE);
  expect(books.counts()).toEqual({ Recording: [2, 2] });
  await books.send({ type: 'heartbeat', user: 'heard' });
  await books.passTo(back + 6 * MINUTE);
  expect(books.counts()).toEqual({ Recording: [1, 1] });
  await books.restart();
  expect(books.counts()).toEqual({ Recording: [1, 1] });
  await books.passTo(START + 3 * HOUR);
  expect(await completeHours(books, 3)).toEqual([false, false, true]);
});

it('STORE-31 a start on a full disk shows what there is; its downtime ends when there is room again', async () => {
  const { store, disk } = fragile();
  const books = await openTestBooks(START, store, { errors: 'expected' });
  await books.send({ user: 'a', leaseMs: 5 * MINUTE, licences: ['Recording'] });
  disk.full = true;
  await expect(books.restart(HOUR)).rejects.toBeInstanceOf(NotRecordingError);
  expect(books.pipeline.health()).toMatchObject({ state: 'degraded', reasons: [expect.stringContaining('full')] });
  expect(books.counts()).toEqual({ Recording: [1, 1] });
  books.clock.advanceTo(START + 2 * HOUR);
  disk.full = false;
  books.clock.advanceTo(books.clock.now() + 2_000);
  await expect.poll(() => books.pipeline.health().state).toBe('ready');
  await books.passTo(START + 2 * HOUR + 4 * MINUTE);
  expect(books.counts()).toEqual({ Recording: [1, 1] });
  await books.passTo(START + 2 * HOUR + 6 * MINUTE);
  expect(books.counts()).toEqual({});
});
