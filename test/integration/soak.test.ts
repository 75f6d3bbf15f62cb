import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { DATA_FILE, openLmdbStore } from '../../server/store/lmdb.ts';
import { GROWTH, OLDEST_READER_MS } from '../soak/run.ts';
import { soak, watchReaders } from '../soak/soak.ts';
import { tempDir } from '../support/temp-dir.ts';

it('RETAIN-7 under a steady load the data file comes to a size and stays there, and no reader of the store stays open', async () => {
  const result = await soak({ users: 4, days: 520 });
  expect(result.endBytes).toBeLessThanOrEqual(result.filledBytes * GROWTH);
  expect(result.oldestReaderMs).toBeLessThan(OLDEST_READER_MS);
  expect(result.differences).toBe(0);
}, 240_000);

it('RETAIN-7 a reader that stays open while others record is seen', async () => {
  const directory = tempDir('highwater-soak-');
  onTestFinished(directory.remove);
  const store = openLmdbStore(directory.path);
  const put = (n: number) => store.commit([{ table: 'marks', key: ['a', n], value: n }]);
  for (let n = 0; n < 3; n++) await put(n);
  const readers = watchReaders(join(directory.path, DATA_FILE));
  readers.look();
  expect(readers.oldest()).toBe(0);
  const rows = store.range('marks', {})[Symbol.iterator]();
  rows.next();
  for (let n = 3; n < 6; n++) {
    await put(n);
    readers.look();
  }
  expect(readers.oldest()).toBeGreaterThan(0);
  rows.return?.();
  await readers.close();
  await store.close();
});
