import { expect, it } from 'vitest';
import { hasCompiler, tryFaults } from '../faults/run.ts';

/** The calls are counted from the moment the daemon listens: one write in the middle of its first commits. All of them, slow ones and full disks too: `npm run faults`. */
const CALL = 9;

// The shim below the store is C: without a compiler nothing of it can be tried, and `npm run faults` says so.
it.runIf(hasCompiler())(
  'FAULT-4 a write below the store that fails or is cut short loses, doubles and tears nothing',
  async () => {
    const { faults, failed, acknowledged } = await tryFaults(CALL, CALL, ['eio', 'short']);
    expect(failed).toEqual([]);
    expect(faults).toBe(2);
    expect(acknowledged).toBeGreaterThan(0);
  },
  300_000,
);
