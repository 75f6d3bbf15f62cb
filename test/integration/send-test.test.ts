import { expect, it, onTestFinished } from 'vitest';
import { startApp } from '../support/app.ts';
import { runCli } from '../support/cli.ts';
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
