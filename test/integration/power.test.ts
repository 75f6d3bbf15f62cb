import { expect, it } from 'vitest';
import { hasCompiler } from '../faults/run.ts';
import { cutPower } from '../power/power-cuts.ts';

// What writes down the writes is C: without a compiler no power can be cut, and `npm run power-cuts` says so.
it.runIf(hasCompiler())(
  'CRASH-3 after a power cut what was acknowledged, shown or answered as a backup is there, and each request whole or not at all',
  async () => {
    const { failed, cuts, owed } = await cutPower({ cuts: 3, requests: 15, seed: Date.now() % 1_000_000 });
    expect(failed).toEqual([]);
    expect(cuts).toBe(3);
    expect(owed).toBeGreaterThan(0);
  },
  300_000,
);
