import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RefusedInput } from '../../server/parse/refusal.ts';
import { parseWhatIf } from '../../server/parse/what-if.ts';
import { answerOf } from '../../server/reports/work.ts';
import type { WhatIf, WhatIfType } from '../../shared/what-if.ts';
import { type EventInput, ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { countingStore } from '../support/counting-store.ts';
import { packEverything } from '../support/packs.ts';
import { centres, play } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const ask = async (books: TestBooks, body: object): Promise<WhatIf> => {
  const found = books.pipeline.committed.reports(ORGANISATION)?.whatIf(parseWhatIf(body));
  if (!found) throw new Error('nothing of it has begun');
  return answerOf(found);
};
const typeOf = (found: WhatIf, type = 'Recording') => found.licences.find(({ licenceType }) => licenceType === type) as WhatIfType;

const figuresOf = ({
  secondsInContingency,
  secondsOverLimit,
  loginsInContingency,
  loginsOverLimit,
  contingencyMaxUsed,
}: WhatIfType['asIs']) => ({
  secondsInContingency,
  secondsOverLimit,
  loginsInContingency,
  loginsOverLimit,
  contingencyMaxUsed,
});

const at = (time: string): number => Date.parse(`2026-11-01T${time}Z`);

describe('what if', () => {
  property(
    'WHATIF-1 books that lived with other sizes come out as what is played with these',
    20,
    fc.tuple(centres, centres),
    async ([centre, other]) => {
      const { scene } = centre;
      const begin = centre.live ? scene.start : scene.end;
      const [as, differently] = [await openTestBooks(begin), await openTestBooks(begin)];
      await play(as, centre);
      await play(differently, { ...centre, settings: { ...centre.settings, entitlements: other.settings.entitlements } });
      const range = { from: new Date(scene.start - 1).toISOString(), to: new Date(as.clock.now()).toISOString() };
      const { entitlements } = centre.settings;
      const was = await ask(as, range);
      const played = await ask(differently, { ...range, sizes: entitlements });
      for (const row of was.licences) {
        expect(figuresOf(row as unknown as WhatIfType['asIs'])).toEqual(figuresOf(row.asIs));
        if (!entitlements[row.licenceType]) continue;
        const again = typeOf(played, row.licenceType);
        expect(figuresOf(again as unknown as WhatIfType['asIs'])).toEqual(figuresOf(row.asIs));
        expect(again.peak).toEqual(row.peak);
      }
    },
  );

  property(
    'BILL-14 what is read from packs is what is read from the entries, whatever is left out',
    20,
    fc.tuple(centres, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 6 })),
    async ([centre, entries, gap]) => {
      const { scene } = centre;
      const [plain, packed] = [
        await openTestBooks(centre.live ? scene.start : scene.end),
        await openTestBooks(centre.live ? scene.start : scene.end),
      ];
      await play(plain, centre);
      await play(packed, centre);
      await Promise.all([plain.passTo(scene.end), packed.passTo(scene.end)]);
      await packEverything(packed.store, ORGANISATION, entries, gap);
      const middle = Math.round((2 * scene.start + scene.end) / 3);
      const range = { from: new Date(middle).toISOString(), to: new Date(scene.end).toISOString() };
      for (const without of [{}, { staleSessions: 3_600 }, { secondDevices: true }, { logonSources: ['Agent Desktop'] }])
        expect(await ask(packed, { ...range, without })).toEqual(await ask(plain, { ...range, without }));
      for (const licenceType of ['Recording', 'Agent Calls']) {
        const peakOf = (books: TestBooks) =>
          books.pipeline.committed.reports(ORGANISATION)?.peak({ licenceType, from: middle, to: scene.end });
        expect(await peakOf(packed)).toEqual(await peakOf(plain));
      }
    },
  );

  property(
    'WHATIF-7 asked again and again, while more becomes known, the answers are those of a first question',
    8,
    fc.tuple(centres, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 })),
    async ([centre, late]) => {
      const { scene } = centre;
      const books = await openTestBooks(centre.live ? scene.start : scene.end);
      const bodies = [
        { from: new Date(scene.start).toISOString(), to: new Date(scene.end).toISOString() },
        { from: new Date(scene.start).toISOString(), to: new Date((scene.start + scene.end) / 2).toISOString() },
        { from: new Date(scene.start).toISOString(), to: new Date(scene.end + 86_400_000).toISOString(), without: { secondDevices: true } },
      ];
      const askAll = () => Promise.all([...bodies, ...bodies].map((body) => ask(books, body)));
      await play(books, centre);
      await askAll();
      for (const [nth, part] of late.entries()) {
        const at = Math.floor(scene.start + part * (scene.end - scene.start));
        const event = { user: nth % 2 === 0 ? 'a' : 'new', device: `d${nth}`, licences: ['Recording'], at };
        await books.send(nth % 3 === 2 ? { type: 'logout', user: 'a', device: 'desktop', at } : event);
        await books.passTo(books.clock.now() + (nth % 2) * 1_200_000);
        const known = await askAll();
        await books.restart();
        // Bold as a restart is, it is a downtime as well: what follows it is asked by both.
        for (const [index, answer] of (await askAll()).entries()) expect(answer).toEqual(known[index]);
      }
    },
  );

  it('WHATIF-7 what was read is not read again, for other sizes and prices neither', async () => {
    const store = countingStore();
    const books = await openTestBooks(Date.parse('2026-12-02T00:00:00Z'), store);
    const events = Array.from({ length: 400 }, (_, n) => ({ user: `u${n % 7}`, licences: ['Recording'], at: at('09:00:00') + n * 1000 }));
    await books.send(...events);
    const first = await ask(books, { period: '2026-11' });
    store.entries = 0;
    const sizes = { Recording: { concurrent: 2, contingency: 1 } };
    const row = typeOf(await ask(books, { period: '2026-11', licenceTypes: ['Recording'], sizes }));
    // The oldest of all is looked up for each question.
    expect(store.entries).toBeLessThan(5);
    expect([row.peak, row.loginsInContingency, row.loginsOverLimit]).toEqual([typeOf(first).peak, 57, 228]);
    // Behind the last login, and yet before the end of what was read.
    await books.send({ user: 'u0', device: 'second', licences: ['Recording'], at: at('20:00:00') });
    expect(typeOf(await ask(books, { period: '2026-11' })).peak).toMatchObject({ value: 7, holdings: 8 });
  });

  it('WHATIF-8 a question that was called off goes on from where it was', async () => {
    const store = countingStore();
    const books = await openTestBooks(Date.parse('2026-12-02T00:00:00Z'), store);
    const events = Array.from({ length: 1_500 }, (_, n) => ({ user: `u${n % 7}`, licences: ['Recording'], at: at('09:00:00') + n * 1000 }));
    await books.send(...events);
    const pieces = books.pipeline.committed.reports(ORGANISATION)?.whatIf(parseWhatIf({ period: '2026-11' })) ?? [];
    for await (const piece of pieces) if ('share' in piece && piece.share > 0.1) break;
    const before = store.entries;
    store.entries = 0;
    const answer = await ask(books, { period: '2026-11' });
    expect(before).toBeGreaterThan(100);
    expect(store.entries).toBeLessThan(1_500 - 100);
    await books.restart();
    expect(await ask(books, { period: '2026-11' })).toEqual(answer);
  });

  it('WHATIF-6 while something of the past is being worked out again the answer is provisional', async () => {
    const end = Date.parse('2026-11-24T12:00:00Z');
    const books = await openTestBooks(end, undefined, { effort: { atOnce: 4, perPiece: 2 } });
    const users = Array.from({ length: 200 }, (_, nth) => ({ user: `u${nth}`, at: end - 9_000_000 + nth, licences: ['Recording'] }));
    await books.settings({ entitlements: { Recording: { concurrent: 3, contingency: 9 } } });
    await books.send(...users);
    await books.send({ user: 'first', at: end - 9_500_000, licences: ['Recording'] });
    const range = { from: '2026-11-24T00:00:00Z', to: '2026-11-24T11:00:00Z' };
    expect(books.pipeline.committed.recomputing(ORGANISATION)).not.toBeNull();
    expect(await ask(books, range)).toMatchObject({ provisional: true });
    await books.recomputed();
    expect(await ask(books, range)).toMatchObject({ provisional: false });
  });

  const login = (user: string, time: string, more: EventInput = {}): EventInput => ({
    user,
    at: at(time),
    licences: ['Recording'],
    ...more,
  });
  const logout = (user: string, time: string, more: EventInput = {}): EventInput => ({ type: 'logout', user, at: at(time), ...more });
  const centreWithThree = async (): Promise<TestBooks> => {
    const books = await openTestBooks(Date.parse('2026-12-01T12:00:00Z'));
    await books.settings({ entitlements: { Recording: { concurrent: 3, contingency: 0, unitPrice: 10, contingencyPrice: 15 } } });
    await books.send(
      login('a', '09:00:00'),
      login('a', '09:05:00', { device: 'deskphone' }),
      login('b', '10:00:00'),
      logout('a', '10:30:00'),
      login('c', '11:00:00'),
      logout('b', '11:30:00'),
      logout('c', '12:00:00'),
      logout('a', '18:00:00', { device: 'deskphone' }),
    );
    return books;
  };

  it('WHATIF-3 one licence: who overflowed stays there, and what is cheapest', async () => {
    const books = await centreWithThree();
    const found = await ask(books, { period: '2026-11', sizes: { Recording: { concurrent: 1, contingency: 1 } } });
    expect(found).toMatchObject({ billingPeriods: 1, provisional: false, staleAfterSeconds: 43_200 });
    const row = typeOf(found);
    expect(row.asIs).toEqual({
      concurrent: 3,
      contingency: 0,
      secondsInContingency: 0,
      secondsOverLimit: 0,
      loginsInContingency: 0,
      loginsOverLimit: 0,
      contingencyMaxUsed: 0,
    });
    expect(row).toMatchObject({
      sizes: { concurrent: 1, contingency: 1 },
      secondsInContingency: 5400,
      secondsOverLimit: 3600,
      loginsInContingency: 1,
      loginsOverLimit: 1,
      price: 25,
      peak: { value: 3, at: '2026-11-01T11:00:00.000Z', holdings: 3 },
      cheapest: { concurrent: 3, contingency: 0, price: 30, proven: true },
    });
    expect(row.curve).toEqual([
      { concurrent: 0, contingency: 3, price: 45, secondsInContingency: 32_400, secondsOverLimit: 0 },
      { concurrent: 1, contingency: 2, price: 40, secondsInContingency: 7200, secondsOverLimit: 0 },
      { concurrent: 2, contingency: 1, price: 35, secondsInContingency: 3600, secondsOverLimit: 0 },
      { concurrent: 3, contingency: 0, price: 30, secondsInContingency: 0, secondsOverLimit: 0 },
    ]);
    expect(row.suggestion).toBe(
      '3 Recording licences with 0 of contingency cost least (30), if what comes is like the range that was looked at.',
    );
  });

  it('UI-84 the numbers of the sentence are in groups', async () => {
    const prices = { Recording: { unitPrice: 1_586.666, contingencyPrice: 3_000 } };
    const { suggestion } = typeOf(await ask(await centreWithThree(), { period: '2026-11', prices }));
    expect(suggestion).toContain('3 Recording licences with 0 of contingency cost least (4,760), if');
  });

  it('WHATIF-2 who was there at the start is placed in order of acquisition and is no login of the range; sizes are those of its end', async () => {
    const books = await centreWithThree();
    await books.pipeline.putOrganisation(
      ORGANISATION,
      {
        name: ORGANISATION,
        timeZone: 'UTC',
        billingPeriodStartDay: 1,
        entitlements: { Recording: { concurrent: 1, contingency: 0 } },
        effectiveFrom: '2026-11-01T11:15:00.000Z',
      },
      null,
    );
    const range = { from: '2026-11-01T10:15:00Z', to: '2026-11-01T11:20:00Z' };
    const played = typeOf(await ask(books, { ...range, sizes: { Recording: { concurrent: 1, contingency: 1 } } }));
    // a came first and has the licence, b the overflow for the whole range; of the range itself only c is a login.
    expect(played).toMatchObject({ secondsInContingency: 3900, secondsOverLimit: 1200, loginsInContingency: 0, loginsOverLimit: 1 });
    expect(typeOf(await ask(books, range)).sizes).toEqual({ concurrent: 1, contingency: 0 });
    expect(typeOf(await ask(books, { ...range, to: '2026-11-01T11:10:00Z' })).sizes).toEqual({ concurrent: 3, contingency: 0 });
  });

  it('WHATIF-4 peaks without stale sessions and without what is left on when the desktop logs out', async () => {
    const books = await centreWithThree();
    const { peakWithout } = typeOf(await ask(books, { period: '2026-11', without: { staleSessions: 5400 } }));
    // Of a, neither desktop nor deskphone lives beyond 10:35.
    expect(peakWithout.staleSessions).toEqual({ value: 2, at: '2026-11-01T10:00:00.000Z', saves: 1 });
    expect(peakWithout.secondDevices).toEqual({ value: 2, at: '2026-11-01T10:00:00.000Z', saves: 1 });
  });

  it('WHATIF-4 a deskphone left on counts for none of its licences, and again once its user is back at a desktop', async () => {
    const books = await openTestBooks(Date.parse('2026-12-01T12:00:00Z'));
    const desktop = (user: string, time: string) => login(user, time, { licences: ['Inbound Agent', 'Agent E-mail'] });
    const phone = (user: string, time: string) =>
      login(user, time, { logonSource: 'Paired Device', licences: ['Inbound Agent', 'Agent Calls'] });
    const hungUp = (user: string, time: string) => logout(user, time, { device: 'deskphone' });
    await books.send(desktop('a', '09:00:00'), phone('a', '09:05:00'), logout('a', '10:30:00'));
    await books.send(desktop('b', '11:00:00'), phone('b', '11:00:00'), phone('only-phone', '11:10:00'));
    await books.send(hungUp('b', '11:30:00'), logout('b', '11:30:00'), hungUp('only-phone', '11:30:00'));
    await books.send(
      desktop('a', '12:00:00'),
      desktop('c', '12:10:00'),
      phone('c', '12:10:00'),
      desktop('d', '12:11:00'),
      phone('d', '12:11:00'),
    );
    const withoutPhones = async (to: string, type: string) => {
      const range = { from: '2026-11-01T00:00:00Z', to: `2026-11-01T${to}Z` };
      return typeOf(await ask(books, range), type).peakWithout.secondDevices;
    };
    expect(await withoutPhones('12:00:00', 'Agent Calls')).toEqual({ value: 2, at: '2026-11-01T11:10:00.000Z', saves: 1 });
    expect(await withoutPhones('12:00:00', 'Inbound Agent')).toEqual({ value: 2, at: '2026-11-01T11:10:00.000Z', saves: 1 });
    expect(await withoutPhones('13:00:00', 'Agent Calls')).toEqual({ value: 3, at: '2026-11-01T12:11:00.000Z', saves: 0 });
  });

  it('WHATIF-5 sessions that are left out are not played', async () => {
    const books = await centreWithThree();
    const sizes = { Recording: { concurrent: 1, contingency: 1 } };
    const row = typeOf(await ask(books, { period: '2026-11', sizes, without: { secondDevices: true } }));
    expect(row).toMatchObject({ secondsInContingency: 5400, secondsOverLimit: 0, loginsInContingency: 1, price: 25 });
    expect(typeOf(await ask(books, { period: '2026-11', sizes, without: { logonSources: ['Agent Desktop'] } }))).toMatchObject({
      secondsInContingency: 0,
      price: 10,
      peak: { value: 3 },
    });
  });

  it('WHATIF-20 wrong questions are refused with every path', () => {
    const refused = (body: unknown): string[] => {
      try {
        parseWhatIf(body);
        return [];
      } catch (error) {
        return (error as RefusedInput).errors.map(({ path }) => path);
      }
    };
    expect(refused(null)).toEqual(['']);
    expect(refused({ period: '2026-13', with: 1, without: { staleSessions: false } })).toEqual(['period', 'without.staleSessions', 'with']);
    expect(refused({ with: 1, sizes: { Recording: { concurrent: 1.5 } }, prices: 7 })).toEqual([
      'prices',
      'with',
      'sizes.Recording.concurrent',
    ]);
    expect(refused({ from: '2026-11-02T00:00:00Z' })).toEqual(['to']);
    expect(refused({ from: '2026-11-02T00:00:00Z', to: '2026-11-01T00:00:00Z' })).toEqual(['to']);
    expect(refused({ sizes: { Recording: { concurrent: -1 } }, prices: { '': { unitPrice: 1 } } })).toEqual([
      'sizes.Recording.concurrent',
      'prices.',
    ]);
    expect(parseWhatIf(JSON.parse('{"sizes":{"__proto__":{"concurrent":1}}}')).sizes.get('__proto__')).toEqual({
      concurrent: 1,
      contingency: 0,
    });
  });
});
