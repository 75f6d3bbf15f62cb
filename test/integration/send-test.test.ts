import { expect, it, onTestFinished } from 'vitest';
import { WEBHOOK_FORMATS, type WebhookFormat } from '../../shared/alerts.ts';
import { startApp } from '../support/app.ts';
import { runCli } from '../support/cli.ts';
import { startMailServer } from '../support/mail-server.ts';
import { startReceiver } from '../support/receiver.ts';

const O = '/api/v1/organisations/129';

it('HOOK-15 send-test says what the receiver answered, and exits 0 only when it took the message', async () => {
  const receiver = await startReceiver(onTestFinished);
  const app = await startApp(onTestFinished, { config: 'webhooks:\n  allowTargets: ["127.0.0.1/32"]\n  retrySeconds: [600]\n' });
  await app.put(O, {});
  await app.put(`${O}/webhooks/ops`, { url: receiver.url });
  const send = async (webhook: string, ...more: string[]) => {
    const cli = runCli(['send-test', '--url', app.url, '--organisation', '129', '--webhook', webhook, ...more]);
    const { code } = await cli.ended();
    return { code, stdout: cli.stdout.join('\n'), stderr: cli.stderr.join('\n') };
  };
  const sent = await send('ops');
  expect([sent.code, sent.stdout]).toEqual([0, expect.stringContaining('answered 204')]);
  receiver.answer = () => 500;
  const refused = await send('ops', '--json');
  expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([
    1,
    { type: 'webhook.test', status: 'pending', attempts: [{ status: 500 }] },
  ]);
  const none = await send('none');
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('no webhook')]);
});

it('HOOK-15 there is a test for every format; of e-mail send-test says what the mail server said', async () => {
  const [receiver, mails] = [await startReceiver(onTestFinished), await startMailServer(onTestFinished)];
  const config = `webhooks: {allowTargets: ["127.0.0.1/32"], retrySeconds: [600]}\nemail: {host: 127.0.0.1, port: ${mails.port}, from: a@centre.example}\n`;
  const app = await startApp(onTestFinished, { config });
  await app.put(O, {});
  const own: Partial<Record<WebhookFormat, object>> = {
    email: { to: ['ops@centre.example', 'gone@centre.example'] },
    pagerduty: { url: `${receiver.url}/pagerduty`, secret: '0123456789abcdef0123456789abcdef' },
    template: { url: `${receiver.url}/template`, template: { body: '{"text": {{ title | json }}}' } },
  };
  mails.refuse.recipient = (address) => (address.startsWith('gone') ? { responseCode: 550, message: 'gone' } : undefined);
  for (const format of WEBHOOK_FORMATS) {
    expect((await app.put(`${O}/webhooks/${format}`, { format, ...(own[format] ?? { url: `${receiver.url}/${format}` }) })).status).toBe(
      200,
    );
    if (format !== 'email') expect((await app.post(`${O}/webhooks/${format}/test`, {})).status).toBe(202);
  }
  const cli = runCli(['send-test', '--url', app.url, '--organisation', '129', '--webhook', 'email']);
  const { code } = await cli.ended();
  expect([code, cli.stdout.join('')]).toEqual([0, expect.stringMatching(/answered 250; .*gone@centre/)]);
  expect(mails.mails).toMatchObject([{ to: ['ops@centre.example'] }]);
  const paths = (await receiver.waitFor(WEBHOOK_FORMATS.length - 1)).map(({ path }) => path.split('/')[1]);
  expect(paths.sort()).toEqual(WEBHOOK_FORMATS.filter((format) => format !== 'email').sort());
});
