import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isBehind, superseded } from '../../server/webhooks/coalesce.ts';
import type { Delivery } from '../../server/webhooks/outbox.ts';
import type { AlertRule, WebhookEventType } from '../../shared/alerts.ts';
import { ORGANISATION, openTestBooks } from '../support/books.ts';
import { settle } from '../support/let-pass.ts';
import { property } from '../support/seeded.ts';
import { SECRET } from '../support/webhooks.ts';
import { startWorker } from '../support/worker.ts';

const TYPES: Record<string, WebhookEventType> = {
  F: 'alert.firing',
  U: 'alert.unknown',
  R: 'alert.resolved',
  E: 'contingency.entered',
  L: 'contingency.left',
  P: 'peak.new',
  B: 'billing-period.closed',
};

/** `F1` fires in course 1; `F1!` was tried. */
const waiting = (text: string): Delivery[] =>
  text.split(' ').map((word, n) => ({
    id: word,
    n,
    organisation: '129',
    webhook: 'ops',
    type: TYPES[word[0] as string] as WebhookEventType,
    about: 'x',
    at: 0,
    data: { id: word[1] },
    status: 'pending',
    attempts: word.endsWith('!') ? [{ at: 0, status: 500, error: 'answered 500' }] : [],
    tries: 0,
    nextAttemptAt: 0,
  }));

it.each([
  ['F1!', ''],
  ['F1! R1', ''],
  ['F1! U1 F1 U1 F1 R1', 'U1>R1 F1>R1 U1>R1 F1>R1'],
  ['F1! R1 F2 R2 F3', 'F2>F3 R2>F3'],
  ['F1! R1 F2 U2 F2 R2 F3 R3', 'F2>F3 U2>F3 F2>F3 R2>F3'],
  ['F1! R1 F2! R2 F3', ''],
  ['F1 R1 F2 R2 F3', 'F2>F3 R2>F3'],
  ['F1! R1 R2 F3', ''],
  ['E! L E L E', 'E>E L>E'],
  ['P! P P P', 'P>P P>P'],
  ['B! B B', ''],
])('HOOK-70 of %s these are left out: %s', (text, left) => {
  expect(
    superseded(waiting(text))
      .map(({ delivery, into }) => `${delivery.id}>${into.id}`)
      .join(' '),
  ).toBe(left);
});

it('HOOK-70 a message about several alerts is never left out', () => {
  const all = waiting('F1! F1 F1 F1').map((one) => ({ ...one, data: { ...one.data, alerts: [] } }));
  expect(superseded(all)).toEqual([]);
});

const course = fc.record({ turns: fc.array(fc.constantFrom('U', 'F'), { maxLength: 4 }), over: fc.boolean() });

property(
  'HOOK-71 whatever is left out, the first and the last message and all that were tried stay, and a receiver knows in the end what it would have known',
  300,
  fc.record({ courses: fc.array(course, { minLength: 1, maxLength: 6 }), skip: fc.nat(3), tried: fc.array(fc.nat(30), { maxLength: 4 }) }),
  async ({ courses, skip, tried }) => {
    const words = courses.flatMap(({ turns, over }, index) => [
      `F${index}`,
      ...turns.map((turn) => `${turn}${index}`),
      ...(over || index < courses.length - 1 ? [`R${index}`] : []),
    ]);
    const line = waiting(words.slice(Math.min(skip, words.length - 1)).join(' ')).map((one, n) =>
      n === 0 || tried.includes(n) ? { ...one, attempts: [{ at: 0, status: null, error: 'x' }] } : one,
    );
    const found = superseded(line);
    const left = new Set(found.map(({ delivery }) => delivery));
    const sent = line.filter((one) => !left.has(one));
    expect([sent[0], sent.at(-1)]).toEqual([line[0], line.at(-1)]);
    for (const { delivery, into } of found) {
      expect(delivery.attempts).toEqual([]);
      expect(sent.find(({ n }) => n > delivery.n)).toBe(into);
    }
    const known = (messages: Delivery[]) => new Map(messages.map(({ type, data }) => [data['id'], type]));
    // Of what is sent nothing is left open that is over; of what is not sent nothing is open.
    for (const [id, type] of known(line)) expect(known(sent).get(id) ?? 'alert.resolved').toBe(type);
    // Nobody hears of the end of a course without how it began.
    for (const id of known(sent).keys()) expect(sent).toContain(line.find(({ data }) => data['id'] === id));
  },
);

const RULE: AlertRule = {
  name: 'full',
  licenceType: 'A',
  metric: 'inUse',
  op: '>=',
  threshold: 1,
  forSeconds: 0,
  keepFiringForSeconds: 0,
  severity: 'warning',
  annotations: {},
};

async function flapping(coalesceAfterSeconds?: number) {
  const books = await openTestBooks(Date.parse('2026-11-24T08:00:00Z'));
  const { alerts } = books.pipeline;
  await books.settings({});
  await alerts.putRules(ORGANISATION, [{ id: 'full', rule: RULE }]);
  const given = { id: 'ops', url: 'https://a.example/', format: 'standard' as const, enabled: true };
  await alerts.putWebhook(ORGANISATION, { ...given, events: ['alert.firing', 'alert.resolved'] }, SECRET);
  const worker = startWorker(books, { retrySeconds: [5, 300, 300, 300], ...(coalesceAfterSeconds && { coalesceAfterSeconds }) });
  const turn = async (type: 'login' | 'logout') => {
    await books.send({ type, user: 'a', licences: ['A'] });
    await settle(6);
  };
  const list = () => (alerts.shown.deliveries(ORGANISATION, 'ops', undefined, { limit: 100 })?.items ?? []).toReversed();
  return { books, worker, turn, list };
}

it('HOOK-72 a receiver that was behind hears how it began and how it stands; every transition is delivered, dead or waits, each once', async () => {
  const { books, worker, turn, list } = await flapping();
  worker.answer = () => 500;
  for (let i = 0; i < 5; i++) for (const type of ['login', 'logout'] as const) await turn(type);
  await turn('login');
  await worker.pass(10);
  expect(list().map(({ status }) => status)).toEqual(Array(11).fill('pending'));
  worker.answer = () => 204;
  worker.sent.length = 0;
  await worker.pass(310);
  const [first, second, ...rest] = list();
  expect(worker.sent.map(({ id }) => id)).toEqual([first?.id, second?.id, rest.at(-1)?.id]);
  expect(worker.sent.map(({ type }) => type)).toEqual(['alert.firing', 'alert.resolved', 'alert.firing']);
  const left = list().filter(({ coalescedInto }) => coalescedInto !== undefined);
  expect(left.map(({ status, attempts, coalescedInto }) => [status, attempts.length, coalescedInto])).toEqual(
    Array(8).fill(['failed', 0, rest.at(-1)?.id]),
  );
  const { alerts } = books.pipeline;
  expect(alerts.shown.webhookView(ORGANISATION, 'ops')).toMatchObject({ pending: 0, failed: 0 });
  expect(alerts.shown.alerts(ORGANISATION)[0]?.deliveries).toEqual({ pending: 0, failed: 0 });
  expect(new Set(list().map(({ id }) => id)).size).toBe(11);
  expect(await alerts.retryFailed(ORGANISATION, 'ops', {})).toEqual({ queued: 0, overtaken: 0, more: false });
  await alerts.retryDelivery(ORGANISATION, 'ops', left[0]?.id as string);
  await settle(6);
  expect(worker.sent.at(-1)?.id).toBe(left[0]?.id);
  expect(list()[2]).not.toHaveProperty('coalescedInto');
});

it('HOOK-73 before a receiver counts as behind nothing is left out', async () => {
  // So long, and tried in vain: one that only waits, for others or for its turn, is not behind.
  const [untried, tried] = waiting('F1 F1!') as [Delivery, Delivery];
  expect([isBehind(untried, 600, 300), isBehind(tried, 299, 300), isBehind(tried, 300, 300)]).toEqual([false, false, true]);
  const { worker, turn, list } = await flapping(86_400);
  worker.answer = () => 500;
  for (let i = 0; i < 5; i++) for (const type of ['login', 'logout'] as const) await turn(type);
  await worker.pass(310);
  worker.answer = () => 204;
  worker.sent.length = 0;
  await worker.pass(310);
  expect(worker.sent.map(({ id }) => id)).toEqual(list().map(({ id }) => id));
  expect(list().every(({ status }) => status === 'delivered')).toBe(true);
});

it('HOOK-74 an old message that is tried again while a later one is under way is neither lost nor sent beside it', async () => {
  const { books, worker, turn, list } = await flapping();
  worker.answer = () => 500;
  await turn('login');
  await worker.pass(1_000);
  expect(list()[0]?.status).toBe('failed');
  let answer = (_: number): void => {};
  worker.answer = () => new Promise((resolve) => (answer = resolve));
  await turn('logout');
  const [first, second] = list();
  await books.pipeline.alerts.retryDelivery(ORGANISATION, 'ops', first?.id as string);
  await settle(6);
  expect(worker.sent.at(-1)?.id).toBe(second?.id);
  worker.answer = () => 204;
  answer(500);
  await settle(6);
  expect(worker.sent.slice(-2).map(({ id }) => id)).toEqual([first?.id, second?.id]);
  expect(list().map(({ status }) => status)).toEqual(['delivered', 'delivered']);
});

it('HOOK-77 fifty receivers hear of everything, and no time passes, while another lets each request hang', async () => {
  const { books, worker, turn, list } = await flapping();
  const { alerts } = books.pipeline;
  const names = Array.from({ length: 50 }, (_, i) => `other-${i}`);
  const given = { format: 'standard' as const, enabled: true, events: ['alert.firing' as const, 'alert.resolved' as const] };
  for (const id of names) await alerts.putWebhook(ORGANISATION, { ...given, id, url: `https://b.example/${id}` }, SECRET);
  await alerts.putRules(
    ORGANISATION,
    Array.from({ length: 5 }, (_, i) => ({ id: `more-${i}`, rule: RULE })),
  );
  worker.answer = ({ url }) => (url.startsWith('https://a.') ? new Promise(() => {}) : 204);
  for (const type of ['login', 'logout', 'login'] as const) await turn(type);
  await settle(100);
  const of = (id: string) => worker.sent.filter(({ url }) => url.endsWith(id)).length;
  expect(names.map(of)).toEqual(names.map(() => 3 * 6));
  expect(list().map(({ status, attempts }) => [status, attempts.length])).toEqual(Array(18).fill(['pending', 0]));
  expect(worker.sent.filter(({ url }) => url.startsWith('https://a.'))).toHaveLength(4);
});
