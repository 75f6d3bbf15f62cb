/** `npm run power-cuts -- [--cuts N] [--requests N] [--seed N]`: needs a C compiler. */
import { parseArgs } from 'node:util';
import { hasCompiler } from '../faults/run.ts';
import { cutPower } from './power-cuts.ts';

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      cuts: { type: 'string', default: '200' },
      requests: { type: 'string', default: '150' },
      seed: { type: 'string', default: String(Date.now() % 1e9) },
    },
  });
  const [cuts, requests, seed] = [Number(values.cuts), Number(values.requests), Number(values.seed)];
  if (!hasCompiler()) {
    console.error('no C compiler (cc): no power cut was tried');
    return 1;
  }
  console.error(`seed ${seed}`);
  const figures = await cutPower({ cuts, seed, requests, report: (text) => console.error(text) });
  console.log(JSON.stringify({ seed, ...figures }, null, 1));
  return figures.failed.length > 0 ? 1 : 0;
}
