import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spans, summarise } from '../../dashboard/charts/chart-summary.ts';
import { thin } from '../../dashboard/charts/thin.ts';
import { createLevelHistory } from '../../dashboard/client/level-history.ts';
import { CHART_SPAN_MS, createLevelRing, GRAIN_MS } from '../../dashboard/client/level-ring.ts';
import { createLiveClient } from '../../dashboard/client/live-client.ts';
import { createFakeLiveServer } from './support-live-server.ts';
import { manualLocalClock } from './support-local-clock.ts';

const START = Date.UTC(2026, 10, 24, 12);
const walk = fc.array(fc.record({ wait: fc.nat(5_000), level: fc.nat(300) }), { minLength: 1, maxLength: 400 });

/** The level at an instant by going through all steps: slow and plain. */
function levelAt(steps: { at: readonly number[]; level: readonly number[] }, instant: number): number | undefined {
  return steps.level[steps.at.findLastIndex((at) => at <= instant)];
}

describe('levels of the last hour', () => {
  it('UI-9: an hour of changes every 100 ms stays within two steps a grain, and keeps highest and last', () => {
    const ring = createLevelRing();
    let highest = 0;
    for (let tick = 0; tick < 60_000; tick += 1) {
      const level = (tick * 7_919) % 501;
      ring.push(START + tick * 100, level);
      if (tick * 100 > 6_000_000 - CHART_SPAN_MS + GRAIN_MS) highest = Math.max(highest, level);
      if (tick % 50 === 0) ring.trim(START + tick * 100 - CHART_SPAN_MS);
    }
    const { at, level } = ring.steps();
    expect(at.length).toBeLessThanOrEqual((2 * CHART_SPAN_MS) / GRAIN_MS + 102);
    expect(Math.max(...level)).toBe(highest);
    expect(level.at(-1)).toBe((59_999 * 7_919) % 501);
  });

  it('UI-9: steps ascend, and no grain loses its highest or its last level', () => {
    fc.assert(
      fc.property(walk, (moves) => {
        const ring = createLevelRing();
        const grains = new Map<number, { highest: number; last: number }>();
        let now = START;
        let before = -1;
        for (const { wait, level } of moves) {
          now += wait;
          ring.push(now, level);
          const grain = Math.floor(now / GRAIN_MS);
          // A level that was carried into the grain and left in it counts too, but needs no step of its own.
          grains.set(grain, { highest: Math.max(grains.get(grain)?.highest ?? 0, level), last: level });
          before = level;
        }
        const { at, level } = ring.steps();
        expect([...at].sort((a, b) => a - b)).toEqual(at);
        expect(level.at(-1)).toBe(before);
        for (const [grain, { highest, last }] of grains) {
          const end = (grain + 1) * GRAIN_MS - 1;
          expect(levelAt({ at, level }, end)).toBe(last);
          const seen = at.flatMap((time, index) => (Math.floor(time / GRAIN_MS) === grain ? [level[index] ?? 0] : []));
          expect(Math.max(levelAt({ at, level }, grain * GRAIN_MS - 1) ?? 0, ...seen)).toBeGreaterThanOrEqual(highest);
        }
      }),
      { seed: 129 },
    );
  });

  it('UI-9: a history is put in front of what came live, and the level at the left edge stays known', () => {
    const ring = createLevelRing();
    ring.push(START, 5);
    ring.push(START + 10_000, 7);
    ring.seed({ at: [START - 60_000, START], level: [2, 5] });
    expect(ring.steps()).toEqual({ at: [START - 60_000, START, START + 10_000], level: [2, 5, 7] });
    ring.trim(START + 5_000);
    expect(ring.steps()).toEqual({ at: [START, START + 10_000], level: [5, 7] });
  });

  it('UI-10: a thinned line keeps its highest level, ends where it was last confirmed, and fits the pixels', () => {
    fc.assert(
      fc.property(walk, fc.integer({ min: 1, max: 300 }), (moves, columns) => {
        let now = START;
        const at: number[] = [];
        const level: number[] = [];
        for (const move of moves) {
          now += move.wait + 1;
          at.push(now);
          level.push(move.level);
        }
        const until = now + 500;
        const { x, y } = thin({ at, level }, START, until, columns);
        expect(x.length).toBeLessThanOrEqual(2 * (columns + 1) + 1);
        expect(Math.max(...y)).toBe(Math.max(...level));
        expect(y.at(-1)).toBe(level.at(-1));
        expect(x.at(-1)).toBe(until / 1_000);
        expect([...x].sort((a, b) => a - b)).toEqual(x);
      }),
      { seed: 129 },
    );
  });

  it('UI-10: a line that went old does not reach beyond what was confirmed', () => {
    const { x } = thin({ at: [START, START + 5_000, START + 90_000], level: [1, 2, 3] }, START, START + 10_000, 100);
    expect(x).toEqual([START / 1_000, START / 1_000 + 5, START / 1_000 + 10]);
  });

  it('UI-10: the table beside the chart has lowest, highest and last of each span, levels carried in included', () => {
    const minute = 60_000;
    const steps = { at: [START - minute, START + 2 * minute, START + 5 * minute], level: [4, 9, 3] };
    expect(spans(steps, START, START + 6 * minute, 5 * minute)).toEqual([
      { start: START + 5 * minute, lowest: 3, highest: 3, atEnd: 3 },
      { start: START, lowest: 4, highest: 9, atEnd: 9 },
    ]);
    expect(summarise(steps)).toEqual({ lowest: 3, highest: 9, now: 3 });
    expect(summarise({ at: [], level: [] })).toBeNull();
  });
});

describe('the fetched hour', () => {
  it('UI-6: of another organisation is thrown away, also where nobody looks at a chart by then, and is not asked for again', async () => {
    const clock = manualLocalClock();
    const server = createFakeLiveServer(clock);
    for (const organisation of ['129', '130']) server.change(organisation, 'Recording', 1);
    const live = createLiveClient({ connect: server.connect, clock, random: () => 0.5 });
    const asked: { organisation: string; signal: AbortSignal | undefined; fail(): void }[] = [];
    const ask = (organisation: string, _query: unknown, signal?: AbortSignal) =>
      new Promise<never>((_, reject) => void asked.push({ organisation, signal, fail: () => reject(new Error('away')) }));
    const history = createLevelHistory({ levels: ask }, live, clock);
    live.choose('129');
    live.start();
    const unwatch = history.watch(() => {});
    clock.advance(1_000);
    expect(asked.map((one) => one.organisation)).toEqual(['129']);
    unwatch();
    live.choose('130');
    clock.advance(1_000);
    expect(asked[0]?.signal?.aborted).toBe(true);
    history.watch(() => {})();
    asked[1]?.fail();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(20_000);
    expect(asked.map((one) => one.organisation)).toEqual(['129', '130']);
  });
});
