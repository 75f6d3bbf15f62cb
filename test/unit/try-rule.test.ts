import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTryRule } from '../../server/parse/alerts.ts';
import type { RefusedInput } from '../../server/parse/refusal.ts';
import { ALERT_OPS, type AlertRule } from '../../shared/alerts.ts';
import { type EventInput, ORGANISATION, openTestBooks } from '../support/books.ts';
import { property } from '../support/seeded.ts';

const START = Date.parse('2026-11-30T23:59:01Z');

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
});
