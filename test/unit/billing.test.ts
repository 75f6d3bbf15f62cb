import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LevelLine } from '../../server/billing/level-line.ts';
import { ninetyFifth, sustained } from '../../server/billing/rules.ts';
import { type Bill, type BillLicence, RECEIPT_RULES } from '../../shared/bill.ts';
import { type EventInput, ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { marksOf, receiptOf } from '../support/naive-bill.ts';
import { figuresOf, standsOf, stepsOf } from '../support/naive-levels.ts';
import { bucketLabels, changesOf } from '../support/naive-local-time.ts';
import { packEverything, packings } from '../support/packs.ts';
import { centres, play, SCENES } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const billOf = async (books: TestBooks, period?: string): Promise<Bill> => {
  const bill = await books.pipeline.committed.reports(ORGANISATION)?.bill(period);
  if (!bill) throw new Error('no such bill');
  return bill;
};
const rowOf = (bill: Bill, licenceType: string): BillLicence => bill.licences.find((row) => row.licenceType === licenceType) as BillLicence;

/** Five-minute ends and starts of periods around each scene. */
const edgesOf = new Map(
  SCENES.map(({ name, timeZone, billingPeriodStartDay, start, end }) => {
    const labels = bucketLabels(timeZone, billingPeriodStartDay);
    const periods = changesOf(labels.billing, start - 65 * DAY, end + 65 * DAY, 12 * HOUR);
    return [name, { periods, named: labels.billing, samples: changesOf(labels['5m'], start - HOUR, end + HOUR, 30_000) }];
  }),
);

describe('billing', () => {
  property(
    'BILL-1 BILL-14 every rule says what its sentence says of a plain walk through the records, in every period, read from packs or not',
    60,
    fc.tuple(centres, packings),
    async ([centre, packing]) => {
      const { scene } = centre;
      const books = await openTestBooks(centre.live ? scene.start : scene.end);
      const events = centre.events.map((event, index) => ({ ...event, id: `e${index}` }));
      const { records } = await play(books, { ...centre, events });
      if (packing) await packEverything(books.store, ORGANISATION, packing.entries, packing.gap);
      const now = books.clock.now();
      const { periods, named, samples } = edgesOf.get(scene.name) ?? { periods: [], named: String, samples: [] };
      for (const [i, start] of periods.entries()) {
        const end = periods[i + 1];
        if (end === undefined || start > now) continue;
        const bill = await billOf(books, named(start));
        expect(bill).toMatchObject({ start: new Date(start).toISOString(), end: new Date(end).toISOString(), provisional: end > now });
        for (const type of new Set(records.map((record) => record.type))) {
          const steps = stepsOf(records, type);
          const inUse = standsOf(steps, 'inUse', start, end, now);
          const { highest, highestAt } = figuresOf(inUse);
          const contingency = figuresOf(standsOf(steps, 'contingency', start, end, now));
          // Nothing is known between the end of the scene and that of its period but the level, so one sample stands for all.
          const ends = [...samples, end].filter((at) => at > start && at <= end && at <= now);
          const marks = marksOf(inUse, ends);
          const { holders, tippedBy } = receiptOf(records, type, highestAt === null ? null : Date.parse(highestAt));
          const row = rowOf(bill, type);
          expect(row.highWaterMark, type).toEqual({
            instant: { value: highest, at: highestAt },
            'sustained:30m': { value: marks.sustained },
            'steady:15m': { value: marks.steady },
            'sample:5m': { value: marks.sample },
            p95: { value: marks.p95 },
          });
          expect(row.contingencyMaxUsed).toEqual({ value: contingency.highest, at: contingency.highestAt });
          expect(row.secondsAtOrAbove).toEqual(marks.secondsAtOrAbove);
          const { tippedBy: tip, ...receipt } = row.receipt;
          expect(receipt).toEqual({ at: highestAt, value: highest, heldForSeconds: marks.heldForSeconds, holders });
          expect(tip && { user: tip.user, device: tip.device }).toEqual(tippedBy);
          const { at: sampledAt, heldForSeconds: sampledFor } = row.receipts['sample:5m'];
          expect([sampledAt && Date.parse(sampledAt), sampledFor], type).toEqual(marks.sampled);
          const logins = events.filter(
            (event) => new Date(event.at).toISOString() === highestAt && event.user === tip?.user && event.device === tip.device,
          );
          if (tip) expect(logins.map((event) => event.id)).toContain(tip.eventId);
          for (const rule of RECEIPT_RULES) {
            const { at, value, holders: there, tippedBy: by } = row.receipts[rule];
            const expected = receiptOf(records, type, at === null ? null : Date.parse(at));
            expect({ value, there }, rule).toEqual({ value: row.highWaterMark[rule].value, there: expected.holders });
            expect(by && { user: by.user, device: by.device }, rule).toEqual(expected.tippedBy);
            expect(there.length).toBeGreaterThanOrEqual(value);
          }
          // Asked again it is read on from where it was left, and yet the same.
          if (i === periods.length - 2) expect(await billOf(books, named(start))).toEqual(bill);
        }
      }
    },
  );

  const at = (text: string): number => Date.parse(`2026-${text}Z`);
  const login = (user: string, time: string, more: EventInput = {}): EventInput => ({
    user,
    at: at(time),
    licences: ['Recording'],
    ...more,
  });
  const logout = (user: string, time: string, more: EventInput = {}): EventInput => ({ type: 'logout', user, at: at(time), ...more });
  const recording = async (books: TestBooks, period?: string) => rowOf(await billOf(books, period), 'Recording');

  it('BILL-2 each rule at its very limit', () => {
    const minutes = (n: number) => n * 60_000;
    const atTwo = (milliseconds: number) =>
      new Map([
        [1, minutes(600)],
        [2, milliseconds],
      ]);
    expect([sustained(atTwo(minutes(30))), sustained(atTwo(minutes(30) - 1))]).toEqual([2, 1]);
    const share = (percent: number) =>
      new Map([
        [1, 100 - percent],
        [2, percent],
      ]);
    expect([ninetyFifth(share(5)), ninetyFifth(share(6))]).toEqual([1, 2]);
    const steadyFor = (milliseconds: number) => {
      const line = new LevelLine(0, [1, 1, 0, 0], (instant) => instant + 300_000);
      line.reach(milliseconds);
      line.change([-1, -1, 0, 0]);
      line.finish(minutes(60));
      return line.steady.value;
    };
    expect([steadyFor(minutes(15)), steadyFor(minutes(15) - 1)]).toEqual([1, 0]);
  });

  it('BILL-2 a day on which every rule finds another level', async () => {
    const books = await openTestBooks(at('11-02T00:00:00'));
    await books.send(
      login('a', '11-01T09:00:00'),
      login('b', '11-01T10:00:00'),
      login('c', '11-01T10:05:00'),
      logout('c', '11-01T10:19:59'),
      logout('b', '11-01T10:25:00'),
      login('d', '11-01T14:00:00.500'),
      login('e', '11-01T14:01:00'),
      login('f', '11-01T14:02:00', { id: 'the-fourth' }),
      logout('f', '11-01T14:02:30'),
      logout('e', '11-01T14:03:00'),
      logout('d', '11-01T14:04:00'),
      logout('a', '11-01T17:00:00'),
    );
    const row = await recording(books);
    expect(row.highWaterMark).toEqual({
      instant: { value: 4, at: '2026-11-01T14:02:00.000Z' },
      // 28 minutes and 59.5 seconds at two or more in sum; nobody counts them.
      'sustained:30m': { value: 1 },
      // Two or more from 10:00 to 10:25; three or more for a second less than fifteen minutes.
      'steady:15m': { value: 2 },
      // Four was over before 14:05.
      'sample:5m': { value: 3 },
      // Two or more for 2 % of the day, one or more for a third of it.
      p95: { value: 1 },
    });
    expect(row.secondsAtOrAbove).toEqual([
      { level: 1, seconds: 28_800 },
      { level: 2, seconds: 1_739.5 },
      { level: 3, seconds: 1_019 },
      { level: 4, seconds: 30 },
    ]);
    expect(row.receipt).toEqual({
      at: '2026-11-01T14:02:00.000Z',
      value: 4,
      heldForSeconds: 30,
      tippedBy: { user: 'f', device: 'desktop', eventId: 'the-fourth' },
      holders: [
        { user: 'a', since: '2026-11-01T09:00:00.000Z', devices: ['desktop'] },
        { user: 'd', since: '2026-11-01T14:00:00.500Z', devices: ['desktop'] },
        { user: 'e', since: '2026-11-01T14:01:00.000Z', devices: ['desktop'] },
        { user: 'f', since: '2026-11-01T14:02:00.000Z', devices: ['desktop'] },
      ],
    });
  });

  it('BILL-3 a level carried in is a mark at the start of the period that nobody tipped; what was before it does not count', async () => {
    const books = await openTestBooks(at('12-05T00:00:00'));
    await books.send(
      login('a', '10-31T12:00:00'),
      login('b', '10-31T23:50:00'),
      logout('b', '11-01T00:10:00'),
      logout('a', '11-03T00:00:00'),
    );
    const row = await recording(books, '2026-11');
    expect(row.receipt).toEqual({
      at: '2026-11-01T00:00:00.000Z',
      value: 2,
      heldForSeconds: 600,
      tippedBy: null,
      holders: [
        { user: 'a', since: '2026-10-31T12:00:00.000Z', devices: ['desktop'] },
        { user: 'b', since: '2026-10-31T23:50:00.000Z', devices: ['desktop'] },
      ],
    });
    // Twenty minutes at two, ten of them in each period.
    expect(row.highWaterMark['steady:15m']).toEqual({ value: 1 });
    expect((await recording(books, '2026-10')).highWaterMark['steady:15m']).toEqual({ value: 1 });
    expect(row.highWaterMark['sample:5m']).toEqual({ value: 2 });
  });

  it('BILL-4 of several at one instant the last to be received tipped it, if still there after everything at that instant', async () => {
    const books = await openTestBooks(at('11-02T00:00:00'));
    const time = '11-01T09:00:00';
    await books.send(login('z', time, { id: 'z' }), login('y', time, { id: 'y' }), login('x', time, { id: 'x' }), logout('x', time));
    await books.send(login('y', time, { id: 'again', device: 'deskphone' }));
    await books.send(logout('y', '11-01T10:00:00', { device: 'deskphone' }), logout('y', '11-01T11:00:00'), logout('z', '11-01T12:00:00'));
    const { receipt } = await recording(books);
    expect(receipt.tippedBy).toEqual({ user: 'y', device: 'desktop', eventId: 'y' });
    expect(receipt.holders).toEqual([
      { user: 'y', since: '2026-11-01T09:00:00.000Z', devices: ['deskphone', 'desktop'] },
      { user: 'z', since: '2026-11-01T09:00:00.000Z', devices: ['desktop'] },
    ]);
  });

  it('BILL-5 holders are found wherever their stay ended: in the period, after it, on another device, or not yet', async () => {
    const books = await openTestBooks(at('12-05T00:00:00'));
    await books.send(
      login('in', '11-10T08:00:00'),
      login('after', '11-10T08:00:00'),
      login('moved', '11-10T08:00:00'),
      login('still', '11-10T08:00:00'),
      login('still', '11-10T08:30:00', { device: 'deskphone' }),
      login('last', '11-10T09:00:00'),
      logout('in', '11-10T10:00:00'),
      login('moved', '11-10T11:00:00', { device: 'deskphone' }),
      logout('moved', '11-10T12:00:00'),
      logout('last', '11-11T12:00:00'),
      logout('after', '12-01T12:00:00'),
      logout('still', '12-02T12:00:00', { device: 'deskphone' }),
      logout('moved', '12-03T12:00:00', { device: 'deskphone' }),
    );
    const { receipt } = await recording(books, '2026-11');
    expect(receipt).toMatchObject({ value: 5, at: '2026-11-10T09:00:00.000Z', tippedBy: { user: 'last' } });
    expect(receipt.holders.map(({ user, devices }) => [user, ...devices])).toEqual([
      ['after', 'desktop'],
      ['in', 'desktop'],
      ['moved', 'desktop'],
      ['still', 'deskphone', 'desktop'],
      ['last', 'desktop'],
    ]);
  });

  it('BILL-6 contingency max used begins with what the refresh at the start of the period leaves', async () => {
    const books = await openTestBooks(at('11-05T00:00:00'));
    await books.settings({ entitlements: { Recording: { concurrent: 1, contingency: 5, unitPrice: 12.5, contingencyPrice: 20 } } });
    await books.send(
      login('a', '10-31T08:00:00'),
      login('b', '10-31T09:00:00'),
      login('c', '10-31T10:00:00'),
      logout('a', '10-31T11:00:00'),
    );
    await books.send(login('d', '11-02T10:00:00'), logout('d', '11-02T10:00:01'));
    const october = await recording(books, '2026-10');
    expect(october.contingencyMaxUsed).toEqual({ value: 2, at: '2026-10-31T10:00:00.000Z' });
    const november = await recording(books, '2026-11');
    expect(november.contingencyMaxUsed).toEqual({ value: 2, at: '2026-11-02T10:00:00.000Z' });
    expect(november.highWaterMark.instant).toEqual({ value: 3, at: '2026-11-02T10:00:00.000Z' });
    expect(november).toMatchObject({ unitPrice: 12.5, contingencyPrice: 20 });
    // Gone at the very start, after the refresh: what is carried in is the level after everything at that instant.
    await books.send(logout('c', '11-01T00:00:00'));
    expect((await recording(books, '2026-11')).contingencyMaxUsed).toEqual({ value: 1, at: '2026-11-02T10:00:00.000Z' });
  });

  it('BILL-11 each rule has its receipt, and a price what it was worked out from', async () => {
    const books = await openTestBooks(at('11-02T00:00:00'));
    await books.settings({ entitlements: { Recording: { concurrent: 1, contingency: 5, unitPrice: 10.1, contingencyPrice: 20 } } });
    await books.send(
      login('a', '11-01T09:00:00'),
      login('b', '11-01T09:10:00', { id: 'second' }),
      login('c', '11-01T09:12:00'),
      logout('c', '11-01T09:13:00'),
      logout('b', '11-01T09:30:00'),
      logout('a', '11-01T09:45:00'),
    );
    const { receipts, price } = await recording(books);
    expect(receipts.instant).toMatchObject({ at: '2026-11-01T09:12:00.000Z', value: 3, heldForSeconds: 60, tippedBy: { user: 'c' } });
    expect(receipts['sustained:30m']).toMatchObject({ at: '2026-11-01T09:00:00.000Z', value: 1, heldForSeconds: 2700 });
    expect(receipts['steady:15m']).toEqual({
      at: '2026-11-01T09:10:00.000Z',
      value: 2,
      heldForSeconds: 1200,
      tippedBy: { user: 'b', device: 'desktop', eventId: 'second' },
      holders: [
        { user: 'a', since: '2026-11-01T09:00:00.000Z', devices: ['desktop'] },
        { user: 'b', since: '2026-11-01T09:10:00.000Z', devices: ['desktop'] },
      ],
    });
    expect(receipts['sample:5m']).toMatchObject({ at: '2026-11-01T09:13:00.000Z', value: 2, tippedBy: null });
    expect(price).toEqual({
      concurrent: 10.1,
      contingency: 40,
      total: 50.1,
      concurrentLicences: 1,
      contingencyLicences: 2,
      unitPrice: 10.1,
      contingencyPrice: 20,
      entitlementFrom: null,
      changedInPeriod: false,
      byRule: { instant: 50.1, 'sustained:30m': 10.1, 'steady:15m': 30.1, 'sample:5m': 30.1, p95: 0 },
    });
    const cheaper = { concurrent: 2, contingency: 5, unitPrice: 9 };
    await books.settings({ entitlements: { Recording: cheaper }, effectiveFrom: '2026-11-01T12:00:00Z' });
    expect((await recording(books)).price).toMatchObject({
      concurrent: 18,
      contingency: null,
      total: 18,
      entitlementFrom: '2026-11-01T12:00:00.000Z',
      changedInPeriod: true,
    });
    expect((await recording(books, '2026-10')).price).toMatchObject({ concurrent: 10.1, contingency: 0, changedInPeriod: false });
  });

  it('BILL-11 the sampled level begins where it last rose, not where something happened that changes no level', async () => {
    const books = await openTestBooks(at('11-02T00:00:00'));
    await books.send(
      login('a', '11-01T09:00:00'),
      login('b', '11-01T09:10:00'),
      login('c', '11-01T09:12:00', { id: 'third' }),
      login('a', '11-01T09:14:00', { device: 'deskphone' }),
      login('b', '11-01T09:16:00', { device: 'deskphone' }),
      logout('c', '11-01T09:18:00'),
    );
    expect((await recording(books)).receipts['sample:5m']).toMatchObject({
      at: '2026-11-01T09:12:00.000Z',
      value: 3,
      heldForSeconds: 360,
      tippedBy: { user: 'c', eventId: 'third' },
    });
  });

  it('BILL-9 a bill that was read is read on, and over again from where something late lies', async () => {
    const books = await openTestBooks(at('11-02T00:00:00'));
    await books.send(login('a', '11-01T09:00:00'), login('b', '11-01T10:00:00'), logout('b', '11-01T11:00:00'));
    expect((await recording(books)).highWaterMark.instant).toEqual({ value: 2, at: '2026-11-01T10:00:00.000Z' });
    await books.send(login('c', '11-01T12:00:00'), login('d', '11-01T13:00:00'));
    expect((await recording(books)).highWaterMark.instant).toEqual({ value: 3, at: '2026-11-01T13:00:00.000Z' });
    await books.send(login('e', '11-01T10:30:00'), logout('e', '11-01T10:40:00'), logout('d', '11-01T12:59:00'));
    const row = await recording(books);
    expect(row.highWaterMark.instant).toEqual({ value: 3, at: '2026-11-01T10:30:00.000Z' });
    expect(row.receipt.holders.map(({ user }) => user)).toEqual(['a', 'b', 'e']);
  });

  it('BILL-7 periods are named by the month in which they start; one that has not begun has no bill', async () => {
    const books = await openTestBooks(at('11-20T12:00:00'));
    await books.settings({ timeZone: 'Europe/London', billingPeriodStartDay: 25 });
    await books.send(login('a', '09-25T08:00:00'), logout('a', '09-25T09:00:00'));
    const reports = books.pipeline.committed.reports(ORGANISATION);
    expect(reports?.billingPeriods()).toMatchObject([
      { period: '2026-10', start: '2026-10-24T23:00:00.000Z', end: '2026-11-25T00:00:00.000Z', provisional: true, complete: true },
      { period: '2026-09', start: '2026-09-24T23:00:00.000Z', end: '2026-10-24T23:00:00.000Z', provisional: false, complete: true },
    ]);
    expect(await billOf(books)).toMatchObject({ period: '2026-10', timeZone: 'Europe/London', provisional: true });
    expect(await reports?.bill('2026-11')).toBeNull();
    const empty = await recording(books, '2026-10');
    expect(empty.highWaterMark.instant).toEqual({ value: 0, at: null });
    expect(empty.receipt).toEqual({ at: null, value: 0, heldForSeconds: 0, tippedBy: null, holders: [] });
    expect(empty.secondsAtOrAbove).toEqual([]);
  });
});
