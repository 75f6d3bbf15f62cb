import { expect, it } from 'vitest';
import { fuzz } from '../fuzz/fuzz.ts';

const SEED = Number(process.env['HIGHWATER_SEED'] ?? 129);

it('FUZZ-1 hostile requests to every operation of the description, and hostile frames, are answered 2xx or a known 4xx that changes nothing', async () => {
  const result = await fuzz(SEED, (tried) => tried < 600);
  expect(result.failures, `npm run fuzz -- --seed ${SEED} --minutes 1`).toEqual([]);
  expect(result.withoutGoods).toEqual([]);
  expect(result.operations).toBeGreaterThan(30);
  expect(result.frames).toBeGreaterThan(50);
  expect(Number(result.answers['200'])).toBeGreaterThan(50);
  expect(Number(result.answers['400'])).toBeGreaterThan(50);
});
