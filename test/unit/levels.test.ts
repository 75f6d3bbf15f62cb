import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginStretch, extend, figures, highest, type Levels } from '../../server/usage/levels.ts';
import { BUCKET_MS } from '../../server/usage/open-bucket.ts';
import { change, closeBuckets, createTypeUsage, mark } from '../../server/usage/type-usage.ts';

const one = (n: number): Levels => [n, n, 0, 0];
const day = { start: 0, end: 86_400_000 };
const period = { start: 0, end: 30 * 86_400_000 };

describe('levels', () => {
  it('USAGE-1 the level of an instant is the level after everything at that instant', () => {
    const stretch = beginStretch(0, one(5));
    extend(stretch, 10, one(1));
    extend(stretch, 10, one(-1));
    extend(stretch, 20, one(-2));
    const { high, highAt, low, area } = figures(stretch, 30);
    expect([high[0], highAt[0], low[0]]).toEqual([5, 0, 3]);
    expect(area[0]).toBe(5 * 20 + 3 * 10);
  });

  it('USAGE-1 a change that was taken away again leaves no trace in the figures', () => {
    const corrected = beginStretch(0, one(5));
    extend(corrected, 10, one(0));
    expect(figures(corrected, 30)).toEqual(figures(beginStretch(0, one(5)), 30));
  });

  it('USAGE-2 a level carried in counts with the start as its instant, unless something happens just then', () => {
    const carried = beginStretch(100, one(5));
    extend(carried, 101, one(-5));
    expect(figures(carried, 200).highAt[0]).toBe(100);
    const replaced = beginStretch(100, one(5));
    extend(replaced, 100, one(-3));
    expect(figures(replaced, 200).high[0]).toBe(2);
  });

  it('USAGE-2 of equal marks the first counts, and where the highest is 0 there is no instant', () => {
    const twice = beginStretch(0, one(0));
    for (const [at, by] of [
      [10, 2],
      [20, -1],
      [30, 1],
    ] as const)
      extend(twice, at, one(by));
    expect(highest(twice, 0)).toEqual({ value: 2, at: 10 });
    expect(figures(twice, 40).highAt[0]).toBe(10);
    const usage = createTypeUsage(day, period);
    expect(mark(usage, usage.day, 'inUse')).toEqual({ value: 0, at: null });
    change(usage, 50, one(1));
    change(usage, 50, one(-1));
    expect(mark(usage, usage.day, 'inUse')).toEqual({ value: 0, at: null });
  });

  it('USAGE-3 marks do not depend on the order of arrival within memory, and equal those of a plain list', () => {
    const changes = fc.array(fc.record({ at: fc.integer({ min: 0, max: 2 * BUCKET_MS }), up: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(changes, fc.infiniteStream(fc.nat()), (list, dice) => {
        const usage = createTypeUsage(day, period);
        usage.open.push(...createTypeUsage(day, period).open);
        change(usage, 0, one(100));
        const shuffled = list.map((item) => ({ item, key: dice.next().value as number })).sort((a, b) => a.key - b.key);
        for (const { item } of shuffled) expect(change(usage, item.at, one(item.up ? 1 : -1))).toBe(true);
        closeBuckets(usage);
        const instants = [...new Set([0, ...list.map((item) => item.at)])].sort((a, b) => a - b);
        const levelAt = (at: number) => list.reduce((sum, item) => (item.at <= at ? sum + (item.up ? 1 : -1) : sum), 100);
        const value = Math.max(...instants.map(levelAt));
        expect(mark(usage, usage.day, 'inUse')).toEqual({ value, at: instants.find((at) => levelAt(at) === value) });
      }),
    );
  });
});
