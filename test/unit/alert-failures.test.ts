import { describe, expect, it } from 'vitest';
import type { Commit } from '../../server/pipeline-types.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import { alertmanagerBody } from '../../server/webhooks/formats/alertmanager.ts';
import type { Delivery, Webhook } from '../../server/webhooks/outbox.ts';
import type { AlertRule, WebhookEventType } from '../../shared/alerts.ts';
import { alertRule } from '../support/alert-rule.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';

const START = Date.parse('2026-11-24T08:00:00Z');

const shown = (books: TestBooks) =>
  books.pipeline.alerts.shown
    .alerts(ORGANISATION)
    .map(({ rule: id, state, reason }) => [id, state, reason] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
const failuresOf = (books: TestBooks): Commit['failures'][] => {
  const heard: Commit['failures'][] = [];
  books.pipeline.onCommit(({ failures }) => heard.push(failures));
  return heard;
};
const login = (user: string) => ({ user, licences: ['A'] });
/** As no parser would let it through. */
const UNREADABLE = { op: '~' } as unknown as Partial<AlertRule>;

describe('an alert that cannot be evaluated', () => {
  it('ALERT-60 is unknown with the reason; others and recording go on, and it goes on when it can be evaluated again', async () => {
    const books = await openTestBooks(START, createMemoryStore(), { errors: 'expected' });
    const heard = failuresOf(books);
    const put = (id: string, given: Partial<AlertRule>) => books.pipeline.alerts.putRules(ORGANISATION, [{ id, rule: alertRule(given) }]);
    await put('good', {});
    await put('bad', {});
    expect(await books.send(login('a'), login('b'))).toMatchObject([{ status: 'recorded' }, { status: 'recorded' }]);
    await put('bad', UNREADABLE);
    expect(shown(books)).toEqual([
      ['bad', 'unknown', expect.stringContaining('it could not be evaluated: ')],
      ['good', 'firing', 'inUse is 2 (>= 2)'],
    ]);
    expect(books.pipeline.alerts.shown.rule(ORGANISATION, 'bad')?.problem).toContain('could not be evaluated');
    expect(books.pipeline.alerts.shown.rule(ORGANISATION, 'good')).not.toHaveProperty('problem');
    expect(await books.send(login('c'))).toMatchObject([{ status: 'recorded' }]);
    expect(heard.flat().map(({ rule: id, licenceType, isNew }) => [id, licenceType, isNew])).toEqual([
      ['bad', 'A', true],
      ['bad', 'A', false],
    ]);
    await books.restart();
    expect(shown(books)[0]?.[1]).toBe('unknown');
    await put('bad', {});
    expect(shown(books)[0]).toEqual(['bad', 'firing', 'the value is known again']);
    expect(books.pipeline.alerts.shown.rule(ORGANISATION, 'bad')).not.toHaveProperty('problem');
  });

  it('ALERT-60 is unknown also if it was inactive, and tried again once a minute where nothing happens', async () => {
    const books = await openTestBooks(START, createMemoryStore(), { errors: 'expected' });
    await books.send(login('a'));
    await books.pipeline.alerts.putRules(ORGANISATION, [{ id: 'bad', rule: alertRule(UNREADABLE) }]);
    expect(shown(books)).toMatchObject([['bad', 'unknown', {}]]);
    const heard = failuresOf(books);
    await books.passTo(START + 59_900);
    expect(heard.flat()).toEqual([]);
    await books.passTo(START + 60_100);
    expect(heard.flat()).toHaveLength(1);
    await books.pipeline.alerts.deleteRule(ORGANISATION, 'bad');
    expect(shown(books)).toEqual([]);
  });

  it('ALERT-60 is told with the reason to whoever heard that it fires, also to people: the feed is not silent', async () => {
    const books = await openTestBooks(START, createMemoryStore(), { errors: 'expected' });
    await books.settings({});
    await books.pipeline.alerts.putRules(ORGANISATION, [{ id: 'full', rule: alertRule() }]);
    for (const [id, groupBy] of [['chat'], ['together', []]] as const) {
      const given = { id, url: 'https://a.example/', format: 'slack' as const, events: [], enabled: true, ...(groupBy && { groupBy }) };
      await books.pipeline.alerts.putWebhook(ORGANISATION, given, '');
    }
    await books.send(login('a'), login('b'));
    await books.pipeline.alerts.putRules(ORGANISATION, [{ id: 'full', rule: alertRule(UNREADABLE) }]);
    const unknown = books.pipeline.alerts.shown.pending().filter(({ type }) => type === 'alert.unknown');
    const summary = expect.stringMatching(/^A: not known, it could not be evaluated: /);
    expect(unknown.map(({ webhook, data }) => [webhook, data['summary']]).sort()).toEqual([
      ['chat', summary],
      ['together', summary],
    ]);
  });

  it('ALERT-60 for a licence type is no problem of a rule that is about another one by now', async () => {
    const books = await openTestBooks(START, createMemoryStore(), { errors: 'expected' });
    await books.send(login('a'));
    const put = (given: Partial<AlertRule>) => books.pipeline.alerts.putRules(ORGANISATION, [{ id: 'bad', rule: alertRule(given) }]);
    await put(UNREADABLE);
    expect(books.pipeline.alerts.shown.rule(ORGANISATION, 'bad')).toHaveProperty('problem');
    await put({ licenceType: 'B' });
    expect(books.pipeline.alerts.shown.rule(ORGANISATION, 'bad')).not.toHaveProperty('problem');
  });

  it('ALERT-61 whatever else fails there: what was sent is recorded, the alerts are unknown until it works again', async () => {
    const store = createMemoryStore();
    const first = await openTestBooks(START, store, { errors: 'expected' });
    await first.settings({});
    await first.pipeline.alerts.putRules(ORGANISATION, [{ id: 'full', rule: alertRule() }]);
    await first.send(login('a'), login('b'));
    await first.pipeline.close();
    await store.commit([{ table: 'peakNotices', key: [ORGANISATION, 'A'], value: null }]);
    const books = await openTestBooks(START + 1_000, store, { errors: 'expected' });
    const heard = failuresOf(books);
    expect(await books.send({ type: 'logout', user: 'a' })).toMatchObject([{ status: 'recorded', records: expect.any(Array) }]);
    expect(books.counts()['A']).toEqual([1, 1]);
    // Once with the start, and once with the event.
    expect(heard.flat()).toMatchObject([
      { rule: null, isNew: true },
      { rule: null, isNew: false },
    ]);
    expect(shown(books)).toMatchObject([['full', 'unknown', expect.stringContaining('it could not be evaluated')]]);
    await store.commit([{ table: 'peakNotices', key: [ORGANISATION, 'A'], value: undefined }]);
    await books.restart();
    await books.send(login('c'));
    expect(shown(books)).toMatchObject([['full', 'firing', {}]]);
    expect(books.pipeline.alerts.shown.rule(ORGANISATION, 'full')).not.toHaveProperty('problem');
  });
});

describe('a receiver that cannot be told', () => {
  it('ALERT-73 costs only itself: the others hear of every step, and no alert is unknown', async () => {
    const books = await openTestBooks(START, createMemoryStore(), { errors: 'expected' });
    await books.settings({});
    const heard = failuresOf(books);
    const listen = (id: string, given: object) => {
      const row = { id, url: 'https://a.example/', format: 'slack', events: ['alert.firing', 'alert.resolved'], enabled: true, ...given };
      return books.pipeline.alerts.putWebhook(ORGANISATION, row as never, '');
    };
    await listen('a-events', { events: null, repeatIntervalSeconds: 600 });
    await listen('b-group', { groupBy: 5 });
    await listen('ops', { repeatIntervalSeconds: 600 });
    await listen('together', { groupBy: [] });
    await books.pipeline.alerts.putRules(ORGANISATION, [{ id: 'full', rule: alertRule() }]);
    await books.send(login('a'), login('b'));
    await books.send({ type: 'logout', user: 'a' });
    expect(shown(books)).toMatchObject([['full', 'resolved', {}]]);
    expect(books.pipeline.alerts.shown.rule(ORGANISATION, 'full')).not.toHaveProperty('problem');
    const told = books.pipeline.alerts.shown.pending().map(({ webhook, type }) => `${webhook} ${type}`);
    expect(told.sort()).toEqual(['ops alert.firing', 'ops alert.resolved', 'together alert.firing', 'together alert.resolved']);
    const news = heard.flat().filter(({ isNew }) => isNew);
    expect(news.map(({ webhook, rule }) => [webhook, rule])).toEqual([
      ['a-events', null],
      ['b-group', null],
    ]);
  });
});

describe('what an older version wrote', () => {
  it('ALERT-62 has the default of what was added since', async () => {
    const store = createMemoryStore();
    const first = await openTestBooks(START, store);
    await first.send(login('a'), login('b'));
    await first.pipeline.close();
    const { annotations: _, ...older } = alertRule();
    const course = { state: 'firing', since: START, firedAt: START, clearSince: null };
    await store.commit([
      { table: 'alertRules', key: [ORGANISATION, 'full'], value: older },
      { table: 'alerts', key: [ORGANISATION, 'full', 'A'], value: { id: 'alert-9', rule: 'full', licenceType: 'A', course, of: older } },
    ]);
    const books = await openTestBooks(START + 1_000, store);
    await books.send({ type: 'logout', user: 'a' });
    expect(books.pipeline.alerts.shown.alerts(ORGANISATION)).toMatchObject([
      { id: 'alert-9', state: 'resolved', annotations: {}, summary: 'A: over, 1 in use (limit: 2 or more).' },
    ]);
    expect(books.pipeline.alerts.shown.rule(ORGANISATION, 'full')?.annotations).toEqual({});
  });
});

describe('names', () => {
  it('ALERT-63 a mute time without one gets one by counting, over restarts, and takes none that is there', async () => {
    const books = await openTestBooks(START);
    await books.settings({});
    const mute = { name: 'night', matchers: {}, times: [{ days: [], from: '22:00', to: '06:00' }] };
    await books.pipeline.alerts.putMuteTime(ORGANISATION, 'mute-2', mute);
    expect(await books.pipeline.alerts.addMuteTime(ORGANISATION, mute)).toBe('mute-1');
    await books.restart();
    expect(await books.pipeline.alerts.addMuteTime(ORGANISATION, mute)).toBe('mute-3');
  });

  it('HOOK-12 an Alertmanager fingerprint is that of the labels alone, and no two alerts share one', () => {
    const printed = (type: WebhookEventType, data: object) => {
      const delivery = { organisation: ORGANISATION, about: '', type, at: START, data } as unknown as Delivery;
      const body = alertmanagerBody(delivery, { id: 'am' } as Webhook, '') as { alerts: { fingerprint: string }[] };
      return body.alerts[0]?.fingerprint;
    };
    const data = (licenceType: string, value = 1) => ({ rule: 'full', licenceType, severity: 'warning', value, startsAt: '' });
    const first = printed('alert.firing', data('A'));
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(printed('alert.resolved', data('A', 2))).toBe(first);
    expect(new Set([first, printed('alert.firing', data('B')), printed('feed.silent', {}), printed('peak.new', data('A'))]).size).toBe(4);
  });
});
