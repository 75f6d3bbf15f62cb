import { expect, it } from 'vitest';
import { NotRecordingError } from '../../server/pipeline-types.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import { type Store, StoreFullError } from '../../server/store/store.ts';
import { openTestBooks } from '../support/books.ts';

const START = Date.parse('2026-11-24T08:00:00Z');

/** A disk that is full, or nearly, on command. */
function fragile(): { store: Store; disk: { full: boolean; room: boolean } } {
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
