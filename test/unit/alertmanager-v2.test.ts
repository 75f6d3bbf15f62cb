import { describe, expect, it } from 'vitest';
import type { RefusedInput } from '../../server/parse/refusal.ts';
import { parseWebhook } from '../../server/parse/webhooks.ts';
import { alertmanagerV2Url } from '../../server/webhooks/formats/alertmanager-v2.ts';
import type { Message } from '../../server/webhooks/post.ts';
import { startRefresh } from '../../server/webhooks/refresh.ts';
import { secretProblem } from '../../server/webhooks/sign.ts';
import { createWebhookWorker } from '../../server/webhooks/worker.ts';
import type { AlertRule } from '../../shared/alerts.ts';
import { ORGANISATION, openTestBooks } from '../support/books.ts';
import { schemaCheck } from '../support/schemas.ts';
import { SECRET } from '../support/webhooks.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;
const RULE: AlertRule = {
  name: 'full',
  licenceType: '*',
  metric: 'inUse',
  op: '>=',
  threshold: 1,
  forSeconds: 0,
  keepFiringForSeconds: 0,
  severity: 'warning',
  annotations: {},
};
const login = (user: string, ...licences: string[]) => ({ type: 'login' as const, user, logonSource: 'Soft Client', licences });
const logout = (user: string) => ({ type: 'logout' as const, user, logonSource: 'Soft Client' });

interface Told {
  licenceType: string;
  state: string;
  endsAt: string;
}

/** A daemon without edges, and an Alertmanager that answers when it is told to. */
async function centre() {
  const books = await openTestBooks(START);
  await books.settings({});
  const { alerts } = books.pipeline;
  const webhook = { id: 'am', url: 'https://am.example/', format: 'alertmanager-v2' as const, events: [], enabled: true };
  await alerts.putWebhook(ORGANISATION, webhook, 'whsec_x');
  await alerts.putRules(ORGANISATION, [{ id: 'full', rule: RULE }]);
  const told: Told[][] = [];
  const answers: ((status: number) => void)[] = [];
  const check = schemaCheck('alertmanager-v2');
  const log: string[] = [];
  const sender = {
    send: (message: unknown) => {
      const { url, body } = message as Message;
      expect([url, check(JSON.parse(body))]).toEqual(['https://am.example/api/v2/alerts', null]);
      told.push(
        JSON.parse(body).map((alert: { labels: Record<string, string>; annotations: Record<string, string>; endsAt: string }) => ({
          licenceType: alert.labels['licence_type'],
          state: alert.annotations['state'],
          endsAt: alert.endsAt,
        })),
      );
      return new Promise<{ status: number }>((resolve) => answers.push((status) => resolve({ status })));
    },
    close: async () => {},
  };
  const parts = {
    clock: books.clock,
    sender,
    home: '',
    log: { warn: (_: object, message: string) => void log.push(message), error: (_: object, message: string) => void log.push(message) },
  };
  const worker = createWebhookWorker({
    ...parts,
    retrySeconds: [600],
    random: () => 0,
    webhook: alerts.shown.webhook,
    isPending: alerts.shown.isPending,
    record: alerts.recordAttempt,
    coalesceAfterMs: Number.POSITIVE_INFINITY,
    coalesce: alerts.coalesce,
    count: () => {},
  });
  books.pipeline.onCommit(({ queued }) => worker.take(queued));
  const outcomes: string[] = [];
  startRefresh({ ...parts, hold: worker.hold, firing: alerts.shown.toldAlertmanagers, count: (outcome) => outcomes.push(outcome) });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    books,
    told,
    log,
    outcomes,
    /** @param from the first of those that wait */
    async answer(status = 200, from = 0) {
      for (const one of answers.splice(from)) one(status);
      for (let turn = 0; turn < 20; turn++) await settled();
    },
    /** Lets time pass, minute by minute. */
    async pass(minutes: number) {
      for (let minute = 0; minute < minutes; minute++) await books.passTo(books.clock.now() + MINUTE);
    },
  };
}

describe('alertmanager-v2', () => {
  it.each([
    ['https://am.example', 'https://am.example/api/v2/alerts'],
    ['https://am.example/', 'https://am.example/api/v2/alerts'],
    ['https://am.example/prefix/', 'https://am.example/prefix/api/v2/alerts'],
    ['https://am.example/api/v2/alerts', 'https://am.example/api/v2/alerts'],
    ['https://am.example/api/v2/alerts/?x=1', 'https://am.example/api/v2/alerts?x=1'],
  ])('FORMAT-7 %s is told at %s', (url, wanted) => expect(alertmanagerV2Url(url)).toBe(wanted));

  it('FORMAT-7 what an Alertmanager cannot hear or does itself is refused by its place', () => {
    const checks = { urlProblem: () => null, mailProblem: () => null, templateProblem: () => null, secretProblem };
    const paths = (given: object) => {
      try {
        parseWebhook('am', { url: 'https://am.example', format: 'alertmanager-v2', ...given }, checks);
        return [];
      } catch (error) {
        return (error as RefusedInput).errors.map(({ path }) => path);
      }
    };
    expect(paths({ events: ['alert.firing', 'peak.new', 'feed.silent'] })).toEqual(['events.1', 'events.2']);
    expect(paths({ groupBy: [], repeatIntervalSeconds: 60 })).toEqual(['groupBy', 'repeatIntervalSeconds']);
    expect(paths({ secret: SECRET })).toEqual(['secret']);
    expect(paths({})).toEqual([]);
  });

  it('FORMAT-8 what fires is told every minute, good for four, until its end is told', async () => {
    const { books, told, answer, pass } = await centre();
    await books.send(login('a', 'A', 'B'));
    await answer();
    expect(told.map((alerts) => alerts.map(({ licenceType }) => licenceType))).toEqual([['A'], ['B']]);
    expect(told[0]?.[0]?.endsAt).toBe('2026-11-24T08:04:00.000Z');
    told.length = 0;
    await pass(1);
    expect(told).toEqual([
      [
        { licenceType: 'A', state: 'firing', endsAt: '2026-11-24T08:05:00.000Z' },
        { licenceType: 'B', state: 'firing', endsAt: '2026-11-24T08:05:00.000Z' },
      ],
    ]);
    await answer();
    told.length = 0;
    await books.send(logout('a'));
    await answer();
    expect(told.flat()).toMatchObject([{ state: 'resolved' }, { state: 'resolved' }]);
    told.length = 0;
    await pass(3);
    expect(told).toEqual([]);
  });

  it('FORMAT-9 an end waits for a request that just says that it fires, and nothing says so after it', async () => {
    const { books, told, answer, pass } = await centre();
    await books.send(login('a', 'A'));
    await answer();
    await pass(1);
    told.length = 0;
    // The request of the minute is still under way.
    await books.send(logout('a'));
    expect(told).toEqual([]);
    await answer();
    expect(told.flat()).toMatchObject([{ state: 'resolved' }]);
    // Its answer is still to come: what is under way is not told of.
    await books.send(login('a', 'A'));
    await pass(1);
    expect(told).toHaveLength(1);
    await answer();
    await answer();
    expect(told.flat().map(({ state }) => state)).toEqual(['resolved', 'firing']);
  });

  it('FORMAT-9 what is over, or a receiver that is turned off, while the first of many are told is not told of after that', async () => {
    const { books, told, answer, pass } = await centre();
    const licences = Array.from({ length: 130 }, (_, index) => `L${index}`);
    await books.send(login('a', ...licences.slice(0, 129)), login('b', 'L129'));
    while (told.flat().length < 130) await answer();
    await answer();
    told.length = 0;
    await pass(1);
    await books.send(logout('b'));
    // The end arrives while the first 64 are still under way.
    await answer(200, 1);
    expect(told.map((alerts) => alerts.length)).toEqual([64, 1]);
    expect(told[1]).toMatchObject([{ licenceType: 'L129', state: 'resolved' }]);
    for (let requests = 0; requests < 3; requests++) await answer();
    expect(told.slice(2).map((alerts) => alerts.length)).toEqual([64, 1]);
    expect(told.slice(2).flat()).not.toContainEqual(expect.objectContaining({ licenceType: 'L129' }));
    told.length = 0;
    await pass(1);
    const off = { id: 'am', url: 'https://am.example/', format: 'alertmanager-v2' as const, events: [], enabled: false };
    await books.pipeline.alerts.putWebhook(ORGANISATION, off, 'whsec_x');
    await answer();
    expect(told).toHaveLength(1);
  });

  it('FORMAT-10 what nobody knows of goes on firing, marked so; a failure is logged once', async () => {
    const { books, told, answer, pass, outcomes, log } = await centre();
    await books.settings({ feedSilentAfterSeconds: 120 });
    await books.send(login('a', 'A'));
    await answer();
    await pass(3);
    for (let turn = 0; turn < 3; turn++) await answer();
    told.length = 0;
    await pass(1);
    expect(told.flat()).toMatchObject([{ state: 'unknown', endsAt: '2026-11-24T08:08:00.000Z' }]);
    await answer(500);
    await pass(1);
    await answer(500);
    await pass(1);
    await answer(200);
    expect(outcomes.slice(-3)).toEqual(['failed', 'failed', 'sent']);
    expect(log).toHaveLength(2);
  });
});
