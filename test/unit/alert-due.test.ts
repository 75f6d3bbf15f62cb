import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDueList } from '../../server/books/due-list.ts';
import { alertRule } from '../support/alert-rule.ts';
import { openTestBooks } from '../support/books.ts';

describe('when alerts are looked at by themselves', () => {
  it('ALERT-72 whatever is planned and planned anew, each is due at its newest instant, once', () => {
    const anyAct = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      at: fc.constantFrom(1, 2, 3, 5, 8, Number.POSITIVE_INFINITY),
      pass: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 40 }), (acts) => {
        const list = createDueList();
        const plain = new Map<string, number>();
        let now = 0;
        for (const { id, at, pass } of acts) {
          if (!pass) {
            list.plan(id, now + at);
            plain.set(id, now + at);
            continue;
          }
          now += 2;
          const due = [...plain].filter(([, when]) => when <= now).map(([one]) => one);
          expect(list.isDue(now)).toBe(due.length > 0);
          expect(list.takeDue(now).sort()).toEqual(due.sort());
          for (const one of due) plain.delete(one);
        }
      }),
      { numRuns: Number(process.env['HIGHWATER_RUNS'] ?? 200) },
    );
  });

  it('ALERT-72 it forgets what does not count any more', () => {
    const list = createDueList();
    for (let at = 100_000; at > 0; at--) list.plan('a', at);
    expect(list.takeDue(1)).toEqual(['a']);
    expect(list.takeDue(100_000)).toEqual([]);
  });

  it('ALERT-72 an organisation that has only rules yet is looked at with its first event', async () => {
    const books = await openTestBooks(Date.parse('2026-11-24T08:00:00Z'));
    await books.pipeline.alerts.putRules('later', [{ id: 'r', rule: alertRule({ threshold: 1 }) }]);
    await books.passTo(books.clock.now() + 1_000);
    const at = books.clock.now();
    const event = {
      type: 'login',
      organisation: 'later',
      user: 'a',
      device: 'd',
      logonSource: 'Agent Desktop',
      at,
      receivedAt: at,
      licences: ['A'],
    } as const;
    await books.pipeline.ingest([{ ...event, licences: ['A'] }]);
    expect(books.pipeline.alerts.shown.alerts('later')).toMatchObject([{ state: 'firing' }]);
  });
});
