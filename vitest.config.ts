import { defineConfig } from 'vitest/config';

/** Bounds of time only end what hangs: on a busy machine a test may take ten times as long as on a quiet one. */
export default defineConfig({
  test: {
    // One file a core: of two cores the default would leave one idle. Browser tests stay one at a time.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          testTimeout: 180_000,
          // The same histories in every run; other seeds are for whoever looks for trouble.
          env: { HIGHWATER_SEED: process.env['HIGHWATER_SEED'] ?? '129' },
          hookTimeout: 180_000,
          include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/*.test.ts'],
        },
      },
      { test: { name: 'dom', environment: 'happy-dom', testTimeout: 180_000, hookTimeout: 180_000, include: ['test/dom/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          environment: 'node',
          include: ['test/integration/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'browser',
          environment: 'node',
          include: ['test/browser/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
