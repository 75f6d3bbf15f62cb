import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createToken, revokeToken } from '../../server/tokens.ts';
import { startApp } from '../support/app.ts';
import { runCli } from '../support/cli.ts';
import { startDaemon } from '../support/daemon.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { within } from '../support/within.ts';

it('AUTH-1 AUTH-2 a token that is made while the daemon runs is in force with the next request, and a revoked one no more', async () => {
  const daemon = await startDaemon({ env: { HIGHWATER_AUTH_TOKENS: '[]' } });
  onTestFinished(daemon.dispose);
  const token = async (...args: string[]) => {
    const cli = runCli(['token', ...args, '--data-dir', daemon.dataDir]);
    const { code } = await cli.ended();
    return { code, stdout: cli.stdout.join('\n'), stderr: cli.stderr.join('\n') };
  };
  const status = async (path: string, bearer: string) => (await daemon.get(path, { authorization: `Bearer ${bearer}` })).status;
  expect((await daemon.get('/api/v1/organisations')).status).toBe(401);

  const made = await token('create', '--name', 'wall north', '--role', 'viewer');
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^hw_[\w-]{43}$/) });
  expect(await status('/api/v1/organisations', made.stdout)).toBe(200);
  expect(await status('/api/v1/organisations/129/webhooks', made.stdout)).toBe(403);
  expect(readFileSync(join(daemon.dataDir, 'tokens.json'), 'utf8')).not.toContain(made.stdout);

  expect(await token('create', '--name', 'wall north', '--role', 'admin')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('already'),
  });
  expect(JSON.parse((await token('list', '--json')).stdout)).toEqual({
    items: [{ name: 'wall north', role: 'viewer', createdAt: expect.any(String), expiresAt: null }],
  });
  expect(await token('revoke', 'nobody')).toMatchObject({ code: 1 });
  expect(await token('revoke', 'wall north')).toMatchObject({ code: 0 });
  expect(await status('/api/v1/organisations', made.stdout)).toBe(401);
});

it('AUTH-2 a socket whose token was revoked or has ended is closed with 1008 at the next look, others stay', async () => {
  const dataDir = tempDir();
  onTestFinished(dataDir.remove);
  const clock = createManualClock(Date.parse('2026-11-24T12:00:00Z'));
  const now = new Date(clock.now());
  const make = (name: string, expiresAt: Date | null = null) => createToken(dataDir.path, { name, role: 'viewer', now, expiresAt });
  const tokens = [make('revoked'), make('ended', new Date(clock.now() + 20_000)), make('good')];
  const app = await startApp(onTestFinished, { clock, config: `{auth: {}, dataDir: ${JSON.stringify(dataDir.path)}}` });
  const sockets = tokens.map((token) => new WebSocket(`${app.url.replace('http', 'ws')}/api/v1/live`, ['highwater.v1', `bearer.${token}`]));
  onTestFinished(() => sockets.forEach((socket) => void socket.terminate()));
  const [revoked, ended, good] = sockets as [WebSocket, WebSocket, WebSocket];
  await Promise.all(sockets.map((socket) => once(socket, 'message')));
  revokeToken(dataDir.path, 'revoked');
  const closed = Promise.all([revoked, ended].map(async (socket) => (await once(socket, 'close'))[0]));
  const pinged = once(good, 'ping');
  clock.advanceTo(clock.now() + 30_000);
  expect(await within(closed, 10_000, () => 'both are closed')).toEqual([1008, 1008]);
  await within(pinged, 10_000, () => 'the good one is asked whether it is there');
});

it('AUTH-3 wrong usage is exit 2 and changes nothing; a file that cannot be read leaves the tokens that were known', async () => {
  const daemon = await startDaemon({ env: { HIGHWATER_AUTH_TOKENS: '[]' } });
  onTestFinished(daemon.dispose);
  const run = async (args: string[]) => {
    const cli = runCli(['token', ...args, '--data-dir', daemon.dataDir]);
    return { ...(await cli.ended()), stdout: cli.stdout.join('\n') };
  };
  for (const args of [
    ['create', '--role', 'viewer'],
    ['create', '--name', 'a', '--role', 'king'],
    ['create', '--name', 'a\u0000b', '--role', 'viewer'].map((arg) => arg.replace('\u0000', '\n')),
    ['create', '--name', 'a', '--role', 'viewer', '--days', '0'],
    ['revoke'],
  ])
    expect([args, (await run(args)).code]).toEqual([args, 2]);
  const { stdout: token } = await run(['create', '--name', 'a', '--role', 'viewer', '--days', '1']);
  const ask = async () => (await daemon.get('/api/v1/organisations', { authorization: `Bearer ${token}` })).status;
  expect(await ask()).toBe(200);
  writeFileSync(join(daemon.dataDir, 'tokens.json'), '{"tokens": [');
  expect(await ask()).toBe(200);
  expect(daemon.log.join('\n')).toContain('not in force');
  expect((await run(['list'])).code).toBe(1);
});
