import { expect, it, onTestFinished } from 'vitest';
import { WEBHOOK_FORMATS, type WebhookPreview, type WebhookView } from '../../shared/alerts.ts';
import { startApp } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';
import { schemaCheck } from '../support/schemas.ts';

const O = '/api/v1/organisations/129';
const CONFIG = 'publicOrigins: ["https://h.example"]\nwebhooks: {allowTargets: ["127.0.0.1/32"]}\n';
const TEMPLATE = { contentType: 'application/json', body: '{"type": {{ type | json }}, "text": {{ title | json }}}' };

it('TEMPLATE-7 a preview shows any message in any format and sends nothing', async () => {
  const receiver = await startReceiver(onTestFinished);
  const app = await startApp(onTestFinished, { config: CONFIG });
  await app.put(O, {});
  await app.put(`${O}/webhooks/ops`, { url: receiver.url });
  for (const format of WEBHOOK_FORMATS) {
    const check = format === 'email' || format === 'template' ? null : schemaCheck(format);
    for (const type of ['alert.firing', 'billing-period.closed', 'report.ready']) {
      const template = format === 'template' ? { template: TEMPLATE } : {};
      const { status, body } = await app.post<WebhookPreview>(`${O}/webhooks/preview`, { format, type, ...template });
      expect([status, body.format, body.type]).toEqual([200, format, type]);
      if (format === 'email')
        expect([body.subject, body.html]).toEqual([expect.stringContaining('(129)'), expect.stringContaining('<table')]);
      else if (format === 'template') expect(JSON.parse(body.body)).toMatchObject({ type });
      else expect(check?.(JSON.parse(body.body))).toBeNull();
    }
  }
  expect(receiver.messages).toEqual([]);
});

it('TEMPLATE-8 what is wrong with a template is named by its place, when it is set and when it is tried', async () => {
  const receiver = await startReceiver(onTestFinished);
  const app = await startApp(onTestFinished, { config: CONFIG });
  await app.put(O, {});
  const refused = async (path: string, body: object, method: 'put' | 'post' = 'put') => {
    const answer = await app[method]<{ errors: { path: string; message: string }[] }>(path, body);
    return [answer.status, ...(answer.body.errors ?? []).map((error) => error.path)];
  };
  const put = (given: object) => refused(`${O}/webhooks/own`, { url: receiver.url, format: 'template', ...given });
  expect(await put({})).toEqual([400, 'template']);
  expect(await put({ template: { body: '{{' } })).toEqual([400, 'template.body']);
  expect(await put({ template: { body: 'x'.repeat(16_385) } })).toEqual([400, 'template.body']);
  expect(await put({ template: { body: '{}', contentType: 'text/plain\r\nx: y' } })).toEqual([400, 'template.contentType']);
  expect(await put({ template: { body: '{}', other: 1 } })).toEqual([400, 'template.other']);
  expect(await refused(`${O}/webhooks/own`, { url: receiver.url, template: TEMPLATE })).toEqual([400, 'template']);
  // A field that only some messages have makes no JSON of the others.
  expect(await put({ template: { body: '{"value": {{ data.value }}}' } })).toEqual([400, 'template.body']);
  expect(await put({ events: ['alert.firing'], template: { body: '{"value": {{ data.value | json }}}' } })).toEqual([400, 'template.body']);
  const limit = { events: ['alert.firing'], template: { body: '{"limit": {% if data.rule %}{{ data.threshold }}{% else %}0{% endif %}}' } };
  expect(await put({ ...limit, groupBy: [] })).toEqual([400, 'template.body']);
  expect(await put(limit)).toEqual([200]);
  expect(await refused(`${O}/webhooks/preview`, { format: 'template', template: { body: '{{' } }, 'post')).toEqual([400, 'template.body']);
  expect(await refused(`${O}/webhooks/preview`, { format: 'nope' }, 'post')).toEqual([400, 'format']);
  const set = await app.put<WebhookView>(`${O}/webhooks/own`, { url: receiver.url, format: 'template', template: TEMPLATE });
  expect([set.status, set.body.template]).toEqual([200, TEMPLATE]);
  await app.post(`${O}/webhooks/own/test`, {});
  const [message] = await receiver.waitFor(1);
  expect(JSON.parse(message?.raw ?? '')).toEqual({ type: 'webhook.test', text: 'This is a test: messages of Highwater arrive here.' });
});
