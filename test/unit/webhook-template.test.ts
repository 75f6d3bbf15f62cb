import { describe, expect, it } from 'vitest';
import { groupData } from '../../server/alerting/group-data.ts';
import { httpMessageOf } from '../../server/webhooks/formats/render.ts';
import { sampleDelivery } from '../../server/webhooks/formats/sample.ts';
import { shapesOf } from '../../server/webhooks/formats/sample-shapes.ts';
import { templateBody, templateProblem } from '../../server/webhooks/formats/template.ts';
import type { Webhook } from '../../server/webhooks/outbox.ts';
import { WEBHOOK_EVENTS } from '../../shared/alerts.ts';
import { randomDelivery } from '../support/random-deliveries.ts';
import { property } from '../support/seeded.ts';
import { SECRET } from '../support/webhooks.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const json = (body: string) => ({ contentType: 'application/json', body });
const sample = sampleDelivery({ type: 'alert.firing', organisation: '129', now: NOW });
const hard = sampleDelivery({ type: 'alert.firing', organisation: 'a"b', licenceType: '"\\', now: NOW });

const GOOD = '{"text": {{ title | json }}, "when": {{ timestamp | json }}, "all": {{ data | json }}, "facts": {{ facts | json }}}';

describe('a template of one’s own', () => {
  it('TEMPLATE-1 names what stands in the message, and its texts are safe through the json filter', () => {
    expect(JSON.parse(templateBody(json(GOOD), hard, ''))).toMatchObject({
      text: 'Firing: Nearly full – "\\',
      when: '2026-11-24T10:00:00.000Z',
      all: { organisation: 'a"b', severity: 'warning' },
      facts: expect.arrayContaining([{ name: 'Licence type', value: '"\\' }]),
    });
    const chosen = "{% if type == 'alert.resolved' %}over{% else %}{{ data.severity | upcase }}: {{ summary }} {{ url }}{% endif %}";
    expect(templateBody({ contentType: 'text/plain', body: chosen }, sample, 'https://h.example')).toBe(
      'WARNING: Agent Calls: 95 % of the concurrent licences in use (limit: 95 % or more). https://h.example/alerts',
    );
  });

  property('TEMPLATE-2 whatever names and texts hold, it makes JSON', 60, randomDelivery, async (random) => {
    expect(JSON.parse(templateBody(json(GOOD), random, ''))).toHaveProperty('all');
  });

  it.each([
    ['{{ title', /line:1/],
    ['\n{% if %}x', /line:2/],
    ['\n\n{{ title | nope }}', /undefined filter: nope.*line:3/],
    ["{% include 'x' %}", /tag "include" not found/],
    ["{% render '/etc/passwd' %}", /tag "render" not found/],
    ["{% layout 'x' %}", /tag "layout" not found/],
    ['{"text": "{{ title }}"}', /makes no JSON of alert.firing: .*\{\{ title \| json \}\}/],
    ['{% for i in (1..100000000) %}x{% endfor %}', /memory alloc limit exceeded|fails/],
    ['{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}', /limit exceeded/],
    ['x'.repeat(20_001), /parse length limit exceeded/],
  ])('TEMPLATE-3 %.60j is refused with what is wrong', (body, message) => expect(templateProblem(json(body), hard)).toMatch(message));

  it('TEMPLATE-4 nothing but the message can be reached', () => {
    for (const body of [
      '{{ constructor }}',
      '{{ data.constructor.name }}',
      '{{ data.__proto__ }}',
      '{{ process.env }}',
      '{{ title.constructor }}',
    ])
      expect(templateBody({ contentType: 'text/plain', body }, sample, '')).toBe('');
  });

  it('TEMPLATE-5 it goes out signed, under its media type', () => {
    const template = { contentType: 'text/plain; charset=utf-8', body: '{{ title }}' };
    const webhook: Webhook = {
      id: 'own',
      url: 'https://a.example/',
      format: 'template',
      secret: SECRET,
      events: [],
      enabled: true,
      disabledReason: null,
      template,
    };
    expect(httpMessageOf(sample, webhook, 'template', NOW, '')).toMatchObject({
      headers: { 'content-type': 'text/plain; charset=utf-8', 'webhook-id': sample.id, 'webhook-signature': expect.stringMatching(/^v1,/) },
      body: 'Firing: Nearly full – Agent Calls',
    });
  });

  it('TEMPLATE-6 there is a sample of every message', () => {
    for (const type of WEBHOOK_EVENTS)
      expect(templateProblem(json(GOOD), sampleDelivery({ type, organisation: '129', now: NOW }))).toBeNull();
  });

  it.each([
    ['{"value": {{ data.value }}}', 'alert.unknown without a value'],
    ['{"left": {{ data.concurrent.available }}}', 'without an entitlement'],
    ['{"inUse": {{ data.inUse }}}', 'alert.firing about the feed'],
    ['{"a": 1{% if data.repeat %}, "n": no{% endif %}}', 'alert.firing that looks ahead, told again'],
    ['{"threshold": {{ data.threshold }}}', 'alert.firing about several alerts'],
    [
      '{"all": [{% for one in data.alerts %}{{ one.value }},{% endfor %}0]}',
      'alert.firing about one alert of a group|about several alerts',
    ],
    ['{"runbook": "{{ data.annotations.runbook }}"}', 'makes no JSON of alert.firing:'],
    ['{"rule": "{{ data.name }}"}', 'makes no JSON of alert.firing:'],
    ['{"first": {{ data.licences[0].licenceType | json }}}', 'billing-period.closed without licence types'],
    ['{"cell": {{ data.rows[0][0] | json }}}', 'report.ready without rows'],
  ])('TEMPLATE-9 %s is tried in every shape that it can meet, and the one that fails is named', (body, message) => {
    const problems = WEBHOOK_EVENTS.flatMap((type) =>
      shapesOf(type, true, NOW).map(({ what, delivery }) => templateProblem(json(body), delivery, what) ?? ''),
    );
    expect(problems.filter((problem) => new RegExp(message).test(problem))).not.toEqual([]);
  });

  it('TEMPLATE-9 the shapes have the fields of real messages, and only who groups gets groups', () => {
    const shapes = shapesOf('alert.firing', true, NOW);
    const [usual, several] = [shapes[0]?.delivery.data ?? {}, shapes.at(-1)?.delivery.data ?? {}];
    const real = groupData('129', '[]', [usual, { ...usual, value: null }], 0).data;
    expect(Object.keys(several).sort()).toEqual(Object.keys(real).sort());
    expect(shapesOf('alert.firing', false, NOW).filter(({ delivery }) => 'alerts' in delivery.data)).toEqual([]);
    for (const type of WEBHOOK_EVENTS)
      for (const { what, delivery } of shapesOf(type, true, NOW)) expect(templateProblem(json(GOOD), delivery, what)).toBeNull();
  });
});
