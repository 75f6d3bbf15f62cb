import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { ORGANISATION, openTestBooks } from '../support/books.ts';
import { marksOf, receiptOf } from '../support/naive-bill.ts';
import { figuresOf, standsOf, stepsOf } from '../support/naive-levels.ts';
import { centres, play } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

describe('the peak of any stretch', () => {
  const stretches = fc.record({
    centre: centres,
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    minutes: fc.integer({ min: 1, max: 6_000 }),
  });
  property(
    'BILL-8 its value, instant, length and holders are what a plain walk says',
    60,
    stretches,
    async ({ centre, share, minutes }) => {
      const { scene } = centre;
      const books = await openTestBooks(centre.live ? scene.start : scene.end);
      const { records } = await play(books, centre);
      const now = books.clock.now();
      const from = Math.round(scene.start + share * (now - scene.start));
      const to = from + minutes * 60_000;
      const reports = books.pipeline.committed.reports(ORGANISATION);
      for (const licenceType of new Set(records.map((record) => record.type))) {
        const found = await reports?.peak({ licenceType, from, to });
        const inUse = standsOf(stepsOf(records, licenceType), 'inUse', from, to, now);
        const { highest, highestAt } = figuresOf(inUse);
        const { holders, tippedBy } = receiptOf(records, licenceType, highestAt === null ? null : Date.parse(highestAt));
        const { tippedBy: tip, ...receipt } = found?.receipt ?? { tippedBy: null };
        expect(receipt).toEqual({ at: highestAt, value: highest, heldForSeconds: marksOf(inUse, []).heldForSeconds, holders });
        // Whoever came at the very start of the stretch made the level, although it is the one that is carried in.
        if (highestAt === null || Date.parse(highestAt) > from) expect(tip && { user: tip.user, device: tip.device }).toEqual(tippedBy);
        expect(found).toMatchObject({ licenceType, provisional: to > now });
      }
      expect(await reports?.peak({ licenceType: 'Recording', from: now + 1, to: now + 2 })).toBeNull();
    },
  );
});
