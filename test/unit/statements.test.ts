import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Closer, createCloser } from '../../server/billing/closer.ts';
import { USUAL_CLOSING } from '../../server/billing/closing-times.ts';
import type { Store, TableName } from '../../server/store/store.ts';
import { verifyStore } from '../../server/verify/verify.ts';
import type { Bill } from '../../shared/bill.ts';
import { canonicalJson, canonicalPieces } from '../../shared/canonical-json.ts';
import type { BillingPeriodRow, BillNow, Statement, StatementRow } from '../../shared/statements.ts';
import { startApp } from '../support/app.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { countingStore } from '../support/counting-store.ts';
import { centres, play } from '../support/random-centre.ts';
import { property } from '../support/seeded.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);

/** Books with somebody who closes their periods, looked after by hand. */
async function closedBooks(start: number, store?: Store) {
  const books = await openTestBooks(start, store);
  const closerOf = () => {
    const log = { error: (fields: object, message: string) => expect.fail(`${message}: ${JSON.stringify(fields)}`) };
    return createCloser({ clock: books.clock, log, pipeline: books.pipeline, times: USUAL_CLOSING });
  };
  let closer: Closer = closerOf();
  const statement = (period: string, number?: number): Statement | undefined => {
    const found = books.pipeline.committed.statement(ORGANISATION, period, number);
    return found && { hash: found.stored.hash, ...(JSON.parse(found.text()) as Omit<Statement, 'hash'>) };
  };
  return {
    ...books,
    books,
    statement,
    reports: () => books.pipeline.committed.reports(ORGANISATION) as NonNullable<ReturnType<TestBooks['pipeline']['committed']['reports']>>,
    close: (period: string) => closer.close(ORGANISATION, period, null),
    async pass(to: number) {
      await books.passTo(to);
      await closer.looked();
    },
    async restartAfter(downMs: number) {
      await closer.stop();
      await books.restart(downMs);
      closer = closerOf();
      await closer.looked();
    },
  };
}

/** A type that is first used after a period was closed has a row of nothing in the bill of that period from then on. */
const withoutIdle = (bill: Bill | undefined) =>
  bill && { ...bill, licences: bill.licences.filter(({ highWaterMark }) => highWaterMark.instant.value > 0) };

const ENTITLEMENTS = { Recording: { concurrent: 1, contingency: 5, unitPrice: 10, contingencyPrice: 25 } };

async function october(store?: Store) {
  const centre = await closedBooks(at('2026-10-05T08:00:00Z'), store);
  await centre.settings({ timeZone: 'Europe/London', entitlements: ENTITLEMENTS });
  await centre.send({ user: 'a', licences: ['Recording'], id: 'first' });
  await centre.pass(at('2026-10-05T12:00:00Z'));
  await centre.send({ type: 'logout', user: 'a' });
  return centre;
}

const late = { user: 'b', licences: ['Recording'], at: at('2026-10-05T09:00:00Z') };
const lateEnd = { type: 'logout' as const, user: 'b', at: at('2026-10-05T11:00:00Z') };

describe('statements', () => {
  it('STMT-1 a period that is over is closed when it had time to settle: its bill, under what it was made, and a hash of all', async () => {
    const centre = await october();
    // October ends at midnight in London, which is UTC by then.
    await centre.pass(at('2026-11-03T23:59:00Z'));
    expect(centre.statement('2026-10')).toBeUndefined();
    expect(centre.reports().billingPeriods()[1]).toMatchObject({
      state: 'settling',
      closesAt: '2026-11-04T00:00:00.000Z',
      statement: null,
    });
    const bill = await centre.reports().bill('2026-10');
    await centre.pass(at('2026-11-04T00:00:00Z'));
    const { hash, ...content } = centre.statement('2026-10') as Statement;
    expect(createHash('sha256').update(canonicalJson(content)).digest('hex')).toBe(hash);
    const { statement: none, ...asItWas } = bill as BillNow;
    expect([none, content.bill]).toEqual([null, asItWas]);
    expect(content).toMatchObject({
      organisation: ORGANISATION,
      period: '2026-10',
      number: 1,
      previousHash: null,
      closedAt: '2026-11-04T00:00:00.000Z',
      seq: 2,
      reason: 'period-over',
      by: null,
      differences: [],
      settings: {
        timeZone: 'Europe/London',
        billingPeriodStartDay: 1,
        entitlements: [{ licenceType: 'Recording', ...ENTITLEMENTS.Recording }],
      },
    });
    expect(
      centre
        .reports()
        .billingPeriods()
        .map(({ period, state }) => [period, state]),
    ).toEqual([
      ['2026-11', 'running'],
      ['2026-10', 'closed'],
    ]);
    expect((await centre.reports().bill('2026-10'))?.statement).toMatchObject({
      hash,
      number: 1,
      revisions: 0,
      agrees: true,
      differences: [],
    });
  });

  it('STMT-14 a closed period of which nothing has changed is answered from its statement, and else from the records', async () => {
    const store = countingStore();
    const centre = await october(store);
    const many = Array.from({ length: 100 }, (_, n) => ({
      user: 'c',
      licences: ['Recording'],
      at: at('2026-10-05T11:00:00Z') + n * 1_000,
      type: n % 2 === 0 ? ('login' as const) : ('logout' as const),
    }));
    await centre.send(...many);
    await centre.pass(at('2026-11-05T00:00:00Z'));
    await centre.restartAfter(0);
    const read = async () => {
      await centre.books.restart();
      store.entries = 0;
      const { statement, ...bill } = (await centre.reports().bill('2026-10')) as BillNow;
      const entries = store.entries;
      expect((await centre.reports().figures('2026-10'))?.bill).toEqual(bill);
      // The first entry of all is always looked up: it tells where the books begin.
      return { entries: entries >= many.length, agrees: statement?.agrees };
    };
    expect(await read()).toEqual({ entries: false, agrees: true });
    await centre.send(late, lateEnd);
    expect(await read()).toEqual({ entries: true, agrees: false });
    await centre.restartAfter(0);
    await centre.pass(at('2026-11-06T00:00:00Z'));
    expect(await read()).toEqual({ entries: false, agrees: true });
    // A new type has a row of nothing, and on another clock the period is another.
    await centre.send({ user: 'a', licences: ['Conferencing'] });
    expect(await read()).toEqual({ entries: true, agrees: true });
    await centre.settings({ timeZone: 'Asia/Kathmandu', entitlements: ENTITLEMENTS });
    expect(await read()).toEqual({ entries: true, agrees: false });
  });

  it('STMT-2 late records never overwrite: a revision holds the hash of the one before and what is different', async () => {
    const centre = await october();
    await centre.pass(at('2026-11-05T00:00:00Z'));
    const first = centre.statement('2026-10') as Statement;
    await centre.send(late, lateEnd);
    const between = await centre.reports().bill('2026-10');
    expect(between?.statement).toMatchObject({ hash: first.hash, agrees: false });
    expect(centre.reports().billingPeriods()[1]).toMatchObject({ state: 'closed', changedSince: true });
    await centre.pass(at('2026-11-05T00:59:00Z'));
    expect(centre.statement('2026-10')).toEqual(first);
    await centre.pass(at('2026-11-05T01:01:00Z'));
    const second = centre.statement('2026-10') as Statement;
    expect(second).toMatchObject({ number: 2, previousHash: first.hash, reason: 'records-changed', seq: centre.pipeline.committed.seq() });
    expect(second.differences).toEqual(between?.statement?.differences);
    expect(second.differences.filter(({ from }) => from !== null)).toEqual([
      { licenceType: 'Recording', figure: 'instant', from: 1, to: 2 },
      { licenceType: 'Recording', figure: 'sustained:30m', from: 1, to: 2 },
      { licenceType: 'Recording', figure: 'steady:15m', from: 1, to: 2 },
      { licenceType: 'Recording', figure: 'sample:5m', from: 1, to: 2 },
      { licenceType: 'Recording', figure: 'contingencyMaxUsed', from: 0, to: 1 },
      { licenceType: 'Recording', figure: 'price', from: 10, to: 35 },
    ]);
    expect(centre.statement('2026-10', 1)).toEqual(first);
    expect((await centre.reports().bill('2026-10'))?.statement).toMatchObject({ hash: second.hash, revisions: 1, agrees: true });
    expect(centre.reports().billingPeriods()[1]).toMatchObject({ state: 'revised', changedSince: false });
    expect(verifyStore(centre.store).differences).toEqual([]);
  });

  it('STMT-3 a change that leaves all figures as they are makes no revision', async () => {
    const centre = await october();
    await centre.pass(at('2026-11-05T00:00:00Z'));
    await centre.send({ user: 'c', licences: [], at: at('2026-10-06T09:00:00Z') });
    expect(centre.reports().billingPeriods()[1]).toMatchObject({ changedSince: true });
    await centre.pass(at('2026-11-05T02:00:00Z'));
    expect(centre.reports().billingPeriods()[1]).toMatchObject({ state: 'closed', changedSince: false, statement: { number: 1 } });
  });

  it('STMT-4 a period whose end falls into a downtime is closed after it, and what was closed is the same after a restart', async () => {
    const centre = await october();
    await centre.restartAfter(40 * DAY);
    const first = centre.statement('2026-10') as Statement;
    expect(first).toMatchObject({ number: 1, bill: { complete: false, licences: [{ highWaterMark: { instant: { value: 1 } } }] } });
    await centre.send(late);
    await centre.restartAfter(30 * DAY);
    expect(centre.statement('2026-10')).toMatchObject({ number: 2, previousHash: first.hash });
    expect(centre.statement('2026-10', 1)).toEqual(first);
    // Whoever came in October and never left is in November too.
    expect(centre.statement('2026-11')).toMatchObject({ number: 1, bill: { licences: [{ highWaterMark: { instant: { value: 1 } } }] } });
  });

  it('STMT-5 what becomes known while a bill is read is in its statement', async () => {
    const centre = await october();
    await centre.passTo(at('2026-11-02T00:00:00Z'));
    const [closed] = await Promise.all([centre.close('2026-10'), centre.send(late, lateEnd)]);
    expect(closed).toBe('closed');
    expect(centre.statement('2026-10')).toMatchObject({ number: 1, bill: { licences: [{ highWaterMark: { instant: { value: 2 } } }] } });
  });

  it('STMT-6 it is closed on request once it is over, and written anew on request if it changed', async () => {
    const centre = await october();
    expect(await centre.close('2026-10')).toBe('running');
    expect(await centre.close('2026-12')).toBe('unknown');
    await centre.passTo(at('2026-11-01T00:00:00Z'));
    expect(await centre.close('2026-10')).toBe('closed');
    expect(await centre.close('2026-10')).toBe('unchanged');
    await centre.send(late, lateEnd);
    expect(await centre.close('2026-10')).toBe('closed');
    expect(centre.statement('2026-10')).toMatchObject({ number: 2, reason: 'requested' });
    await centre.pass(at('2026-11-10T00:00:00Z'));
    expect(centre.statement('2026-10')).toMatchObject({ number: 2 });
  });

  it('STMT-13 an event of the year 1 brings statements of ten years, a list of a hundred, and the rest on request', async () => {
    const centre = await closedBooks(at('2026-11-20T00:00:00Z'));
    await centre.send({ user: 'a', licences: ['Recording'], at: at('0001-03-01T08:00:00Z') });
    await centre.pass(at('2026-11-20T02:00:00Z'));
    const rows = centre.pipeline.committed.statements(ORGANISATION) as StatementRow[];
    expect([rows[0]?.period, rows.at(-1)?.period, rows.length]).toEqual(['2016-11', '2026-10', 120]);
    const periods = centre.reports().billingPeriods();
    expect(periods).toHaveLength(1_203);
    expect(periods.at(-1)).toMatchObject({ state: 'settling', closesAt: null });
    expect(await centre.close('0001-03')).toBe('closed');
    expect(centre.statement('0001-03')?.bill.licences[0]?.highWaterMark.instant.value).toBe(1);
  });

  it('STMT-7 an import of many months makes one statement each, once it has come to rest; unrest is waited for a day at most', async () => {
    const centre = await closedBooks(at('2026-11-20T00:00:00Z'));
    for (let month = 1; month <= 10; month++)
      await centre.send({ user: `u${month}`, licences: ['Recording'], at: Date.UTC(2026, month - 1, 7) });
    await centre.pass(at('2026-11-20T00:30:00Z'));
    expect(centre.pipeline.committed.statements(ORGANISATION)).toEqual([]);
    await centre.pass(at('2026-11-20T01:30:00Z'));
    const rows = centre.pipeline.committed.statements(ORGANISATION) as StatementRow[];
    expect(rows.map(({ period, number }) => `${period} ${number}`)).toEqual(
      Array.from({ length: 10 }, (_, i) => `2026-${String(i + 1).padStart(2, '0')} 1`),
    );
    for (let half = 0; half < 49; half++) {
      await centre.send({ user: `v${half}`, licences: ['Recording'], at: at('2026-10-08T00:00:00Z') });
      await centre.pass(at('2026-11-20T02:00:00Z') + (half * HOUR) / 2);
    }
    expect(centre.statement('2026-10')).toMatchObject({ number: 2 });
    expect(centre.statement('2026-09')).toMatchObject({ number: 1 });
  });

  it('STMT-8 prices that were said later, and another time zone, make revisions too', async () => {
    const centre = await october();
    await centre.pass(at('2026-11-05T00:00:00Z'));
    const dearer = { Recording: { ...ENTITLEMENTS.Recording, unitPrice: 11 } };
    await centre.settings({ timeZone: 'Europe/London', entitlements: dearer, effectiveFrom: '2026-10-20T00:00:00Z' });
    await centre.pass(at('2026-11-05T02:00:00Z'));
    expect(centre.statement('2026-10')?.differences).toContainEqual({ licenceType: 'Recording', figure: 'price', from: 10, to: 11 });
    await centre.settings({ timeZone: 'America/New_York', entitlements: dearer });
    await centre.pass(at('2026-11-05T04:00:00Z'));
    expect(centre.statement('2026-10')).toMatchObject({ number: 3, bill: { start: '2026-10-01T04:00:00.000Z' } });
    expect(centre.statement('2026-10')?.differences.map(({ figure }) => figure)).toContain('start');
    await centre.settings({ timeZone: 'America/New_York', entitlements: {} });
    await centre.pass(at('2026-11-05T06:00:00Z'));
    expect(centre.statement('2026-10')).toMatchObject({ number: 3 });
  });

  property(
    'STMT-9 whatever comes late: the newest statement is the bill as it is, the older ones stay, the chain holds',
    8,
    centres,
    async (scene) => {
      const centre = await closedBooks(scene.live ? scene.scene.start : scene.scene.end);
      const half = Math.ceil(scene.events.length / 2);
      await play(centre.books, { ...scene, events: scene.events.slice(0, half) });
      const kept = new Map<string, string>();
      const check = async () => {
        for (const { period, number } of centre.pipeline.committed.statements(ORGANISATION) ?? []) {
          const text = canonicalJson(centre.statement(period, number));
          expect(kept.get(`${period} ${number}`) ?? text).toBe(text);
          kept.set(`${period} ${number}`, text);
        }
        for (const { name, end } of centre.reports().endedPeriods(Number.NEGATIVE_INFINITY)) {
          if (end + USUAL_CLOSING.closeAfterMs > centre.clock.now()) continue;
          const { statement, ...bill } = (await centre.reports().bill(name)) as BillNow;
          expect((await centre.reports().figures(name))?.bill).toEqual(bill);
          expect(withoutIdle(centre.statement(name)?.bill)).toEqual(withoutIdle(bill));
          expect(statement).toMatchObject({ agrees: true, differences: [] });
        }
        expect(verifyStore(centre.store).differences).toEqual([]);
      };
      await centre.pass(Math.max(centre.clock.now(), scene.scene.end) + 40 * DAY);
      // Leases that ended on the way are news of the past.
      await centre.pass(centre.clock.now() + 2 * HOUR);
      await check();
      for (const event of scene.events.slice(half)) await centre.send({ ...event, logonSource: event.source });
      await centre.pass(centre.clock.now() + 2 * HOUR);
      await check();
      await centre.restartAfter(HOUR);
      await check();
    },
  );

  it.each<[TableName, (value: never) => unknown]>([
    ['statements', (value: { hash: string }) => ({ ...value, hash: `0${value.hash.slice(1)}` })],
    ['statements', (value: { seq: number }) => ({ ...value, seq: value.seq + 1 })],
    ['statements', () => undefined],
    ['statementBodies', (value: Uint8Array) => value.map((byte, index) => (index === 40 ? byte ^ 1 : byte))],
    ['statementBodies', () => undefined],
  ])('STMT-10 verify finds a statement that is not what its hash says (%s)', async (table, change) => {
    const centre = await october();
    await centre.pass(at('2026-11-05T00:00:00Z'));
    await centre.send(late);
    await centre.pass(at('2026-11-05T02:00:00Z'));
    expect(verifyStore(centre.store).differences).toEqual([]);
    const [row] = [...centre.store.range(table, {})] as [{ key: (string | number)[]; value: never }];
    await centre.store.commit([{ table, key: row.key, value: change(row.value) }]);
    expect(verifyStore(centre.store).count).toBeGreaterThan(0);
  });

  it('STMT-3 a type that is first used once a period is closed changes none of its figures', async () => {
    const centre = await october();
    await centre.pass(at('2026-11-05T00:00:00Z'));
    const closed = centre.statement('2026-10');
    await centre.send({ user: 'b', licences: ['Agent SMS'] }, late, lateEnd);
    await centre.pass(at('2026-11-05T02:00:00Z'));
    const types = centre.statement('2026-10')?.differences.map(({ licenceType }) => licenceType);
    expect(centre.statement('2026-10')).toMatchObject({ number: 2, previousHash: closed?.hash });
    expect(new Set(types)).toEqual(new Set(['Recording']));
  });

  it('STMT-11 canonical JSON has its keys in order, and one text', () => {
    const value = {
      b: [1, -0, 1e21, 0.1, null],
      a: { '\u20ac': 'x"\n', __proto__x: true, '\ud83d\ude00': [], '\ufb33': {} },
      c: undefined,
    };
    const text = '{"a":{"__proto__x":true,"\u20ac":"x\\"\\n","\ud83d\ude00":[],"\ufb33":{}},"b":[1,0,1e+21,0.1,null]}';
    expect(canonicalJson(value)).toBe(text);
    expect([...canonicalPieces(value)].join('')).toBe(text);
    const long = Array.from({ length: 1000 }, (_, n) => ({ n, list: [n] }));
    expect([...canonicalPieces({ long })].join('')).toBe(canonicalJson({ long }));
  });

  it('STMT-12 what was recorded up to a stop is complete, the gap begins with it', async () => {
    const books = await openTestBooks(at('2026-10-05T08:00:00Z'));
    await books.send({ user: 'a', licences: ['Recording'] });
    books.clock.jumpTo(at('2026-10-05T08:05:00Z'));
    await books.restart(6 * 60_000);
    await books.passTo(at('2026-10-05T08:20:00Z'));
    const rows: [string, boolean][] = [];
    const range = { from: at('2026-10-05T08:00:00Z'), to: at('2026-10-05T08:20:00Z'), resolution: '5m' as const };
    for await (const list of books.pipeline.committed.reports(ORGANISATION)?.history(range) ?? [])
      rows.push(...list.map(({ start, complete }): [string, boolean] => [start.slice(14, 16), complete]));
    expect(rows).toEqual([
      ['00', true],
      ['05', false],
      ['10', false],
      ['15', true],
    ]);
  });

  it('STMT-20 over HTTP: periods, statements and closing', async () => {
    const app = await startApp(onTestFinished);
    const O = '/api/v1/organisations/129';
    const event = (type: string, user: string, time: string) => ({
      type,
      organisation: '129',
      user,
      logonSource: 'Agent Desktop',
      at: time,
    });
    await app.put(O, { entitlements: ENTITLEMENTS });
    await app.post('/api/v1/events', [
      { ...event('login', 'a', '2026-03-06T09:00:00Z'), licences: ['Recording'] },
      event('logout', 'a', '2026-03-06T10:00:00Z'),
    ]);
    const periods = async () => (await app.get<{ items: BillingPeriodRow[] }>(`${O}/billing/periods`)).body.items;
    expect((await periods()).at(-1)).toMatchObject({ period: '2026-03', state: 'settling', statement: null });
    expect((await app.get(`${O}/billing/statements/2026-03`)).status).toBe(404);
    const closed = await app.post<StatementRow & { written: boolean }>(`${O}/billing/2026-03/close`, undefined);
    expect(closed).toMatchObject({ status: 200, body: { period: '2026-03', number: 1, written: true, reason: 'requested' } });
    expect((await app.post(`${O}/billing/2026-03/close`, undefined)).body).toMatchObject({ number: 1, written: false });
    expect((await periods()).at(-1)).toMatchObject({ period: '2026-03', state: 'closed', statement: { hash: closed.body.hash } });
    const { hash, ...content } = (await app.get<Statement>(`${O}/billing/statements/2026-03`)).body;
    expect([hash, createHash('sha256').update(canonicalJson(content)).digest('hex')]).toEqual([closed.body.hash, closed.body.hash]);
    await app.post('/api/v1/events', [{ ...event('login', 'b', '2026-03-06T09:30:00Z'), licences: ['Recording'] }]);
    expect((await app.get<BillNow>(`${O}/billing?period=2026-03`)).body.statement).toMatchObject({ hash, agrees: false });
    expect((await app.post(`${O}/billing/2026-03/close`, undefined)).body).toMatchObject({ number: 2, previousHash: hash, written: true });
    expect((await app.get<Statement>(`${O}/billing/statements/2026-03?revision=1`)).body).toEqual({ hash, ...content });
    const list = (await app.get<{ items: StatementRow[] }>(`${O}/billing/statements`)).body.items;
    expect(list.map(({ number, previousHash }) => [number, previousHash])).toEqual([
      [1, null],
      [2, hash],
    ]);
    const now = (await periods())[0]?.period;
    expect(await app.post(`${O}/billing/${now}/close`, undefined)).toMatchObject({ status: 409, body: { code: 'not_closable' } });
    for (const bad of ['billing/March/close', 'billing/2026-13/close']) expect((await app.post(`${O}/${bad}`, undefined)).status).toBe(400);
    for (const bad of ['2026-03?revision=0', '2026-3', '2026-03?number=1'])
      expect((await app.get(`${O}/billing/statements/${bad}`)).status).toBe(400);
    expect((await app.get(`${O}/billing/statements/2026-03?revision=3`)).status).toBe(404);
    expect((await app.post('/api/v1/organisations/none/billing/2026-03/close', undefined)).status).toBe(404);
  });
});
