import { expect, it } from 'vitest';
import type { Helper, Results } from '../../server/safekeeping/helper-tasks.ts';
import { createVerifier } from '../../server/safekeeping/verifier.ts';
import { settle } from '../support/let-pass.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
type Findings = Results['verify'];

it('VERIFY-4 one run at a time; differences are a note until a later run finds none, and a run that could not be made says nothing about the books', async () => {
  const runs: { end(findings: Findings | Error): void; progress(done: number): void }[] = [];
  const helper = (_: unknown, progress: (done: number) => void) =>
    new Promise<Findings>((resolve, reject) =>
      runs.push({ end: (findings) => (findings instanceof Error ? reject(findings) : resolve(findings)), progress }),
    );
  const verifier = createVerifier({
    dataDir: 'data',
    minFreeBytes: 0,
    clock: { now: () => START },
    helper: helper as unknown as Helper,
    log: { info: () => {}, error: () => {} },
  });
  const verify = async (findings: Findings | Error): Promise<void> => {
    verifier.start();
    runs.pop()?.end(findings);
    await settle();
  };
  const figures = { organisations: 1, entries: 7, records: 9 };
  const difference = {
    organisation: '129',
    table: 'sessions' as const,
    key: ['129', 'a', 'desktop'],
    found: 'nothing',
    expected: 'a session',
  };

  verifier.start();
  verifier.start();
  expect(runs).toHaveLength(1);
  runs[0]?.progress(5);
  expect(verifier.view()).toMatchObject({ running: true, entries: 5, startedAt: '2026-11-24T08:00:00.000Z', last: null });
  await verify({ ...figures, count: 1, differences: [difference] });
  expect(verifier.view()).toMatchObject({ running: false, last: { ok: false, ...figures, count: 1, differences: [difference] } });
  const note = ['The books have 1 difference, found on 2026-11-24T08:00:00.000Z: see GET /api/v1/verify'];
  expect(verifier.notes()).toEqual(note);
  await verify(new Error('its process ended with SIGKILL'));
  expect(verifier.notes()).toEqual(note);
  expect(verifier.view().last).toMatchObject({ ok: null, reason: 'its process ended with SIGKILL' });
  await verify({ ...figures, count: 0, differences: [] });
  expect(verifier.view().last).toMatchObject({ ok: true, reason: null });
  expect(verifier.notes()).toEqual([]);
});
