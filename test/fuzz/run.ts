/** `npm run fuzz -- [--seed N] [--minutes M]` */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { seed: { type: 'string' }, minutes: { type: 'string', default: '5' } } });
  const seed = Number(values.seed ?? Date.now() % 1e9);
  const until = Date.now() + Number(values.minutes) * 60_000;
  const result = await fuzz(seed, () => Date.now() < until);
  console.log(JSON.stringify(result, null, 1));
  if (result.failures.length > 0) console.error(`again with: npm run fuzz -- --seed ${seed} --minutes ${values.minutes}`);
  return result.failures.length > 0 ? 1 : 0;
}
