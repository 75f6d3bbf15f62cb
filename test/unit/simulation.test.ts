import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { playRound, replayCommand } from '../simulation/round.ts';

const kept = readFileSync('test/simulation/seeds.txt', 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' ').map(Number) as [seed: number, hours: number]);

describe('the daemon on a clock, a disk and a network of ours', () => {
  it.each(
    kept,
  )('FAULT-1 seed %i, %i hours: over crashes, failing disks and broken connections the books are those of a plain walk, and displays and receivers hear just that', async (seed, hours) => {
    const result = await playRound(seed, hours).catch((error: Error) => {
      throw new Error(`${error.message}\nReplay: ${replayCommand(seed, hours)}`);
    });
    expect(result.acknowledged).toBeGreaterThan(50);
    expect(result.crashes).toBeGreaterThan(0);
    expect(result.diskFaults).toBeGreaterThan(0);
  });

  it('FAULT-2 one seed is one story: the same trace to the last byte', async () => {
    const [first, again, other] = [await playRound(5, 2), await playRound(5, 2), await playRound(6, 2)];
    expect(again).toEqual(first);
    expect(other.hash).not.toBe(first.hash);
  });
});
