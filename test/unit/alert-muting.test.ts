import { describe, expect, it } from 'vitest';
import { createActiveMutes } from '../../server/alerting/active-mutes.ts';
import { inhibits, meaningOf } from '../../server/alerts/inhibition.ts';
import { mutedUntil } from '../../server/alerts/mute-times.ts';
import { renderedAnnotations, summaryOf, type Worded } from '../../server/alerts/wording.ts';
import { createCalendar } from '../../server/licensing/calendar.ts';
import { parseMuteTime } from '../../server/parse/mute-times.ts';
import type { RefusedInput } from '../../server/parse/refusal.ts';
import type { AlertRule, MuteTimeSpan, WebhookFormat } from '../../shared/alerts.ts';
import { alertRule } from '../support/alert-rule.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';

const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const put = (books: TestBooks, id: string, given: Partial<AlertRule> = {}) =>
  books.pipeline.alerts.putRules(ORGANISATION, [{ id, rule: alertRule(given) }]);
const listen = (books: TestBooks, id = 'ops', format: WebhookFormat = 'standard') =>
  books.pipeline.alerts.putWebhook(ORGANISATION, { id, url: 'https://a.example/', format, events: [], enabled: true, secret: SECRET }, '');
const told = (books: TestBooks, id = 'ops') =>
  books.pipeline.alerts.shown
    .pending()
    .filter(({ webhook, type }) => webhook === id && /alert|feed/.test(type))
    .map(({ type, data }) => `${type} ${data['rule'] ?? ''}`.trim());
const shown = (books: TestBooks, id: string) => books.pipeline.alerts.shown.alerts(ORGANISATION).find(({ rule: one }) => one === id);
const login = (user: string) => ({ user, licences: ['A'] });
const logout = (user: string) => ({ type: 'logout' as const, user });

async function centre(start = at('08:00:00'), settings = {}): Promise<TestBooks> {
  const books = await openTestBooks(start);
  await books.settings(settings);
  await listen(books);
  return books;
}

describe('mute times', () => {
  const london = createCalendar('Europe/London', 1);
  const until = (span: Partial<MuteTimeSpan>, now: string) => {
    const found = mutedUntil({ times: [{ days: [], from: '22:00', to: '06:00', ...span }] }, london, Date.parse(now));
    return found === null ? null : new Date(found).toISOString();
  };

  it('ALERT-40 begin on their days and may last into the next', () => {
    expect(until({ days: ['tue'] }, '2026-11-24T21:59:59.999Z')).toBeNull();
    expect(until({ days: ['tue'] }, '2026-11-24T22:00:00Z')).toBe('2026-11-25T06:00:00.000Z');
    expect(until({ days: ['tue'] }, '2026-11-25T05:59:59.999Z')).toBe('2026-11-25T06:00:00.000Z');
    expect(until({ days: ['tue'] }, '2026-11-25T06:00:00Z')).toBeNull();
    expect(until({ days: ['tue'] }, '2026-11-25T22:00:00Z')).toBeNull();
    expect(until({ from: '00:00', to: '00:00', days: ['sat'] }, '2026-11-28T12:00:00Z')).toBe('2026-11-29T00:00:00.000Z');
  });

  it('ALERT-41 follow the local clock where it is changed: the first of a time that occurs twice, the end of a gap', () => {
    expect(until({}, '2026-03-28T23:00:00Z')).toBe('2026-03-29T05:00:00.000Z');
    expect(until({ from: '01:30', to: '03:00' }, '2026-03-29T01:00:00Z')).toBe('2026-03-29T02:00:00.000Z');
    expect(until({ from: '01:10', to: '01:40' }, '2026-03-29T01:00:00Z')).toBeNull();
    expect(until({ from: '01:30', to: '02:00' }, '2026-10-25T01:10:00Z')).toBe('2026-10-25T02:00:00.000Z');
    expect(until({ from: '00:00', to: '01:30' }, '2026-10-25T00:45:00Z')).toBeNull();
  });

  it('ALERT-42 keep messages back and not the state; what was sent is resolved; what still fires when they end is told, over a restart too', async () => {
    const books = await centre(at('08:00:00'), { timeZone: 'Europe/London' });
    await put(books, 'full');
    await books.send(login('a'), login('b'));
    await books.pipeline.alerts.putMuteTime(ORGANISATION, 'lunch', {
      name: 'lunch',
      matchers: { rule: 'full' },
      times: [{ days: [], from: '08:10', to: '09:00' }],
    });
    await books.passTo(at('08:10:00'));
    await books.send(logout('a'));
    expect(told(books)).toEqual(['alert.firing full', 'alert.resolved full']);
    await books.send(login('a'));
    expect(shown(books, 'full')).toMatchObject({ state: 'firing', mutedBy: 'lunch' });
    expect(books.pipeline.alerts.shown.muteTimes(ORGANISATION)).toMatchObject([{ activeUntil: '2026-11-24T09:00:00.000Z' }]);
    await books.restart();
    await books.passTo(at('08:59:59.900'));
    expect(told(books)).toHaveLength(2);
    await books.passTo(at('09:00:00'));
    expect(told(books)).toEqual(['alert.firing full', 'alert.resolved full', 'alert.firing full']);
    expect(shown(books, 'full')).not.toHaveProperty('mutedBy');
    expect(await books.pipeline.alerts.deleteMuteTime(ORGANISATION, 'lunch')).toBe(true);
    expect(await books.pipeline.alerts.deleteMuteTime(ORGANISATION, 'lunch')).toBe(false);
  });

  it('ALERT-42 are worked out once a minute for one clock, and anew when they or the settings are others', async () => {
    const times = [{ days: [], from: '08:00', to: '08:01' }];
    const mute = { name: '', matchers: {}, times };
    let asked = 0;
    const counting = () => ({
      localTime: (...given: Parameters<typeof london.localTime>) => {
        asked++;
        return london.localTime(...given);
      },
    });
    const [clock, other] = [counting(), counting()];
    const active = createActiveMutes();
    const cost = (one: typeof clock, now: string, found: number) => {
      asked = 0;
      expect(active.at(new Map([['m', mute]]), one, at(now))).toHaveLength(found);
      return asked > 0;
    };
    expect([cost(clock, '08:00:00', 1), cost(clock, '08:00:59.999', 1), cost(clock, '08:01:00', 0)]).toEqual([true, false, true]);
    expect([cost(other, '08:01:00', 0), cost(other, '08:01:30', 0)]).toEqual([true, false]);
    active.forget();
    expect(cost(other, '08:01:30', 0)).toBe(true);

    const books = await centre(at('08:00:10'));
    await put(books, 'full');
    await put(books, 'more', { threshold: 3 });
    await books.send(login('a'), login('b'));
    await books.pipeline.alerts.putMuteTime(ORGANISATION, 'm', mute);
    await books.send(login('c'));
    expect(told(books)).toEqual(['alert.firing full']);
    await books.settings({ timeZone: 'Asia/Tokyo' });
    expect(told(books)).toEqual(['alert.firing full', 'alert.firing more']);
    await books.settings({ timeZone: 'UTC' });
    await books.send(logout('c'));
    await books.send(login('c'));
    expect(told(books)).toHaveLength(3);
    await books.pipeline.alerts.deleteMuteTime(ORGANISATION, 'm');
    expect(told(books).slice(2)).toEqual(['alert.resolved more', 'alert.firing more']);
  });

  it('ALERT-43 what is wrong with one is named by its path', () => {
    const refused = (body: unknown) => {
      try {
        parseMuteTime('m', body);
        return [];
      } catch (error) {
        return (error as RefusedInput).errors.map(({ path }) => path);
      }
    };
    expect(refused({ times: [{ from: '22:00', to: '06:00' }] })).toEqual([]);
    expect(refused({ times: [] })).toEqual(['times']);
    expect(refused({ times: [{ from: '24:00', to: 6, days: ['monday'] }], matchers: { severity: 'x' }, other: 1 }).sort()).toEqual([
      'matchers.severity',
      'other',
      'times.0.days.0',
      'times.0.from',
      'times.0.to',
    ]);
  });
});

describe('inhibition', () => {
  it('ALERT-44 a firing critical alert keeps back warnings of its type that mean the same', () => {
    const one = (severity: 'warning' | 'critical', given: Partial<AlertRule> = {}) => ({
      licenceType: 'A',
      severity,
      rule: alertRule(given),
    });
    expect(inhibits(one('critical'), one('warning', { metric: 'concurrentAvailable', op: '<' }))).toBe(true);
    expect(inhibits(one('critical'), one('warning', { op: '<' }))).toBe(false);
    expect(inhibits(one('critical'), one('warning', { metric: 'sessionAge' }))).toBe(false);
    expect(inhibits(one('critical'), one('critical'))).toBe(false);
    expect(inhibits(one('critical'), { ...one('warning'), licenceType: 'B' })).toBe(false);
    expect(meaningOf({ metric: 'feedAge', op: '>' })).toBe('silent-feed');
  });

  it('ALERT-45 of one batch only the critical one is told; the lesser follows if it still fires when that is over', async () => {
    const books = await centre();
    await put(books, 'a-warning');
    await put(books, 'b-critical', { threshold: 3, severity: 'critical' });
    await books.send(login('a'), login('b'), login('c'));
    expect(told(books)).toEqual(['alert.firing b-critical']);
    expect(shown(books, 'a-warning')).toMatchObject({ state: 'firing', inhibitedBy: shown(books, 'b-critical')?.id });
    await books.send(logout('c'));
    expect(told(books)).toEqual(['alert.firing b-critical', 'alert.resolved b-critical', 'alert.firing a-warning']);
    await books.send(login('c'));
    await books.send(logout('b'), logout('c'));
    expect(told(books).slice(3)).toEqual(['alert.firing b-critical', 'alert.resolved a-warning', 'alert.resolved b-critical']);
  });
});

describe('a silent feed', () => {
  it('ALERT-46 is told to people once, and nobody is told twice that an alert fires; programs follow every step', async () => {
    const books = await centre(at('08:00:00'), { feedSilentAfterSeconds: 60 });
    await listen(books, 'chat', 'slack');
    await put(books, 'full');
    await put(books, 'more', { threshold: 1 });
    await books.send(login('a'), login('b'));
    await books.passTo(at('08:01:00.100'));
    books.clock.jumpTo(at('08:05:00'));
    await books.send(logout('b'));
    expect(told(books, 'chat')).toEqual(['alert.firing full', 'alert.firing more', 'feed.silent', 'feed.recovered', 'alert.resolved full']);
    expect(told(books).slice(2)).toEqual([
      'feed.silent',
      'alert.unknown full',
      'alert.unknown more',
      'feed.recovered',
      'alert.resolved full',
      'alert.firing more',
    ]);
  });
});

describe('an alert in words', () => {
  const worded = (given: Partial<Worded> = {}): Worded => ({
    organisation: '129',
    id: 'full',
    rule: alertRule({ annotations: { text: '{{ licenceType }} at {{$value}}; {{ unknown }}', plain: 'call Ann' } }),
    licenceType: 'Agent Calls',
    state: 'firing',
    value: 3,
    startsAt: '2026-11-24T08:00:00.000Z',
    ...given,
  });

  it('ALERT-47 has a sentence, and annotations whose placeholders are filled in', () => {
    expect(renderedAnnotations(worded())).toEqual({ text: 'Agent Calls at 3; {{ unknown }}', plain: 'call Ann' });
    expect(summaryOf(worded())).toBe('Agent Calls: 3 in use (limit: 2 or more).');
    expect(summaryOf(worded({ value: 4_760 }))).toBe('Agent Calls: 4,760 in use (limit: 2 or more).');
    const share = alertRule({ metric: 'utilisation', threshold: 0.9 });
    expect(summaryOf(worded({ rule: share, value: 0.8543, state: 'resolved' }))).toBe(
      'Agent Calls: over, 85.4 % of the concurrent licences in use (limit: 90 % or more).',
    );
    const age = alertRule({ metric: 'sessionAge', threshold: 57_600 });
    expect(summaryOf(worded({ rule: age, value: 60_000 }))).toBe(
      'Agent Calls: the oldest session has been open for 16 h 40 min (limit: 16 h or more).',
    );
    expect(summaryOf(worded({ state: 'unknown' }))).toBe(
      'Agent Calls: not known while no events arrive, at last 3 in use (limit: 2 or more).',
    );
    const trouble = 'it could not be evaluated: no row';
    expect(summaryOf(worded({ state: 'unknown', trouble }))).toBe('Agent Calls: not known, it could not be evaluated: no row.');
  });

  it('ALERT-48 says how many messages about it wait', async () => {
    const books = await centre();
    await put(books, 'full');
    await books.send(login('a'), login('b'));
    expect(shown(books, 'full')).toMatchObject({
      deliveries: { pending: 1, failed: 0 },
      annotations: {},
      summary: expect.stringContaining('in use'),
    });
    const [delivery] = books.pipeline.alerts.shown.pending().filter(({ type }) => type === 'alert.firing');
    if (!delivery) throw new Error('nothing waits');
    await books.pipeline.alerts.recordAttempt({ ...delivery, status: 'failed' }, 'failed', null);
    expect(shown(books, 'full')?.deliveries).toEqual({ pending: 0, failed: 1 });
    await books.pipeline.alerts.deleteWebhook(ORGANISATION, 'ops');
    expect(shown(books, 'full')?.deliveries).toEqual({ pending: 0, failed: 0 });
  });
});
