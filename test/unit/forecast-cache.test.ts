import { describe, expect, it } from 'vitest';
import { unknownDay } from '../../server/forecast/day-curve.ts';
import type { WeekdayCurves } from '../../server/reports/day-curves.ts';
import { ForecastCache } from '../../server/reports/forecast-cache.ts';

const MINUTE = 60_000;

describe('the days that are kept for forecasts', () => {
  const cacheOf = (mostCurves: number) => {
    const cache = new ForecastCache(mostCurves);
    let reads = 0;
    const read = async (): Promise<WeekdayCurves> => {
      reads++;
      return new Map([['A', [unknownDay(), unknownDay()]]]);
    };
    return {
      async ask(organisations: readonly string[], now: number): Promise<number> {
        const before = reads;
        for (const organisation of organisations) await cache.curves(organisation, 'today', 0, now, read);
        return reads - before;
      },
    };
  };
  const fifteen = Array.from({ length: 15 }, (_, i) => `o${i}`);

  it('FORECAST-28 a thousand organisations with six types each are all kept', async () => {
    const cache = new ForecastCache();
    let reads = 0;
    const read = async (): Promise<WeekdayCurves> => {
      reads++;
      return new Map(Array.from({ length: 6 }, (_, i) => [`type ${i}`, Array.from({ length: 10 }, () => new Float32Array(1))]));
    };
    for (let round = 0; round < 3; round++)
      for (let i = 0; i < 1_000; i++) await cache.curves(`o${i}`, 'today', 0, round * 5 * MINUTE, read);
    expect(reads).toBe(1_000);
  });

  it('FORECAST-28 of more than there is room for, those that are there stay while they are asked about', async () => {
    const { ask } = cacheOf(30);
    expect(await ask(fifteen, 0)).toBe(15);
    expect(await ask(fifteen, 5 * MINUTE)).toBe(5);
    expect(await ask(fifteen, 10 * MINUTE)).toBe(5);
  });

  it('FORECAST-28 who was not asked about for ten minutes makes room', async () => {
    const { ask } = cacheOf(9);
    expect(await ask(['a', 'b', 'c'], 0)).toBe(3);
    expect(await ask(['a', 'b'], 11 * MINUTE)).toBe(0);
    expect(await ask(['d', 'a', 'b'], 12 * MINUTE)).toBe(1);
    expect(await ask(['d', 'a', 'b'], 13 * MINUTE)).toBe(0);
    expect(await ask(['c'], 13 * MINUTE)).toBe(1);
  });
});
