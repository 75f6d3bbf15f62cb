import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';

let daemon: Daemon;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon.stop());

async function run(...args: string[]) {
  const cli = runCli(args);
  const { code } = await cli.ended();
  return { code, lines: cli.stdout.map((line) => JSON.parse(line) as unknown), stderr: cli.stderr };
}

it('CLI-1 healthcheck says as JSON also that nobody answers, and refuses a URL that is none', async () => {
  expect(await run('healthcheck', '--url', daemon.url, '--json')).toMatchObject({ code: 0, lines: [{ status: 'ready' }] });
  await daemon.kill();
  const away = await run('healthcheck', '--url', daemon.url, '--json');
  expect(away).toMatchObject({ code: 1, lines: [{ status: 'unreachable', reasons: [expect.stringContaining(daemon.url)] }] });
  daemon = await startDaemon({ dataDir: daemon.dataDir });
  expect(await run('healthcheck', '--url', 'nonsense')).toMatchObject({ code: 2, lines: [] });
});

it('CLI-1 export and restore write JSON', async () => {
  const event = { type: 'login', organisation: '129', user: 'edred', logonSource: 'Agent Desktop', licences: ['Recording'] };
  await fetch(`${daemon.url}/api/v1/events`, {
    method: 'POST',
    body: JSON.stringify(event),
    headers: { 'content-type': 'application/json' },
  });
  const exported = await run('export', '--url', daemon.url, '--organisation', '129', '--json');
  expect(exported).toMatchObject({ code: 0, lines: [{ usageType: 'Acquired', user: 'edred' }] });
  const [backups, target] = [tempDir(), tempDir()];
  const made = await run('backup', '--data-dir', daemon.dataDir, '--to', backups.path, '--json');
  const { name } = made.lines[0] as { name: string };
  const restored = await run('restore', `${backups.path}/${name}`, '--data-dir', target.path, '--json');
  expect(restored).toMatchObject({ code: 0, lines: [{ epoch: expect.stringMatching(/^[0-9a-f]{24}$/), kept: null }] });
  for (const directory of [backups, target]) directory.remove();
});
