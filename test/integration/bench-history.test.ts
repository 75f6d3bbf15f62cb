import { expect, it } from 'vitest';
import { benchHistory } from '../bench/history/bench.ts';
import { QUESTIONS } from '../bench/history/questions.ts';

it('BENCH-1 the bench of history answers all its questions over a small centre', async () => {
  const text = await benchHistory({ organisations: 3, records: 2_000, runs: 1, verify: true }, () => {});
  for (const { title } of QUESTIONS) expect(text).toContain(`| ${title} | `);
  expect(text).toMatch(/bytes a record/);
  expect(text).toMatch(/compared \(`highwater verify`\): [\d.]+ s/);
}, 180_000);
