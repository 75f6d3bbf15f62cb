import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueAt, INACTIVE, step } from '../../server/alerts/evaluate.ts';
import { parseTryRule } from '../../server/parse/alerts.ts';
import type { RefusedInput } from '../../server/parse/refusal.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { Store } from '../../server/store/store.ts';
import { ALERT_OPS, type AlertRule } from '../../shared/alerts.ts';
import { type EventInput, ORGANISATION, openTestBooks } from '../support/books.ts';
import { property } from '../support/seeded.ts';

const START = Date.parse('2026-11-30T23:59:01Z');

/** Every event and every instant at which time alone moves it, one after the other. */
function plainly(rule: AlertRule, moments: readonly { at: number; inUse: number }[], from: number, to: number): unknown[] {
  const december = Date.parse('2026-12-01T00:00:00Z');
  const instants = [...new Set([from, december, ...moments.map(({ at }) => at)])].filter((at) => at >= from && at < to);
  const inUseAt = (at: number) => moments.findLast((moment) => moment.at <= at)?.inUse ?? 0;
  const valueAt = (at: number): number => {
    if (rule.metric === 'inUse') return inUseAt(at);
    if (rule.metric === 'utilisation') return inUseAt(at) / 2;
    const start = at < december ? 0 : december;
    return Math.max(inUseAt(start), ...moments.filter((moment) => moment.at >= start && moment.at <= at).map(({ inUse }) => inUse));
  };
  const firings: { firedAt: string; endsAt: string | null; extreme: number }[] = [];
  let course = INACTIVE;
  let extreme = 0;
  const look = (at: number) => {
    const value = valueAt(at);
    const taken = step(rule, course, { value, silent: false }, at);
    if (taken.transition?.from === 'inactive' || taken.transition?.from === 'resolved') extreme = value;
    extreme = rule.op.startsWith('>') ? Math.max(extreme, value) : Math.min(extreme, value);
    course = taken.course;
    if (taken.transition?.to === 'firing') firings.push({ firedAt: new Date(at).toISOString(), endsAt: null, extreme });
    const last = firings.at(-1);
    if (!last || last.endsAt !== null || course.state === 'pending') return;
    if (course.state === 'firing') last.extreme = extreme;
    else last.endsAt = new Date(at).toISOString();
  };
  for (const at of [...instants.sort((a, b) => a - b), to]) {
    for (let due = dueAt(rule, course); due < at; due = dueAt(rule, course)) look(due);
    if (at < to) look(at);
  }
  return firings.map(({ firedAt, endsAt, extreme: met }) => [firedAt, endsAt, met]);
}

describe('a rule tried on the past', () => {
  const METRICS = [
    'inUse',
    'concurrentUsed',
    'concurrentAvailable',
    'utilisation',
    'contingencyUsed',
    'overLimit',
    'billingPeriodPeak',
  ] as const;
  const anyCase = fc.record({
    metric: fc.constantFrom(...METRICS),
    op: fc.constantFrom(...ALERT_OPS),
    threshold: fc.integer({ min: 0, max: 3 }),
    forSeconds: fc.constantFrom(0, 3, 7),
    keepFiringForSeconds: fc.constantFrom(0, 5),
    steps: fc.array(fc.record({ after: fc.integer({ min: 1, max: 6 }), users: fc.integer({ min: 0, max: 5 }), bought: fc.boolean() }), {
      maxLength: 14,
    }),
  });

  property('ALERT-50 does what the live one did over the same history', 20, anyCase, async ({ steps, ...given }) => {
    const books = await openTestBooks(START);
    await books.settings({ entitlements: { A: { concurrent: 2, contingency: 1 } } });
    const rule: AlertRule = { name: 'r', licenceType: 'A', severity: 'warning', annotations: {}, ...given };
    await books.pipeline.alerts.putRules(ORGANISATION, [{ id: 'r', rule }]);
    let open = 0;
    const passOn = async (seconds: number) => {
      for (let second = 0; second < seconds; second++) await books.passTo(books.clock.now() + 1_000);
    };
    for (const { after, users, bought } of steps) {
      // Each instant is looked at once: events and settings come at odd seconds, waits and periods end at even ones.
      await passOn(after * 2);
      if (bought) {
        await books.settings({ entitlements: { A: { concurrent: 3, contingency: 1 } } });
        await passOn(2);
      }
      const events = Array.from({ length: 5 }, (_, i) => i).flatMap((i): EventInput[] => {
        if (i < users && i >= open) return [{ user: `u${i}`, licences: ['A'] }];
        return i >= users && i < open ? [{ type: 'logout', user: `u${i}` }] : [];
      });
      open = users;
      if (events.length > 0) await books.send(...events);
    }
    await passOn(20);
    const live = books.pipeline.alerts.shown
      .history(ORGANISATION, { limit: 1_000 })
      .items.reverse()
      .flatMap(({ at, to }) => (to === 'firing' || to === 'resolved' ? [[to, at]] : []));
    const end = books.clock.now() + 1;
    const tried = await books.pipeline.committed.reports(ORGANISATION)?.tryRule(rule, START, end);
    const again = (tried?.firings ?? []).flatMap(({ firedAt, endsAt }) => [
      ['firing', firedAt],
      ...(endsAt === null ? [] : [['resolved', endsAt]]),
    ]);
    expect(again).toEqual(live);
    expect(tried).toMatchObject({ complete: true, truncated: false });
  });

  const anyPast = fc.record({
    metric: fc.constantFrom('inUse', 'utilisation', 'billingPeriodPeak'),
    op: fc.constantFrom(...ALERT_OPS),
    threshold: fc.integer({ min: 0, max: 4 }),
    slack: fc.constantFrom(0, 1),
    forSeconds: fc.constantFrom(0, 60, 7_200),
    keepFiringForSeconds: fc.constantFrom(0, 300, 90_000),
    from: fc.integer({ min: 0, max: 100_000 }),
    turns: fc.array(
      fc.record({
        after: fc.constantFrom(1, 999, 1_000, 61_000, 290_000, 1_799_999, 3_600_000, 13_000_000),
        user: fc.integer({ min: 0, max: 3 }),
      }),
      { maxLength: 30 },
    ),
  });

  property(
    'ALERT-52 over hours and days it does what going through every event does',
    60,
    anyPast,
    async ({ turns, from: seconds, slack, ...given }) => {
      const end = Date.parse('2026-12-04T00:00:00Z');
      const begin = Date.parse('2026-11-30T12:00:00Z');
      const books = await openTestBooks(end);
      await books.settings({ entitlements: { A: { concurrent: 2, contingency: 0 } } });
      const clearThreshold = given.op.startsWith('>') ? given.threshold - slack : given.threshold + slack;
      const rule = { name: 'r', licenceType: 'A', severity: 'warning', annotations: {}, ...given, clearThreshold } as AlertRule;
      const open = new Set<number>();
      let at = begin;
      const moments: { at: number; inUse: number }[] = [];
      const events = turns.flatMap(({ after, user }): EventInput[] => {
        at += after;
        const out = open.delete(user);
        if (!out) open.add(user);
        moments.push({ at, inUse: open.size });
        return [out ? { type: 'logout', user: `u${user}`, at } : { user: `u${user}`, licences: ['A'], at }];
      });
      if (events.length > 0) await books.send(...events);
      const from = begin + seconds * 1_000;
      const tried = await books.pipeline.committed.reports(ORGANISATION)?.tryRule(rule, from, end);
      expect(tried?.firings.map(({ firedAt, endsAt, extreme }) => [firedAt, endsAt, extreme])).toEqual(plainly(rule, moments, from, end));
    },
  );

  it('ALERT-51 needs a metric with a past and a range of at most thirteen months', () => {
    const now = START;
    const refused = (body: object): string[] => {
      try {
        parseTryRule({ threshold: 1, ...body }, now);
        return [];
      } catch (error) {
        return (error as RefusedInput).errors.map(({ path }) => path);
      }
    };
    expect(parseTryRule({ metric: 'inUse', threshold: 1 }, now)).toMatchObject({ from: now - 30 * 86_400_000, to: now });
    expect(refused({ metric: 'sessionAge' })).toEqual(['metric']);
    expect(refused({ metric: 'inUse', from: '2025-01-01T00:00:00Z' })).toEqual(['from']);
    expect(refused({ metric: 'inUse', from: '2027-01-01T00:00:00Z' })).toEqual(['from']);
    expect(refused({ metric: 'inUse', clearThreshold: 2 })).toEqual(['clearThreshold']);
  });

  it('ALERT-53 others are let in between small pieces, however much happened in five minutes', async () => {
    const memory = createMemoryStore();
    let rows = 0;
    const store: Store = {
      ...memory,
      *range(table, range) {
        for (const row of memory.range(table, range)) {
          rows++;
          yield row as never;
        }
      },
    };
    const books = await openTestBooks(START + 1_000_000, store);
    const busy = Array.from({ length: 6_000 }, (_, i): EventInput => {
      const [user, at] = [`u${i % 3_000}`, START + 120_000 + i];
      return i < 3_000 ? { user, at, licences: ['A'] } : { type: 'logout', user, at };
    });
    for (let i = 0; i < busy.length; i += 1_000) await books.send(...busy.slice(i, i + 1_000));
    const rule = {
      name: 'r',
      licenceType: '*',
      metric: 'inUse',
      op: '>=',
      threshold: 2_500,
      forSeconds: 0,
      keepFiringForSeconds: 0,
    } as const;
    let [done, most] = [false, 0];
    rows = 0;
    const tried = books.pipeline.committed
      .reports(ORGANISATION)
      ?.tryRule({ ...rule, severity: 'warning', annotations: {} }, START, START + 1_000_000)
      .finally(() => {
        done = true;
      });
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, rows);
      rows = 0;
    }
    expect(await tried).toMatchObject({ count: 1, provisional: false, firings: [{ extreme: 3_000 }] });
    expect(most).toBeLessThan(2_500);
  });

  it('ALERT-54 what is still being worked out again makes the answer provisional', async () => {
    const books = await openTestBooks(START + 86_400_000, createMemoryStore(), { effort: { atOnce: 5, perPiece: 2 } });
    await books.settings({ entitlements: { A: { concurrent: 1, contingency: 1 } } });
    const crowd = Array.from({ length: 40 }, (_, i): EventInput => ({ user: `u${i}`, licences: ['A'], at: START + 10_000 + i * 1_000 }));
    await books.send(...crowd);
    await books.recomputed();
    await books.send({ user: 'late', licences: ['A'], at: START + 1_000 });
    const rule = {
      name: 'r',
      licenceType: 'A',
      metric: 'overLimit',
      op: '>=',
      threshold: 1,
      forSeconds: 0,
      keepFiringForSeconds: 0,
    } as const;
    const tried = (to: number) =>
      books.pipeline.committed.reports(ORGANISATION)?.tryRule({ ...rule, severity: 'warning', annotations: {} }, START, to);
    expect(books.pipeline.committed.recomputing(ORGANISATION)).not.toBeNull();
    expect(await tried(START + 1_000)).toMatchObject({ provisional: false });
    expect(await tried(books.clock.now())).toMatchObject({ provisional: true });
    await books.recomputed();
    expect(await tried(books.clock.now())).toMatchObject({ provisional: false });
  });
});
