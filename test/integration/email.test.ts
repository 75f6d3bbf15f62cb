import { describe, expect, it, onTestFinished } from 'vitest';
import type { DeliveryView, WebhookView } from '../../shared/alerts.ts';
import type { Page } from '../../shared/views.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { startMailServer } from '../support/mail-server.ts';
import { SECRET, until } from '../support/webhooks.ts';

const O = '/api/v1/organisations/129';
const RULE = { name: 'Nearly full', licenceType: 'Agent Calls', metric: 'inUse', op: '>=', threshold: 2, severity: 'critical' };

const mailConfig = (port: number, more = '', retry = '[0.05, 0.05]') => `
publicOrigins: ["https://highwater.example"]
webhooks: {allowTargets: ["127.0.0.1/32"], retrySeconds: ${retry}}
email: {host: 127.0.0.1, port: ${port}, from: highwater@centre.example${more}}
`;

async function centre(config: string): Promise<TestApp> {
  const app = await startApp(onTestFinished, { config });
  await app.put(O, { timeZone: 'Europe/London', entitlements: { 'Agent Calls': { concurrent: 2, contingency: 2 } } });
  return app;
}
const act = (app: TestApp, type: 'login' | 'logout', ...users: string[]) =>
  app.post(
    '/api/v1/events',
    users.map((user) => ({
      type,
      organisation: '129',
      user,
      logonSource: 'Soft Client',
      ...(type === 'login' && { licences: ['Agent Calls'] }),
    })),
  );
const deliveries = async (app: TestApp, status = '') =>
  (await app.get<Page<DeliveryView>>(`${O}/webhooks/mail/deliveries?status=${status}`)).body.items;
const over = (app: TestApp, status: string) =>
  until(
    () => deliveries(app, status),
    (items) => items.length > 0,
  );
const refusedPaths = async (app: TestApp, body: object, id = 'mail') =>
  ((await app.put(`${O}/webhooks/${id}`, body)).body as { errors: { path: string; message: string }[] }).errors;

describe('e-mail', () => {
  it('MAIL-1 an alert and its end are two mails of one thread, in text and HTML, with one id each', async () => {
    const server = await startMailServer(onTestFinished);
    const app = await centre(mailConfig(server.port));
    const put = await app.put(`${O}/webhooks/mail`, {
      format: 'email',
      to: ['ops@centre.example', 'boss@centre.example'],
      events: ['alert.firing', 'alert.resolved'],
    });
    expect(put).toMatchObject({ status: 200, body: { url: 'mailto:ops@centre.example,boss@centre.example', format: 'email' } });
    expect(put.body).not.toHaveProperty('secret');
    await app.put(`${O}/alert-rules/full`, { ...RULE, annotations: { runbook: 'Call <Mary> & co.' } });
    await act(app, 'login', 'a', 'b');
    await act(app, 'logout', 'a');
    const [firing, resolved] = await server.waitFor(2);
    expect(firing).toMatchObject({ from: 'highwater@centre.example', to: ['ops@centre.example', 'boss@centre.example'] });
    expect(firing?.headers).toMatchObject({
      subject: '[FIRING] Nearly full – Agent Calls (129)',
      from: 'Highwater <highwater@centre.example>',
      'auto-submitted': 'auto-generated',
    });
    expect(resolved?.headers['subject']).toBe('[RESOLVED] Nearly full – Agent Calls (129)');
    const thread = firing?.headers['references'];
    expect(thread).toMatch(/^<thread\.[0-9a-f]{32}@centre\.example>$/);
    expect([resolved?.headers['references'], resolved?.headers['in-reply-to']]).toEqual([thread, thread]);
    const ids = server.mails.map(({ headers }) => headers['message-id']);
    const listed = (await deliveries(app)).map(({ id }) => `<${id}@centre.example>`).reverse();
    expect(ids).toEqual(listed);
    expect(firing?.text).toContain('runbook: Call <Mary> & co.');
    expect(firing?.html).toContain('Call &lt;Mary&gt; &amp; co.');
    expect(firing?.html).toContain('href="https://highwater.example/alerts"');
  });

  it('MAIL-2 no name can add a header, a recipient or a line', async () => {
    const server = await startMailServer(onTestFinished);
    const app = await centre(mailConfig(server.port));
    await app.put(`${O}/webhooks/mail`, { url: 'mailto:ops@centre.example', format: 'email', events: ['alert.firing'] });
    const name = 'Zoë 😀 "<x@evil.example>"\u2028Bcc: evil@evil.example, =?utf-8?Q?=0ABcc:?=';
    await app.put(`${O}/alert-rules/full`, {
      ...RULE,
      name,
      annotations: { note: 'a\r\nBcc: evil@evil.example\r\n\r\n.\r\nMAIL FROM:<x>' },
    });
    await act(app, 'login', 'a', 'b');
    const [mail] = await server.waitFor(1);
    expect(mail?.to).toEqual(['ops@centre.example']);
    expect(mail?.headerLines.map((line) => line.slice(0, line.indexOf(':')).toLowerCase()).sort()).toEqual([
      'auto-submitted',
      'content-type',
      'date',
      'from',
      'in-reply-to',
      'message-id',
      'mime-version',
      'references',
      'subject',
      'to',
      'x-auto-response-suppress',
    ]);
    expect(mail?.headers['subject']).toContain('Zoë 😀');
    expect(mail?.text).toContain('MAIL FROM:<x>');
    expect(server.mails).toHaveLength(1);
  });

  it('MAIL-3 4xx is tried again under the same id; 5xx to the mail itself is given up at once', async () => {
    const server = await startMailServer(onTestFinished);
    const app = await centre(mailConfig(server.port));
    await app.put(`${O}/webhooks/mail`, { url: 'mailto:ops@centre.example', format: 'email' });
    let turns = 0;
    server.refuse.recipient = () => (turns++ === 0 ? { responseCode: 450, message: 'come again' } : undefined);
    await app.post(`${O}/webhooks/mail/test`, {});
    const [delivered] = await over(app, 'delivered');
    expect(delivered?.attempts).toMatchObject([{ status: 450, error: expect.stringContaining('come again') }, { status: 250 }]);
    server.refuse.recipient = () => ({ responseCode: 550, message: 'no such user' });
    await app.post(`${O}/webhooks/mail/test`, {});
    const [dead] = await over(app, 'failed');
    expect(dead).toMatchObject({ nextAttemptAt: null, attempts: [{ status: 550, error: expect.stringContaining('no such user') }] });
    server.refuse = { text: () => ({ responseCode: 554, message: 'spam' }) };
    await app.post(`${O}/webhooks/mail/deliveries/${dead?.id}/retry`, {});
    const again = await until(
      () => deliveries(app, 'failed'),
      ([one]) => one?.attempts.length === 2,
    );
    expect(again).toMatchObject([{ id: dead?.id, attempts: [{ status: 550 }, { status: 554 }] }]);
  });

  it('MAIL-4 one address of several that is refused keeps nobody else from the mail, and is said', async () => {
    const server = await startMailServer(onTestFinished);
    const app = await centre(mailConfig(server.port));
    await app.put(`${O}/webhooks/mail`, { url: 'mailto:ops@centre.example,gone@centre.example', format: 'email' });
    server.refuse.recipient = (address) => (address.startsWith('gone') ? { responseCode: 550, message: 'gone' } : undefined);
    await app.post(`${O}/webhooks/mail/test`, {});
    const [mail] = await server.waitFor(1);
    expect(mail?.to).toEqual(['ops@centre.example']);
    expect(await over(app, 'delivered')).toMatchObject([{ attempts: [{ status: 250, error: 'taken, but not for gone@centre.example' }] }]);
  });

  it('MAIL-5 a wrong password is tried again: somebody can put it right', async () => {
    const server = await startMailServer(onTestFinished, { login: true });
    const login = ', user: highwater, password: wrong, requireTls: false';
    const app = await centre(mailConfig(server.port, login, '[600]'));
    await app.put(`${O}/webhooks/mail`, { url: 'mailto:ops@centre.example', format: 'email' });
    await app.post(`${O}/webhooks/mail/test`, {});
    const [waiting] = await until(
      () => deliveries(app, 'pending'),
      ([one]) => one?.attempts.length === 1,
    );
    expect(waiting).toMatchObject({ attempts: [{ status: 535 }], nextAttemptAt: expect.any(String) });
    expect(JSON.stringify([waiting, app.log])).not.toContain('wrong');
    expect(server.logins).toEqual([['highwater', 'wrong']]);
  });

  it('MAIL-6 with a user nothing goes over a line without TLS, unless the configuration says so', async () => {
    const server = await startMailServer(onTestFinished, { login: true });
    const app = await centre(mailConfig(server.port, ', user: highwater, password: right', '[600]'));
    await app.put(`${O}/webhooks/mail`, { url: 'mailto:ops@centre.example', format: 'email' });
    await app.post(`${O}/webhooks/mail/test`, {});
    await until(
      () => deliveries(app, 'pending'),
      ([one]) => one?.attempts.length === 1,
    );
    expect([server.logins, server.mails]).toEqual([[], []]);
  });

  it('MAIL-7 without a mail server it is refused, and so is what is no address, each by its place', async () => {
    const bare = await centre('');
    expect(await refusedPaths(bare, { url: 'mailto:ops@centre.example', format: 'email' })).toEqual([
      { path: 'url', message: expect.stringContaining('email.host and email.from in the configuration file') },
    ]);
    const app = await centre(mailConfig(25, ', allow: ["@centre.example", "boss@other.example"]'));
    const paths = async (body: object) => (await refusedPaths(app, { format: 'email', ...body })).map(({ path }) => path);
    expect(await paths({})).toEqual(['url']);
    expect(await paths({ to: [] })).toEqual(['to']);
    expect(await paths({ to: ['a@centre.example'], url: 'mailto:a@centre.example' })).toEqual(['to']);
    expect(
      await paths({ to: ['a@centre.example', 'a b@centre.example', 'x\r\nBcc: y@centre.example', 'a@-b', '<a@b>', 'a@b,c@d'] }),
    ).toEqual(['to.1', 'to.2', 'to.3', 'to.4', 'to.5']);
    for (const url of [
      'https://example.com/',
      'mailto:',
      'mailto:a@centre.example?bcc=b@evil.example',
      'mailto:a%0A@centre.example',
      'mailto:%',
    ])
      expect(await paths({ url })).toEqual(['url']);
    expect(await paths({ url: 'mailto:a@evil.example' })).toEqual(['url']);
    expect(await paths({ url: 'mailto:a@centre.example', secret: SECRET })).toEqual(['secret']);
    expect((await refusedPaths(app, { url: 'https://example.com/', to: ['a@centre.example'] })).map(({ path }) => path)).toEqual(['to']);
    expect((await app.put(`${O}/webhooks/mail`, { format: 'email', to: ['Boss@Other.example', 'a@CENTRE.example'] })).status).toBe(200);
  });

  it('MAIL-8 a receiver that is no e-mail any more gets a secret, shown once', async () => {
    const app = await centre(mailConfig(25));
    await app.put(`${O}/webhooks/mail`, { url: 'mailto:ops@centre.example', format: 'email' });
    expect((await app.post(`${O}/webhooks/mail/rotate-secret`, {})).status).toBe(400);
    const next = await app.put<WebhookView & { secret: string }>(`${O}/webhooks/mail`, { url: 'https://example.com/' });
    expect(next.body.secret).toMatch(/^whsec_/);
    expect((await app.put(`${O}/webhooks/mail`, { url: 'https://example.com/' })).body).not.toHaveProperty('secret');
  });
});
