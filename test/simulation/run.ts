/** `npm run simulate:faults -- [--seed N] [--rounds R] [--hours H]` */
import { parseArgs } from 'node:util';
import { playRound, type RoundResult, replayCommand } from './round.ts';

const HOURS = 72;

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { seed: { type: 'string' }, rounds: { type: 'string' }, hours: { type: 'string' } } });
  const seed = Number(values.seed ?? Date.now() % 1e9);
  const rounds = Number(values.rounds ?? 1);
  const hours = Number(values.hours ?? HOURS);
  if (![seed, rounds, hours].every((value) => Number.isSafeInteger(value) && value >= 0)) {
    console.error('usage: npm run simulate:faults -- [--seed N] [--rounds R] [--hours H]');
    return 2;
  }
  const started = Date.now();
  const total: Record<string, number> = {};
  const failed: number[] = [];
  for (let round = 0; round < rounds; round++) {
    try {
      const result = await playRound(seed + round, hours);
      add(total, result);
      if (rounds === 1) console.log(JSON.stringify(result));
    } catch (error) {
      failed.push(seed + round);
      console.error(
        `seed ${seed + round}; again with: ${replayCommand(seed + round, hours)}\n${error instanceof Error ? error.message : error}\n`,
      );
    }
    if (rounds > 1 && (round + 1) % 10 === 0) console.error(`${round + 1} of ${rounds} rounds, ${failed.length} failed`);
  }
  console.log(JSON.stringify({ rounds, failed, seconds: Math.round((Date.now() - started) / 1000), ...total }));
  // Sockets of the last daemon would keep the process for as long as a peer may take to answer a goodbye.
  process.exit(failed.length > 0 ? 1 : 0);
}

function add(total: Record<string, number>, { seed: _seed, hash: _hash, ...figures }: RoundResult): void {
  for (const [name, figure] of Object.entries(figures)) total[name] = (total[name] ?? 0) + figure;
}
