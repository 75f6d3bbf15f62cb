import { expect, it } from 'vitest';
import { GROWTH, OLDEST_READER_MS } from '../soak/run.ts';
import { soak } from '../soak/soak.ts';

it('RETAIN-7 under a steady load the data file comes to a size and stays there, and no reader of the store stays open', async () => {
  const result = await soak({ users: 4, days: 520 });
  expect(result.endBytes).toBeLessThanOrEqual(result.filledBytes * GROWTH);
  expect(result.oldestReaderMs).toBeLessThan(OLDEST_READER_MS);
  expect(result.differences).toBe(0);
}, 240_000);
