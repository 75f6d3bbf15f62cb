import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../server/store/memory.ts';
import { StoreFullError } from '../../server/store/store.ts';
import type { AlertRule } from '../../shared/alerts.ts';
import { alertRule } from '../support/alert-rule.ts';
import { type EventInput, ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { settle } from '../support/let-pass.ts';

const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const put = (books: TestBooks, given: Partial<AlertRule> = {}, id = 'full') =>
  books.pipeline.alerts.putRules(ORGANISATION, [{ id, rule: alertRule(given) }]);
const listen = async (books: TestBooks, id = 'ops') => {
  // Over HTTP only an organisation that exists has receivers.
  if (!books.pipeline.committed.organisation(ORGANISATION)) await books.settings({});
  await books.pipeline.alerts.putWebhook(
    ORGANISATION,
    { id, url: 'https://a.example/', format: 'standard', events: [], enabled: true, secret: SECRET },
    '',
  );
};
const steps = (books: TestBooks) =>
  books.pipeline.alerts.shown
    .history(ORGANISATION, { limit: 1_000 })
    .items.map(({ at: when, licenceType, to }) => `${when.slice(11, 23)} ${licenceType} ${to}`)
    .reverse();
const states = (books: TestBooks) => books.pipeline.alerts.shown.alerts(ORGANISATION).map(({ state }) => state);
const queued = (books: TestBooks) => books.pipeline.alerts.shown.pending();
const types = (books: TestBooks) => queued(books).map(({ type }) => type);
const login = (user: string, more: object = {}) => ({ user, licences: ['A'], ...more });
const logout = (user: string, more: object = {}) => ({ type: 'logout' as const, user, ...more });

describe('alerts in the line', () => {
  it('ALERT-20 look at the end of a batch: what rises and falls within one alarms nobody', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await books.settings({ entitlements: { A: { concurrent: 3, contingency: 0 } } });
    await put(books);
    await books.send(login('a'));
    await books.send(login('b'), login('c'), logout('a'), logout('b'));
    await put(books, { metric: 'concurrentAvailable', op: '<', threshold: 1 });
    expect(steps(books)).toEqual([]);
    await books.send(login('d'), login('e'));
    expect(steps(books)).toEqual(['08:00:00.000 A firing']);
  });

  it('ALERT-21 never fire for the past, and heed what the past did to the present', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await put(books);
    await books.send(login('a', { at: at('07:00:00') }), login('b', { at: at('07:00:00') }), logout('b', { at: at('07:30:00') }));
    expect(steps(books)).toEqual([]);
    await books.send(login('c', { at: at('07:10:00') }));
    expect(steps(books)).toEqual(['08:00:00.000 A firing']);
    await books.send(logout('c', { at: at('07:20:00') }));
    expect(steps(books).at(-1)).toBe('08:00:00.000 A resolved');
  });

  it('ALERT-21 heed a mark that the past raised, however old what raised it is', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await put(books, { metric: 'billingPeriodPeak' });
    await books.send(login('a'));
    const past = [login('b', { at: at('04:00:00') }), login('c', { at: at('04:00:00') })];
    await books.send(...past, logout('b', { at: at('04:30:00') }), logout('c', { at: at('04:30:00') }));
    expect(steps(books)).toEqual(['08:00:00.000 A firing']);
    await books.send(logout('b', { at: at('04:00:00') }));
    expect(steps(books)).toEqual(['08:00:00.000 A firing', '08:00:00.000 A resolved']);
  });

  it('ALERT-22 wait and keep firing over restarts, to the instant', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await put(books, { forSeconds: 60, keepFiringForSeconds: 30 });
    await books.send(login('a'), login('b'));
    await books.restart(10_000);
    await books.passTo(at('08:00:59.900'));
    expect(states(books)).toEqual(['pending']);
    await books.passTo(at('08:01:00'));
    expect(states(books)).toEqual(['firing']);
    await books.passTo(at('08:02:00'));
    await books.send(logout('a'));
    await books.restart(10_000);
    await books.passTo(at('08:02:29.900'));
    expect(states(books)).toEqual(['firing']);
    await books.passTo(at('08:02:30'));
    expect(steps(books)).toEqual(['08:00:00.000 A pending', '08:01:00.000 A firing', '08:02:30.000 A resolved']);
  });

  it('ALERT-23 are unknown while the feed is silent, and where they were when it is back', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await books.settings({ feedSilentAfterSeconds: 60 });
    await listen(books);
    await put(books);
    await put(books, { metric: 'feedAge', licenceType: '*', threshold: 90 }, 'quiet');
    await books.send(login('a'), login('b'));
    await books.passTo(at('08:01:00'));
    expect(states(books)).toEqual(['firing']);
    await books.passTo(at('08:01:00.100'));
    await books.passTo(at('08:01:29.900'));
    await books.passTo(at('08:01:30'));
    await books.restart();
    expect(steps(books)).toEqual(['08:00:00.000 A firing', '08:01:00.100 A unknown', '08:01:30.000 * firing']);
    books.clock.jumpTo(at('08:05:00'));
    await books.send({ type: 'heartbeat', user: 'a' });
    expect(steps(books).slice(3)).toEqual(['08:05:00.000 A firing', '08:05:00.000 * resolved']);
    expect(types(books).filter((type) => /alert|feed/.test(type))).toEqual([
      'alert.firing',
      'feed.silent',
      'alert.unknown',
      'alert.firing',
      'feed.recovered',
      'alert.firing',
      'alert.resolved',
    ]);
  });

  it("ALERT-24 do not take Highwater's own downtime for silence of the feed", async () => {
    const books = await openTestBooks(at('08:00:00'));
    await books.settings({ feedSilentAfterSeconds: 60 });
    await put(books);
    await books.send(login('a'), login('b'));
    await books.restart(600_000);
    await books.passTo(at('08:11:00'));
    expect(states(books)).toEqual(['firing']);
    await books.passTo(at('08:11:00.100'));
    expect(states(books)).toEqual(['unknown']);
  });

  it('ALERT-25 one for every type, where a rule is for all of them', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await put(books, { licenceType: '*' });
    await books.send(login('a', { licences: ['A', 'B'] }), login('b', { licences: ['A', 'B', 'C'] }));
    expect(steps(books)).toEqual(['08:00:00.000 A firing', '08:00:00.000 B firing']);
    await put(books, { licenceType: 'B' });
    expect(steps(books).slice(2)).toEqual(['08:00:00.000 A resolved']);
  });

  it('ALERT-26 their steps are numbered with the records, and the answer names the highest', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await put(books);
    await books.send(login('a'), login('b'));
    const answer = await books.pipeline.ingest([]);
    expect(answer.seq).toBe(3);
    expect(await books.send(login('c'))).toMatchObject([{ records: [4] }]);
    expect(books.pipeline.alerts.shown.history(ORGANISATION, { limit: 10 }).items).toMatchObject([{ seq: 3, alert: 'alert-3' }]);
  });

  it('ALERT-27 the oldest session ages by itself; another takes its place when it is gone', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await put(books, { metric: 'sessionAge', threshold: 3_600 });
    await books.send(login('a'));
    books.clock.jumpTo(at('08:10:00'));
    await books.send(login('b'));
    await books.passTo(at('08:30:00'));
    await books.send(logout('a'));
    await books.passTo(at('09:09:59.900'));
    expect(states(books)).toEqual([]);
    await books.passTo(at('09:10:00'));
    expect(steps(books)).toEqual(['09:10:00.000 A firing']);
    await books.send(login('c', { at: at('07:00:00') }), logout('b'));
    expect(states(books)).toEqual(['firing']);
    await books.send(logout('c'));
    expect(states(books)).toEqual(['resolved']);
  });

  it('ALERT-28 a rule that is removed resolves what fires; one about utilisation needs an entitlement', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await listen(books);
    await put(books, { metric: 'utilisation', threshold: 0.9 });
    await books.send(login('a'), login('b'));
    expect(steps(books)).toEqual([]);
    await books.settings({ entitlements: { A: { concurrent: 2, contingency: 0 } } });
    expect(states(books)).toEqual(['firing']);
    expect(await books.pipeline.alerts.deleteRule(ORGANISATION, 'full')).toBe(true);
    expect(states(books)).toEqual(['resolved']);
    expect(types(books)).toEqual(['peak.new', 'alert.firing', 'alert.resolved']);
    await books.restart();
    expect(states(books)).toEqual(['resolved']);
  });

  it('ALERT-29 nothing of a batch that could not be written has happened, and it happens once when it can', async () => {
    const store = createMemoryStore();
    const { commit } = store;
    const books = await openTestBooks(at('08:00:00'), store, { errors: 'expected' });
    await listen(books);
    await put(books);
    await books.send(login('a'));
    store.commit = () => Promise.reject(new StoreFullError('full'));
    await expect(books.send(login('b'))).rejects.toThrow();
    expect([steps(books), states(books)]).toEqual([[], []]);
    store.commit = commit;
    books.clock.advanceTo(at('08:00:10'));
    await settle();
    await books.send(login('b'));
    expect(states(books)).toEqual(['firing']);
    expect(types(books)).toEqual(['peak.new', 'alert.firing']);
  });

  it('ALERT-33 a clock that is set back an hour makes nothing wait an hour', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await put(books, { forSeconds: 60 });
    await books.send(login('a'), login('b'));
    books.clock.jumpTo(at('07:00:00'));
    await books.passTo(at('07:00:01'));
    await books.passTo(at('07:02:00'));
    expect(states(books)).toEqual(['firing']);
  });

  it('ALERT-34 whatever happens, with crashes between: each alert is where a plain look at the numbers puts it', async () => {
    const anyStep = fc.record({ after: fc.integer({ min: 0, max: 40 }), users: fc.integer({ min: 0, max: 5 }), crash: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), async (all) => {
        const books = await openTestBooks(at('08:00:00'));
        await listen(books);
        await put(books);
        let [open, firing, turns] = [0, false, 0];
        for (const { after, users, crash } of all) {
          await books.passTo(books.clock.now() + after * 1000);
          const events = Array.from({ length: 6 }, (_, i) => i).flatMap((i): EventInput[] => {
            if (i < users && i >= open) return [login(`u${i}`)];
            return i >= users && i < open ? [logout(`u${i}`)] : [];
          });
          open = users;
          if (events.length > 0) await books.send(...events);
          if (firing !== users >= 2) turns++;
          firing = users >= 2;
          if (crash) await books.restart(after * 1000);
          expect(states(books)[0] === 'firing').toBe(firing);
          const alerts = queued(books).filter(({ type }) => type.startsWith('alert.'));
          expect(alerts).toHaveLength(turns);
          expect(new Set(queued(books).map(({ id }) => id)).size).toBe(queued(books).length);
        }
      }),
      { numRuns: Number(process.env['HIGHWATER_RUNS'] ?? 50) },
    );
  });

  it('ALERT-35 the oldest session is found whatever is opened, closed and corrected', async () => {
    const anyStep = fc.record({ user: fc.integer({ min: 0, max: 5 }), out: fc.boolean(), late: fc.integer({ min: 0, max: 50 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), async (all) => {
        const books = await openTestBooks(at('08:00:00'));
        await put(books, { metric: 'sessionAge', op: '>=', threshold: 0 });
        for (const { user, out, late } of all) {
          books.clock.jumpTo(books.clock.now() + 1_000);
          const when = { at: books.clock.now() - late * 1_000 };
          await books.send(out ? logout(`u${user}`, when) : login(`u${user}`, when));
          const sessions = (await books.pipeline.committed.sessions(ORGANISATION, { limit: 100 }))?.items ?? [];
          const oldest = Math.min(...sessions.map(({ since }) => Date.parse(since)));
          const [alert] = books.pipeline.alerts.shown.alerts(ORGANISATION);
          if (sessions.length === 0) expect(alert?.state ?? 'resolved').toBe('resolved');
          else expect(alert).toMatchObject({ state: 'firing', value: (books.clock.now() - oldest) / 1_000 });
        }
      }),
      { numRuns: Number(process.env['HIGHWATER_RUNS'] ?? 50) },
    );
  });
});

describe('news beside alerts', () => {
  it('HOOK-30 a new mark is told at once, then at most once a minute with the last value, over a restart too', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await listen(books);
    const marks = () =>
      queued(books).flatMap(({ type, data, at: when }) =>
        type === 'peak.new' ? [[when - at('08:00:00'), data['value'], data['previous']]] : [],
      );
    await books.send(login('a'));
    await books.passTo(at('08:00:10'));
    await books.send(login('b'));
    await books.passTo(at('08:00:20'));
    await books.send(login('c'), login('d'));
    await books.passTo(at('08:00:30'));
    await books.send(logout('a'), logout('b'));
    expect(marks()).toEqual([[0, 1, 0]]);
    await books.restart(5_000);
    await books.passTo(at('08:00:59.900'));
    expect(marks()).toHaveLength(1);
    await books.passTo(at('08:01:00'));
    await books.passTo(at('08:02:30'));
    await books.send(logout('c'), logout('d'));
    expect(marks()).toEqual([
      [0, 1, 0],
      [60_000, 4, 1],
    ]);
  });

  it('HOOK-30 a mark that late events raised is told, with its instant', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await listen(books);
    await books.send(login('a'));
    await books.passTo(at('08:01:00'));
    const past = [login('b', { at: at('04:00:00') }), login('c', { at: at('04:00:00') })];
    await books.send(...past, logout('b', { at: at('04:30:00') }), logout('c', { at: at('04:30:00') }));
    expect(queued(books).map(({ type, data }) => [type, data['value'], data['at']])).toEqual([
      ['peak.new', 1, '2026-11-24T08:00:00.000Z'],
      ['peak.new', 2, '2026-11-24T04:00:00.000Z'],
    ]);
  });

  it('HOOK-31 a billing period is closed once, with its marks, also if nobody was there', async () => {
    const books = await openTestBooks(Date.parse('2026-11-30T23:00:00Z'));
    await listen(books);
    await books.send(login('a'), login('b'));
    await books.restart(7_200_000);
    await books.passTo(books.clock.now() + 60_000);
    await books.restart();
    const closed = queued(books).filter(({ type }) => type === 'billing-period.closed');
    expect(closed.map(({ data }) => data)).toMatchObject([
      {
        period: '2026-11',
        start: '2026-11-01T00:00:00.000Z',
        end: '2026-12-01T00:00:00.000Z',
        licences: [{ licenceType: 'A', highWaterMark: { value: 2 } }],
      },
    ]);
    await books.send(login('c'));
    expect(types(books).filter((type) => type === 'peak.new')).toHaveLength(2);
  });

  it('HOOK-32 a receiver hears of what happens from then on, not of how things stand', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await books.settings({ entitlements: { A: { concurrent: 1, contingency: 5 } } });
    await put(books);
    await books.send(login('a'), login('b'));
    await listen(books);
    await books.restart();
    expect(types(books)).toEqual([]);
    await books.send(logout('b'));
    expect(types(books)).toEqual(['contingency.left']);
  });

  it('HOOK-34 overflow entered and left take turns, also where the settings change it with the billing period', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await listen(books);
    await books.send(login('a'));
    const size = (concurrent: number) => ({ entitlements: { A: { concurrent, contingency: 5 } }, effectiveFrom: '2026-11-01T00:00:00Z' });
    await books.settings({ ...size(0), billingPeriodStartDay: 2 });
    await books.settings({ ...size(1), billingPeriodStartDay: 3, timeZone: 'Asia/Tokyo' });
    expect(types(books)).toEqual(['peak.new', 'contingency.entered', 'contingency.left']);
  });

  it('HOOK-33 no message names a user', async () => {
    const books = await openTestBooks(at('08:00:00'));
    await listen(books);
    await put(books, { licenceType: '*' });
    await books.send({ user: 'Zaphod', device: 'Heart of Gold', licences: ['A'] }, { user: 'Trillian', licences: ['A'] });
    expect(types(books)).toEqual(['peak.new', 'alert.firing']);
    expect(JSON.stringify(queued(books))).not.toMatch(/Zaphod|Trillian|Gold/);
  });
});
