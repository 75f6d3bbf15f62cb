import { Webhook as Verifier } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { groupData } from '../../server/alerting/group-data.ts';
import { fingerprint } from '../../server/webhooks/formats/alertmanager-alert.ts';
import { cut, cutEscaped } from '../../server/webhooks/formats/cut.ts';
import { httpMessageOf } from '../../server/webhooks/formats/render.ts';
import type { Delivery, Webhook } from '../../server/webhooks/outbox.ts';
import { randomDelivery } from '../support/random-deliveries.ts';
import { schemaCheck } from '../support/schemas.ts';
import { property } from '../support/seeded.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const HOME = 'https://highwater.example';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ROUTING_KEY = '0123456789abcdef0123456789abcdef';

type Format = Parameters<typeof httpMessageOf>[2];
const webhook = (format: Format, url = 'https://example.com/hook'): Webhook => ({
  id: 'ops',
  url,
  format,
  secret: format === 'pagerduty' ? ROUTING_KEY : SECRET,
  events: [],
  enabled: true,
  disabledReason: null,
});
const send = (delivery: Delivery, format: Format, home = HOME) => httpMessageOf(delivery, webhook(format), format, NOW, home);
const bodyOf = (delivery: Delivery, format: Format, home = HOME) => JSON.parse(send(delivery, format, home).body);

const delivery = (type: Delivery['type'], data: Record<string, unknown>): Delivery => ({
  id: 'msg_epoch_1',
  n: 1,
  organisation: '129',
  webhook: 'ops',
  type,
  about: 'alert full\u0000Agent Calls',
  at: NOW,
  data: { organisation: '129', ...data },
  status: 'pending',
  attempts: [],
  tries: 0,
  nextAttemptAt: NOW,
});
const alert = (severity: string, type: Delivery['type'] = 'alert.firing', more: Record<string, unknown> = {}) =>
  delivery(type, { rule: 'full', name: 'Nearly full', licenceType: 'Agent Calls', severity, value: 2, op: '>=', threshold: 2, ...more });

describe('what receivers have published holds for every message', () => {
  for (const format of ['standard', 'alertmanager', 'alertmanager-v2', 'slack', 'teams', 'pagerduty'] as const) {
    const check = schemaCheck(format);
    property(`FORMAT-1 ${format}`, 60, randomDelivery, async (random) => {
      for (const home of [HOME, '']) {
        const { body } = send(random, format, home);
        expect(check(JSON.parse(body))).toBeNull();
        if (format === 'teams') expect(Buffer.byteLength(body)).toBeLessThanOrEqual(28_000);
      }
    });
  }

  property('FORMAT-2 npm standardwebhooks verifies what is signed, whatever is in it', 25, randomDelivery, async (random) => {
    for (const format of ['standard', 'alertmanager', 'slack', 'teams'] as const) {
      const { headers, body } = httpMessageOf(random, webhook(format), format, Date.now(), HOME);
      expect(new Verifier(SECRET).verify(body, headers)).toEqual(JSON.parse(body));
    }
  });

  it('FORMAT-1 a schema can fail', () => {
    for (const format of ['standard', 'alertmanager', 'alertmanager-v2', 'slack', 'teams', 'pagerduty'])
      expect(schemaCheck(format)({})).not.toBeNull();
    const slack = bodyOf(alert('critical'), 'slack');
    slack.blocks[0].text.text = 'x'.repeat(151);
    expect(schemaCheck('slack')(slack)).not.toBeNull();
    expect(schemaCheck('pagerduty')({ ...bodyOf(alert('critical'), 'pagerduty'), dedup_key: 'x'.repeat(256) })).not.toBeNull();
  });
});

describe('texts are made to fit', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['😀😀', 4, '😀😀'],
    ['😀😀', 3, '😀…'],
    ['😀😀', 2, '…'],
    ['a\ud800b', 5, 'a\ufffdb'],
    ['', 3, ''],
  ])('FORMAT-3 %j in %d is %j', (text, most, wanted) => expect(cut(text, most)).toBe(wanted));

  it('FORMAT-3 the length that counts is that of the escaped text, and no escape is cut in two', () => {
    const escaped = (character: string) => (character === '&' ? '&amp;' : character);
    expect(cutEscaped('&&&', 15, escaped)).toBe('&amp;&amp;&amp;');
    expect(cutEscaped('&&&', 14, escaped)).toBe('&amp;&amp;…');
    expect(cutEscaped('a&&', 6, escaped)).toBe('a…');
  });
});

describe('PagerDuty', () => {
  const to = (one: Delivery, url?: string) => httpMessageOf(one, webhook('pagerduty', url), 'pagerduty', NOW, HOME);

  it.each([
    ['critical', 'trigger', 'critical'],
    ['warning', 'trigger', 'warning'],
  ])('FORMAT-4 a %s alert is a trigger, and its end resolves it by the same key', (severity, action, shown) => {
    const trigger = bodyOf(alert(severity), 'pagerduty');
    expect(trigger).toMatchObject({ event_action: action, payload: { severity: shown, component: 'Agent Calls', source: '129' } });
    expect(bodyOf(alert(severity, 'alert.unknown'), 'pagerduty')).toMatchObject({ event_action: 'trigger', dedup_key: trigger.dedup_key });
    expect(bodyOf(alert(severity, 'alert.resolved'), 'pagerduty')).toEqual({
      routing_key: ROUTING_KEY,
      event_action: 'resolve',
      dedup_key: trigger.dedup_key,
    });
  });

  it('FORMAT-4 what is only to be known calls nobody: a change event, at its own address', () => {
    const news = [
      alert('info'),
      delivery('peak.new', { licenceType: 'Agent Calls', value: 3, previous: 2 }),
      delivery('billing-period.closed', { period: '2026-10', licences: [] }),
      delivery('webhook.test', { message: 'This is a test' }),
    ];
    for (const one of news) {
      const { url, body } = to(one, 'https://events.eu.pagerduty.com/v2/enqueue');
      expect(url).toBe('https://events.eu.pagerduty.com/v2/change/enqueue');
      expect(JSON.parse(body)).not.toHaveProperty('event_action');
    }
    expect(to(alert('critical'), 'https://events.pagerduty.com/v2/enqueue').url).toBe('https://events.pagerduty.com/v2/enqueue');
    expect(to(alert('info'), 'https://proxy.example/pd?x=1').url).toBe('https://proxy.example/pd?x=1');
  });

  it.each([
    [
      [
        ['firing', 'info'],
        ['resolved', 'warning'],
      ],
      { event_action: 'resolve' },
    ],
    [
      [
        ['firing', 'info'],
        ['resolved', 'info'],
      ],
      {},
    ],
    [
      [
        ['firing', 'info'],
        ['unknown', 'critical'],
      ],
      { event_action: 'trigger', payload: { severity: 'critical' } },
    ],
    [
      [
        ['firing', 'warning'],
        ['resolved', 'critical'],
      ],
      { event_action: 'trigger', payload: { severity: 'warning' } },
    ],
    [
      [
        ['resolved', 'info'],
        ['resolved', 'warning'],
      ],
      { event_action: 'resolve' },
    ],
  ])('FORMAT-4 a group with %j is open while one of them calls, and resolved once none does', (states, wanted) => {
    const alerts = states.map(([state, severity]) => ({ ...alert(severity as string).data, state, startsAt: '', endsAt: '' }));
    const { type, data } = groupData('129', '[]', alerts, 0);
    const body = bodyOf(delivery(type, data), 'pagerduty');
    expect(body).toMatchObject(wanted);
    expect('event_action' in body).toBe('event_action' in wanted);
  });

  it('FORMAT-4 what is about no licence type has no component', () => {
    expect(bodyOf(delivery('feed.silent', { lastEventAt: null }), 'pagerduty').payload).not.toHaveProperty('component');
  });
});

describe('Slack and Teams', () => {
  const name = '<!channel> & [click](https://evil.example)';

  it('FORMAT-5 nothing in a name calls for somebody or becomes a link', () => {
    const slack = send(alert('critical', 'alert.firing', { name, licenceType: name, reason: name }), 'slack', '').body;
    expect(slack).not.toContain('<!channel>"');
    expect(
      JSON.parse(slack)
        .blocks.at(-1)
        .fields.map(({ text }: { text: string }) => text)
        .join(),
    ).toContain('&lt;!channel&gt; &amp;');
    const card = bodyOf(alert('critical', 'alert.firing', { name }), 'teams').attachments[0].content;
    expect(new Set(card.body.map(({ type }: { type: string }) => type))).toEqual(new Set(['RichTextBlock']));
  });

  it('FORMAT-5 the annotations of the rule are shown', () => {
    const one = alert('critical', 'alert.firing', { annotations: { runbook: 'Call Mary' } });
    for (const format of ['slack', 'teams'] as const) expect(send(one, format).body).toContain('Call Mary');
  });
});

describe('Alertmanager', () => {
  it('FORMAT-6 a fingerprint is that of Prometheus', () => {
    // As Alertmanager 0.25 said for these labels.
    const labels = { alertname: 'full', organisation: '129', severity: 'critical', licence_type: 'Agent "Calls" ü' };
    expect(fingerprint(labels)).toBe('90a279da6db2fdcc');
  });

  it('FORMAT-6 names of annotations are names to Prometheus', () => {
    const { annotations } = bodyOf(
      alert('critical', 'alert.firing', { annotations: { 'run book-1': 'x', '1st': 'y', Ü: 'z' } }),
      'alertmanager',
    ).alerts[0];
    expect(annotations).toMatchObject({ run_book_1: 'x', _1st: 'y', _: 'z' });
  });
});
