import { expect, it } from 'vitest';
import type { AlertRule } from '../../shared/alerts.ts';
import { ORGANISATION, openTestBooks } from '../support/books.ts';

const rule = (threshold: number): AlertRule => ({
  name: `from ${threshold}`,
  licenceType: 'A',
  metric: 'inUse',
  op: '>=',
  threshold,
  forSeconds: 0,
  keepFiringForSeconds: 0,
  severity: 'warning',
  annotations: {},
});

it('HOOK-41 what was under way to a receiver that says it is gone does not wait for it again', async () => {
  const books = await openTestBooks(Date.parse('2026-11-24T08:00:00Z'));
  const { alerts } = books.pipeline;
  await books.settings({});
  const given = { id: 'ops', url: 'https://a.example/', format: 'standard' as const, events: ['alert.firing' as const], enabled: true };
  await alerts.putWebhook(ORGANISATION, given, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  await alerts.putRules(
    ORGANISATION,
    [1, 2].map((n) => ({ id: `r${n}`, rule: rule(n) })),
  );
  await books.send({ user: 'a', licences: ['A'] }, { user: 'b', licences: ['A'] });
  const [first, second] = alerts.shown.pending();
  if (!first || !second) throw new Error('two messages wait');
  const attempt = { at: books.clock.now(), status: 410, error: 'gone' };
  await alerts.recordAttempt({ ...first, status: 'failed', attempts: [attempt], tries: 1, nextAttemptAt: null }, 'gone', null);
  await alerts.recordAttempt(
    { ...second, attempts: [{ ...attempt, status: 503 }], tries: 1, nextAttemptAt: books.clock.now() + 5_000 },
    'failed',
    null,
  );
  expect(alerts.shown.pending()).toEqual([]);
  const listed = alerts.shown.deliveries(ORGANISATION, 'ops', undefined, { limit: 10 })?.items ?? [];
  expect(listed.map(({ status, nextAttemptAt }) => [status, nextAttemptAt])).toEqual([
    ['failed', null],
    ['failed', null],
  ]);
});
