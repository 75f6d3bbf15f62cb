/** `npm run crash-loop -- --rounds 200 --seed N`; with `--webhooks` it is about the messages to receivers. */
import { parseArgs } from 'node:util';
import { crashLoop } from './crash-loop.ts';
import { webhookLoop } from './webhook-loop.ts';

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(Date.now() % 1e9) },
      webhooks: { type: 'boolean', default: false },
    },
  });
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
  if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(seed)) {
    console.error('usage: npm run crash-loop -- [--webhooks] [--rounds N] [--seed N]');
    return 2;
  }
  const loop = values.webhooks ? webhookLoop : crashLoop;
  console.error(`seed ${seed}`);
  try {
    console.log(JSON.stringify({ seed, ...(await loop({ rounds, seed, report: (text) => console.error(text) })) }));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}
