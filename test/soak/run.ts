/** `npm run soak -- [--minutes M] [--users N]` */
import { parseArgs } from 'node:util';
import { soak } from './soak.ts';

/** What the file may have grown by, since all that is kept came and went. */
export const GROWTH = 1.1;
export const OLDEST_READER_MS = 5_000;

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { minutes: { type: 'string', default: '30' }, users: { type: 'string', default: '100' } },
  });
  const until = performance.now() + Number(values.minutes) * 60_000;
  const result = await soak({
    users: Number(values.users),
    days: 0,
    goesOn: () => performance.now() < until,
    report: (text) => console.error(text),
  });
  console.log(JSON.stringify(result, null, 1));
  const isWell = result.endBytes <= result.filledBytes * GROWTH && result.oldestReaderMs < OLDEST_READER_MS && result.differences === 0;
  return isWell ? 0 : 1;
}
