import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredType } from '../../server/books/stored.ts';
import { createLocalBuckets } from '../../server/reports/local-buckets.ts';
import { below } from '../../server/store/store.ts';
import { append } from '../../server/usage/combine.ts';
import { beginStretch, type Stretch } from '../../server/usage/levels.ts';
import { hourStart } from '../../server/usage/open-bucket.ts';
import { RESOLUTIONS, type Resolution } from '../../shared/history.ts';
import { getOrMake } from '../../shared/maps.ts';
import { formatInstant } from '../../shared/time.ts';
import type { HistoryRow } from '../../shared/views.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { figuresOf, LEVELS, standsOf, stepsOf } from '../support/naive-levels.ts';
import { bucketLabels, changesOf } from '../support/naive-local-time.ts';
import { centres, play, SCENES, type Scene } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function historyOf(books: TestBooks, from: number, to: number, resolution: Resolution, licenceType?: string): Promise<HistoryRow[]> {
  const reports = books.pipeline.committed.reports(ORGANISATION);
  const rows: HistoryRow[] = [];
  for await (const list of reports?.history({ from, to, resolution, ...(licenceType !== undefined && { licenceType }) }) ?? [])
    rows.push(...list);
  return rows;
}

const STEP: Record<Resolution, number> = { '5m': 30_000, '1h': 300_000, '1d': HOUR, billing: 12 * HOUR };
const AROUND: Record<Resolution, number> = { '5m': HOUR, '1h': 3 * HOUR, '1d': 2 * DAY, billing: 65 * DAY };
const edgesOf = new Map(
  SCENES.map((scene) => {
    const labels = bucketLabels(scene.timeZone, scene.billingPeriodStartDay);
    const edges = RESOLUTIONS.map((resolution): [Resolution, number[]] => {
      const around = AROUND[resolution];
      return [resolution, changesOf(labels[resolution], scene.start - around, scene.end + around, STEP[resolution])];
    });
    return [scene.name, new Map(edges)];
  }),
);
const edges = (scene: Scene, resolution: Resolution): number[] => edgesOf.get(scene.name)?.get(resolution) ?? [];

describe('history', () => {
  it.each(SCENES)('HIST-1 buckets follow the local clock, whatever its changes ($name)', (scene) => {
    const buckets = createLocalBuckets(scene.timeZone, scene.billingPeriodStartDay);
    for (const resolution of RESOLUTIONS) {
      const expected = edges(scene, resolution);
      const mine: number[] = [];
      for (let at = expected[0] as number; at <= (expected.at(-1) as number); at = buckets.bucket(resolution, at).end) mine.push(at);
      expect(mine.map(formatInstant), resolution).toEqual(expected.map(formatInstant));
    }
  });

  const range = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
  property(
    'HIST-2 every bucket that overlaps the range says what a plain walk through the records says',
    60,
    fc.tuple(centres, range, fc.constantFrom(...RESOLUTIONS)),
    async ([centre, [a, b], resolution]) => {
      const { scene } = centre;
      const books = await openTestBooks(centre.live ? scene.start : scene.end);
      const { records } = await play(books, centre);
      const now = books.clock.now();
      const at = (part: number) => Math.round(scene.start + part * (scene.end - scene.start));
      const [from, to] = [at(Math.min(a, b)), at(Math.max(a, b))];
      const rows = await historyOf(books, from, to, resolution);
      const starts = edges(scene, resolution);
      const spans = starts.slice(0, -1).map((start, i) => ({ start, end: starts[i + 1] as number }));
      const overlapping = spans.filter(({ start, end }) => to > from && start < to && end > from && start <= now);
      const expected = overlapping.flatMap(({ start, end }) =>
        [...new Set(records.map((record) => record.type))].map((licenceType) => {
          const steps = stepsOf(records, licenceType);
          const levels = LEVELS.map((name) => [name, figuresOf(standsOf(steps, name, start, end, now))]);
          return {
            start: formatInstant(start),
            end: formatInstant(end),
            licenceType,
            ...Object.fromEntries(levels),
            provisional: end > now,
          };
        }),
      );
      const used = new Set(expected.filter((row) => row.inUse.highest > 0).map((row) => row.licenceType));
      const key = (row: { start: string; licenceType: string }) => `${row.start} ${row.licenceType}`;
      const sorted = <T extends { start: string; licenceType: string }>(list: T[]): T[] =>
        list.filter((row) => used.has(row.licenceType)).sort((x, y) => (key(x) < key(y) ? -1 : 1));
      expect(sorted(rows.map(({ complete: _, ...row }) => row))).toEqual(sorted(expected));
      for (const row of rows) if (!used.has(row.licenceType)) expect(row.inUse.highest).toBe(0);
    },
  );
  const at = (text: string): number => Date.parse(`2026-11-${text}Z`);
  const login = (user: string, time: string) => ({ user, at: at(time), licences: ['Recording'] });

  it('HIST-3 a level carried in counts with the start of the bucket as its instant; the instant is null where the highest is 0', async () => {
    const books = await openTestBooks(at('03T00:00:00'));
    await books.send(login('a', '02T09:30:00'), { type: 'logout', user: 'a', at: at('02T11:00:00') });
    const rows = await historyOf(books, at('02T08:30:00'), at('02T12:00:00'), '1h', 'Recording');
    expect(rows.map(({ inUse }) => [inUse.lowest, inUse.average, inUse.highest, inUse.highestAt, inUse.atEnd])).toEqual([
      [0, 0, 0, null, 0],
      [0, 0.5, 1, '2026-11-02T09:30:00.000Z', 1],
      [1, 1, 1, '2026-11-02T10:00:00.000Z', 1],
      [0, 0, 0, null, 0],
    ]);
    expect(rows.every((row) => !row.provisional && row.complete)).toBe(true);
  });

  it('HIST-4 a bucket that is not over is provisional and tells of the part so far; one that has not begun is left out', async () => {
    const books = await openTestBooks(at('02T09:00:00'));
    await books.send(login('a', '02T09:00:00'));
    await books.passTo(at('02T10:15:00'));
    await books.send(login('b', '02T10:15:00'));
    const rows = await historyOf(books, at('02T09:00:00'), at('02T23:00:00'), '1h');
    expect(
      rows.map(({ start, provisional, inUse }) => [start.slice(11, 16), provisional, inUse.average, inUse.highest, inUse.atEnd]),
    ).toEqual([
      ['09:00', false, 1, 1, 1],
      ['10:00', true, 1, 2, 2],
    ]);
  });

  it('HIST-5 while Highwater was down nothing is complete; a start that misses nothing spoils nothing', async () => {
    const books = await openTestBooks(at('02T00:00:00'));
    await books.send(login('a', '02T00:00:00'));
    await books.passTo(at('02T10:15:00'));
    await books.restart();
    await books.passTo(at('02T12:15:00'));
    await books.restart(2 * HOUR);
    await books.passTo(at('02T17:00:00'));
    const rows = await historyOf(books, at('02T00:00:00'), at('02T17:00:00'), '1h');
    expect(rows.filter((row) => !row.complete).map((row) => row.start.slice(11, 13))).toEqual(['12', '13', '14']);
    const [day] = await historyOf(books, at('02T00:00:00'), at('02T17:00:00'), '1d');
    expect(day?.complete).toBe(false);
  });

  it('HIST-6 before the first start only what was imported or came late is known, by whole days', async () => {
    const books = await openTestBooks(at('05T12:00:00'));
    await books.send(login('a', '05T12:00:00'));
    await books.passTo(at('06T12:00:00'));
    const complete = async () => (await historyOf(books, at('02T00:00:00'), at('06T00:00:00'), '1d')).map((row) => row.complete);
    expect(await complete()).toEqual([false, false, false, false]);
    await books.send({ ...login('b', '03T15:00:00'), device: 'deskphone' });
    expect(await complete()).toEqual([false, true, true, true]);
  });

  it('HIST-7 nothing in an empty range, nothing of types that nobody used', async () => {
    const books = await openTestBooks(at('05T12:00:00'));
    await books.settings({ entitlements: { 'Agent Calls': { concurrent: 1, contingency: 0 } } });
    await books.send(login('a', '05T12:00:00'));
    expect(await historyOf(books, at('05T12:00:00'), at('05T12:00:00'), '1d')).toEqual([]);
    expect((await historyOf(books, at('05T12:00:00'), at('05T13:00:00'), '1d')).map((row) => row.licenceType)).toEqual(['Recording']);
    expect(await historyOf(books, at('01T12:00:00'), at('03T13:00:00'), '1d')).toEqual([]);
  });
  property(
    'HIST-8 hours say what their buckets say, and there is one wherever all buckets of an hour are closed',
    40,
    centres,
    async (centre) => {
      const books = await openTestBooks(centre.live ? centre.scene.start : centre.scene.end);
      await play(books, centre);
      for (const { key, value } of books.store.range<StoredType>('types', below(ORGANISATION))) {
        const type = key[1] as string;
        const range = { start: [ORGANISATION, type, 0], end: [ORGANISATION, type, hourStart(value.openFrom ?? 0)] };
        const expected = new Map<number, Stretch>();
        for (const { value: bucket } of books.store.range<Stretch>('buckets', range)) {
          const start = hourStart(bucket.start);
          append(
            getOrMake(expected, start, () => beginStretch(start, bucket.enter)),
            bucket,
          );
        }
        const hours = [...books.store.range<Stretch>('hours', range)].map((row) => row.value);
        expect(hours).toEqual([...expected.values()]);
      }
    },
  );
});
