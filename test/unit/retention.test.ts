import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { verifyStore } from '../../server/verify/verify.ts';
import type { HistoryRow } from '../../shared/views.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { type Centre, centres, play, TYPES, USERS } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const DAY = 86_400_000;
const O = ORGANISATION;

async function history(books: TestBooks, resolution: '5m' | '1h' | '1d' | 'billing', from: number, to: number): Promise<HistoryRow[]> {
  const rows: HistoryRow[] = [];
  for await (const page of books.pipeline.committed.reports(O)?.history({ resolution, from, to }) ?? []) rows.push(...page);
  return rows;
}

/** What is told of levels, but for whether it is complete, and for types of which nobody was there: these may be left out. */
function told(rows: HistoryRow[]) {
  const used = new Set(rows.filter(({ inUse }) => inUse.highest > 0).map(({ licenceType }) => licenceType));
  return rows.filter(({ licenceType }) => used.has(licenceType)).map(({ complete: _, ...row }) => row);
}

/** Lets ticks pass until nothing is left to be done for retention. */
async function kept(books: TestBooks): Promise<void> {
  for (let round = 0; round < 30; round++) await books.passTo(books.clock.now() + 100);
}

/** Old enough zones are left alone: their days do not begin with five minutes. */
const modern = centres.filter(({ scene }) => scene.timeZone !== 'Africa/Monrovia');

const late = fc.array(
  fc.record({
    type: fc.constantFrom('login' as const, 'logout' as const),
    user: fc.constantFrom(...USERS),
    device: fc.constantFrom('desktop', 'deskphone'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    licences: fc.subarray(TYPES, { minLength: 1 }),
  }),
  { maxLength: 6 },
);

const whole = ({ scene: { start, end } }: Centre): [number, number] => [start - 2 * DAY, end + 3 * DAY];

describe('retention of levels', () => {
  property(
    'RETAIN-1, RETAIN-3 days, and hours where they are, say the same when five minutes are kept no longer, whatever comes late',
    6,
    fc.tuple(modern, late, fc.integer({ min: 14, max: 40 }), fc.constantFrom(null, null, 'Asia/Tokyo')),
    async ([centre, events, months, zone]) => {
      const { start, end, timeZone } = centre.scene;
      const opened = centre.live ? start : end;
      const [books, all] = [await openTestBooks(opened), await openTestBooks(opened)];
      for (const each of [books, all]) await play(each, centre);
      const then = Math.max(books.clock.now(), end) + months * 31 * DAY;
      // The other one never has a tick: it keeps everything.
      books.clock.jumpTo(then);
      all.clock.jumpTo(then);
      await all.send();
      await kept(books);
      for (const { at, licences, ...event } of events) {
        const input = { ...event, at: Math.floor(start + at * (end - start)), ...(event.type === 'login' && { licences }) };
        await books.send(input);
        await all.send(input);
      }
      if (zone !== null) for (const each of [books, all]) await each.settings({ ...centre.settings, timeZone: zone });
      await kept(books);
      await all.recomputed();
      const [from, to] = whole(centre);
      expect(told(await history(books, '1d', from, to))).toEqual(told(await history(all, '1d', from, to)));
      expect(told(await history(books, 'billing', from, to))).toEqual(told(await history(all, 'billing', from, to)));
      if (timeZone === 'Europe/London' && zone === null && months < 30) {
        expect(told(await history(books, '1h', from, to))).toEqual(told(await history(all, '1h', from, to)));
      }
      expect(await history(books, '5m', from, to)).toEqual([]);
      const starts = [...books.store.range('buckets', {})].map(({ key }) => key[2] as number);
      expect(Math.min(...starts)).toBeGreaterThan(then - 400 * DAY);
      expect(verifyStore(books.store).differences).toEqual([]);
      await books.restart();
      expect(told(await history(books, '1d', from, to))).toEqual(told(await history(all, '1d', from, to)));
    },
  );
});
