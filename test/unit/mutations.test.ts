import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MUTATIONS } from '../mutations/mutations.ts';

it.each(
  MUTATIONS.map((mutation) => [mutation.name, mutation] as const),
)('FAULT-9 the mistake that "%s" can still be made, and has a test that is to notice it', (_name, { file, from, to, test }) => {
  expect(readFileSync(file, 'utf8').split(from)).toHaveLength(2);
  expect(to).not.toBe(from);
  expect(existsSync(test)).toBe(true);
});
