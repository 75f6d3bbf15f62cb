import { expect, it, onTestFinished } from 'vitest';
import { organisationMetrics } from '../../server/http/organisation-metrics.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import type { UsageView } from '../../shared/views.ts';
import { startApp } from '../support/app.ts';

it('HTTP-38 /metrics has each metric whole, under its name and kind, and whatever stands in a name', async () => {
  const app = await startApp(onTestFinished);
  const odd = 'a "b" \\ c';
  for (const organisation of ['1', odd]) {
    await app.put(`/api/v1/organisations/${encodeURIComponent(organisation)}`, {
      name: 'x',
      entitlements: { Recording: { concurrent: 2, contingency: 1 } },
    });
    const event = { type: 'login', organisation, user: 'u', logonSource: 'CRM', licences: ['Recording'], at: '2026-11-24T08:00:00.500Z' };
    expect((await app.post('/api/v1/events', event)).status).toBe(200);
  }
  const { body, headers } = await app.get<string>('/metrics');
  expect(headers.get('content-type')).toContain('text/plain');
  const label = 'organisation="a \\"b\\" \\\\ c"';
  const row = `${label},licence_type="Recording"`;
  for (const line of [
    `licences_in_use{${row}} 1`,
    `licences_pool_used{${row},pool="concurrent"} 1`,
    `licences_pool_used{${row},pool="contingency"} 0`,
    `licences_pool_used{${row},pool="over-limit"} 0`,
    `licences_entitled{${row},pool="concurrent"} 2`,
    `licences_entitled{${row},pool="contingency"} 1`,
    `licences_peak{${row},window="day"} 1`,
    `licences_peak{${row},window="billing_period"} 1`,
    `sessions_open{${label}} 1`,
    `feed_last_event_timestamp_seconds{${label}} `,
  ])
    expect(`\n${body}`).toContain(`\nhighwater_${line}`);
  // The samples of one metric come one after the other, below its kind.
  const names = body.split('\n').flatMap((line) => /^(?:# TYPE )?(highwater_\w+?)(?:_bucket|_sum|_count)?[ {]/.exec(line)?.[1] ?? []);
  const blocks = names.filter((name, index) => name !== names[index - 1]);
  expect(blocks).toEqual([...new Set(blocks)]);
  expect(blocks.length).toBeGreaterThan(10);
});

it('HTTP-38 while it is made, others have their turn', async () => {
  const [example] = BUILT_IN_CATALOGUE.licenceTypes;
  const pool = { total: 5, used: 1, available: 4 };
  const peak = { day: { value: 1, at: null }, billingPeriod: { value: 1, at: null } };
  const licences = Array.from({ length: 16 }, (_, nth) => ({
    licenceType: `${example?.name} ${nth}`,
    inUse: 1,
    holdings: 1,
    concurrent: pool,
    contingency: { ...pool, maxUsed: 0, maxUsedAt: null },
    overLimit: 0,
    peak,
  }));
  const organisations = Array.from({ length: 1_000 }, (_, nth) => ({ organisation: `${nth}` }));
  const committed = {
    organisations: () => organisations,
    usage: () => ({ sessions: 1, licences }) as unknown as UsageView,
    lastEventAt: () => 1_000,
  };
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  let lines = 0;
  for await (const piece of organisationMetrics(committed as never)) lines += piece.split('\n').length - 1;
  isOver = true;
  expect(lines).toBe(1_000 * (16 * 8 + 2) + 6 * 3);
  expect(turns).toBeGreaterThan(100);
});
