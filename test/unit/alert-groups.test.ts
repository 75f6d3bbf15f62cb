import { describe, expect, it } from 'vitest';
import type { RefusedInput } from '../../server/parse/refusal.ts';
import { parseWebhook } from '../../server/parse/webhooks.ts';
import { type HttpFormat, httpMessageOf } from '../../server/webhooks/formats/render.ts';
import type { Webhook } from '../../server/webhooks/outbox.ts';
import type { AlertRule, WebhookFormat } from '../../shared/alerts.ts';
import { alertRule } from '../support/alert-rule.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const rule = (given: Partial<AlertRule> = {}) => alertRule({ licenceType: '*', threshold: 1, ...given });

type Settings = Partial<Pick<Webhook, 'groupBy' | 'groupWaitSeconds' | 'repeatIntervalSeconds' | 'enabled'>>;

const receiver = (format: WebhookFormat, settings: Settings): Webhook => ({
  id: 'ops',
  url: 'https://a.example/',
  format,
  events: ['alert.firing', 'alert.resolved', 'alert.unknown'],
  enabled: true,
  secret: SECRET,
  disabledReason: null,
  ...settings,
});
const listen = (books: TestBooks, settings: Settings, format: WebhookFormat = 'alertmanager') =>
  books.pipeline.alerts.putWebhook(ORGANISATION, receiver(format, settings), '');

async function centre(settings: Settings, format?: WebhookFormat): Promise<TestBooks> {
  const books = await openTestBooks(START);
  await books.settings({});
  await listen(books, settings, format);
  await books.pipeline.alerts.putRules(ORGANISATION, [{ id: 'full', rule: rule() }]);
  return books;
}

/** Takes what waits as delivered, and says what it was. */
async function delivered(books: TestBooks): Promise<string[]> {
  const messages = books.pipeline.alerts.shown.pending();
  for (const one of messages)
    await books.pipeline.alerts.recordAttempt({ ...one, status: 'delivered', nextAttemptAt: null }, 'delivered', null);
  return messages.map(({ type, data }) => {
    const alerts = (data['alerts'] as { licenceType: string; state: string }[] | undefined)?.map(
      (one) => `${one.licenceType} ${one.state}`,
    );
    return [type, ...(data['repeat'] ? [`repeat ${data['repeat']}`] : []), ...(alerts ? [alerts.sort().join(', ')] : [])].join(': ');
  });
}
/** A clock that is moved brings one batch, whatever lies between: here something may happen every ten seconds. */
async function pass(books: TestBooks, to: number): Promise<void> {
  while (books.clock.now() < to) await books.passTo(Math.min(to, books.clock.now() + 10_000));
}
const login = (user: string, ...licences: string[]) => ({ user, licences });
const logout = (user: string) => ({ type: 'logout' as const, user });

describe('repetition', () => {
  it('ALERT-64 tells again what still fires, with its number, until somebody acknowledges it; over restarts too', async () => {
    const books = await centre({ repeatIntervalSeconds: 600 }, 'standard');
    await books.send(login('a', 'A'));
    expect(await delivered(books)).toEqual(['alert.firing']);
    await pass(books, START + 599_900);
    expect(await delivered(books)).toEqual([]);
    await pass(books, START + 600_000);
    expect(await delivered(books)).toEqual(['alert.firing: repeat 1']);
    await books.restart(60_000);
    await pass(books, START + 1_199_900);
    expect(await delivered(books)).toEqual([]);
    await pass(books, START + 1_200_000);
    expect(await delivered(books)).toEqual(['alert.firing: repeat 2']);
    const [alert] = books.pipeline.alerts.shown.alerts(ORGANISATION);
    await books.pipeline.alerts.acknowledge(ORGANISATION, alert?.id ?? '', 'Ann', '');
    await pass(books, START + 3_600_000);
    expect(await delivered(books)).toEqual([]);
    await books.send(logout('a'));
    expect(await delivered(books)).toEqual(['alert.resolved']);
  });

  it('ALERT-64 waits for a silence to end, and does not pile up on a receiver that takes nothing', async () => {
    const books = await centre({ repeatIntervalSeconds: 600 }, 'standard');
    await books.send(login('a', 'A'));
    await pass(books, START + 1_800_000);
    expect(books.pipeline.alerts.shown.pending()).toHaveLength(1);
    await delivered(books);
    const endsAt = START + 3_000_000;
    await books.pipeline.alerts.addSilence(ORGANISATION, { matchers: {}, endsAt, by: 'me', note: '' });
    await pass(books, endsAt - 100);
    expect(await delivered(books)).toEqual([]);
    await pass(books, endsAt);
    expect(await delivered(books)).toEqual(['alert.firing: repeat 1']);
  });

  it('ALERT-64 a clock that is set forward brings one, one that is set back delays none by more than the interval', async () => {
    const books = await centre({ repeatIntervalSeconds: 600 }, 'standard');
    await books.send(login('a', 'A'));
    await delivered(books);
    books.clock.jumpTo(START + 7_200_000);
    await pass(books, START + 7_200_100);
    expect(await delivered(books)).toEqual(['alert.firing: repeat 1']);
    books.clock.jumpTo(START);
    await pass(books, START + 100);
    await pass(books, START + 599_900);
    expect(await delivered(books)).toEqual([]);
    await pass(books, START + 600_100);
    expect(await delivered(books)).toEqual(['alert.firing: repeat 2']);
  });

  it('ALERT-64 a receiver that listens to firing alerts no longer makes nobody else wait', async () => {
    const books = await centre({ repeatIntervalSeconds: 600 }, 'standard');
    const other: Webhook = { ...receiver('standard', { repeatIntervalSeconds: 60 }), id: 'a-other' };
    await books.pipeline.alerts.putWebhook(ORGANISATION, other, '');
    await books.send(login('a', 'A'));
    await delivered(books);
    await books.pipeline.alerts.putWebhook(ORGANISATION, { ...other, events: ['alert.resolved'] }, '');
    await pass(books, START + 120_000);
    await books.send(login('a', 'A'));
    await pass(books, START + 600_000);
    expect(await delivered(books)).toEqual(['alert.firing: repeat 1']);
  });
});

describe('groups', () => {
  it('ALERT-65 steps of one moment go out in one message for each group', async () => {
    const books = await centre({ groupBy: ['rule'] });
    await books.pipeline.alerts.putRules(ORGANISATION, [{ id: 'two', rule: rule({ name: 'two', threshold: 2 }) }]);
    await books.send(login('a', 'A', 'B'), login('b', 'B', 'C'));
    expect((await delivered(books)).sort()).toEqual(['alert.firing: A firing, B firing, C firing', 'alert.firing: B firing']);
    await books.send(logout('b'));
    expect((await delivered(books)).sort()).toEqual(['alert.firing: A firing, B firing, C resolved', 'alert.resolved: B resolved']);
    await books.send(logout('a'));
    expect(await delivered(books)).toEqual(['alert.resolved: A resolved, B resolved']);
  });

  it('ALERT-66 collects for groupWaitSeconds, over a restart; what fires and ends meanwhile is not told', async () => {
    const books = await centre({ groupBy: [], groupWaitSeconds: 30 });
    await books.send(login('a', 'A'));
    await pass(books, START + 10_000);
    await books.send(login('b', 'B'), login('c', 'C'));
    await books.restart();
    await pass(books, START + 20_000);
    await books.send(logout('c'));
    await pass(books, START + 29_900);
    expect(await delivered(books)).toEqual([]);
    await pass(books, START + 30_000);
    expect(await delivered(books)).toEqual(['alert.firing: A firing, B firing']);
    await books.send(login('d', 'D'), logout('d'), logout('a'));
    await pass(books, START + 35_000);
    await books.send(login('a', 'A'));
    await pass(books, START + 60_000);
    // It ended and came back before anybody was told that it had ended: the newest is what is said.
    expect(await delivered(books)).toEqual(['alert.firing: A firing, B firing']);
    expect(await books.store.get('alertGroups', [ORGANISATION, 'ops'])).toBeUndefined();
  });

  it('ALERT-66 what ended is told also when the rule waits again when the message goes out', async () => {
    const books = await centre({ groupBy: [], groupWaitSeconds: 30 });
    await books.pipeline.alerts.putRules(ORGANISATION, [{ id: 'full', rule: rule({ forSeconds: 20 }) }]);
    await books.send(login('a', 'A'));
    await pass(books, START + 60_000);
    expect(await delivered(books)).toEqual(['alert.firing: A firing']);
    await books.send(logout('a'));
    await pass(books, START + 75_000);
    await books.send(login('a', 'A'));
    await pass(books, START + 90_000);
    expect(await delivered(books)).toEqual(['alert.resolved: A resolved']);
    await pass(books, START + 200_000);
    expect(await delivered(books)).toEqual(['alert.firing: A firing']);
  });

  it('ALERT-67 what is silenced when the message would go out is not in it, and is told when the silence ends', async () => {
    const books = await centre({ groupBy: [], groupWaitSeconds: 30 });
    await books.send(login('a', 'A'), login('b', 'B'));
    const endsAt = START + 60_000;
    await books.pipeline.alerts.addSilence(ORGANISATION, { matchers: { licenceType: 'A' }, endsAt, by: 'me', note: '' });
    await pass(books, START + 30_000);
    expect(await delivered(books)).toEqual(['alert.firing: B firing']);
    await pass(books, endsAt + 30_000);
    expect(await delivered(books)).toEqual(['alert.firing: A firing, B firing']);
  });

  it('ALERT-67 a group is told again as one, and a receiver that groups no more hears of each by itself at once', async () => {
    const books = await centre({ groupBy: ['rule'], groupWaitSeconds: 30, repeatIntervalSeconds: 600 });
    await books.send(login('a', 'A', 'B'));
    await pass(books, START + 30_000);
    expect(await delivered(books)).toEqual(['alert.firing: A firing, B firing']);
    await pass(books, START + 660_000);
    expect(await delivered(books)).toEqual(['alert.firing: repeat 1: A firing, B firing']);
    await books.send(login('c', 'C'), login('d', 'D'));
    await listen(books, {}, 'standard');
    expect(await delivered(books)).toEqual(['alert.firing: C firing', 'alert.firing: D firing']);
    await books.send(logout('c'));
    expect(await delivered(books)).toEqual(['alert.resolved']);
  });

  it('ALERT-68 an Alertmanager message has an alert each; chat and telephone say how many', async () => {
    const books = await centre({ groupBy: ['rule', 'severity'] });
    await books.send(login('a', 'A', 'B'));
    const [delivery] = books.pipeline.alerts.shown.pending();
    const sent = (format: HttpFormat) => JSON.parse(httpMessageOf(delivery as never, receiver(format, {}), format, START, '').body);
    expect(sent('alertmanager')).toMatchObject({
      status: 'firing',
      alerts: [{ labels: { licence_type: 'A' } }, { labels: { licence_type: 'B' } }],
      groupLabels: { organisation: ORGANISATION, alertname: 'full', severity: 'warning' },
      commonLabels: { alertname: 'full', severity: 'warning' },
    });
    expect(sent('alertmanager').commonLabels).not.toHaveProperty('licence_type');
    expect(sent('slack').text).toBe('Firing: full – 2 licence types');
    expect(sent('pagerduty')).toMatchObject({ event_action: 'trigger', payload: { severity: 'warning' } });
    expect(JSON.stringify(sent('teams'))).toContain('A: 1 in use (limit: 1 or more).');
  });

  it('ALERT-69 what makes no sense is refused by its path', () => {
    const checks = { urlProblem: () => null, mailProblem: () => null, templateProblem: () => null, secretProblem: () => null };
    const refused = (given: object): string[] => {
      try {
        parseWebhook('ops', { url: 'https://a.example/', ...given }, checks);
        return [];
      } catch (error) {
        return (error as RefusedInput).errors.map(({ path }) => path);
      }
    };
    expect(refused({ groupBy: ['rule'], format: 'slack', groupWaitSeconds: 30, repeatIntervalSeconds: 14_400 })).toEqual([]);
    expect(refused({ groupBy: ['rule'] })).toEqual(['groupBy']);
    expect(refused({ groupWaitSeconds: 5 })).toEqual(['groupWaitSeconds']);
    expect(refused({ groupBy: ['user'], format: 'slack' })).toEqual(['groupBy.0']);
    expect(refused({ repeatIntervalSeconds: 59 })).toEqual(['repeatIntervalSeconds']);
  });
});
