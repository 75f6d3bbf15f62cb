import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
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

it('CLI-4 says its version, and that a directory holds no books', async () => {
  const cli = runCli(['--version']);
  expect([(await cli.ended()).code, cli.stdout]).toEqual([0, [JSON.parse(readFileSync('package.json', 'utf8')).version]]);
  const empty = tempDir();
  for (const command of ['verify', 'backup'])
    expect(await run(command, '--data-dir', empty.path)).toMatchObject({
      code: 1,
      stderr: [`highwater: There are no books in ${empty.path}: it holds no highwater.mdb`],
    });
  empty.remove();
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

it('CLI-2 a reader that has seen enough is no fault of the command', async () => {
  const highwater = (...args: string[]) => spawn(process.execPath, ['dist/server/main.js', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const url = ['--url', daemon.url, '--organisation', '129'];
  for (const args of [['--help'], ['export', ...url], ['explain', ...url], ['report', ...url]]) {
    const command = highwater(...args);
    command.stdout.destroy();
    const said: Buffer[] = [];
    command.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    const [code] = (await once(command, 'close')) as [number];
    expect([args[0], code, Buffer.concat(said).toString()]).toEqual([args[0], 0, '']);
  }
});

it('CLI-3 a variable stands for a flag, and help does not show what it holds', async () => {
  const cli = runCli(['export', '--help'], { HIGHWATER_TOKEN: 'hw_a-secret', HIGHWATER_URL: daemon.url });
  expect(await cli.ended()).toMatchObject({ code: 0 });
  const help = cli.stdout.join(' ');
  expect(help).toMatch(/env:\s+HIGHWATER_URL/);
  expect(help).toMatch(/env:\s+HIGHWATER_TOKEN/);
  expect(help).not.toContain('hw_a-secret');
  const env = { HIGHWATER_URL: daemon.url, HIGHWATER_DATA_DIR: daemon.dataDir };
  const ready = runCli(['healthcheck', '--json'], env);
  expect(await ready.ended()).toMatchObject({ code: 0 });
  expect(await runCli(['healthcheck'], { HIGHWATER_URL: 'nonsense' }).ended()).toMatchObject({ code: 2 });
  const verified = runCli(['verify', '--json'], env);
  expect(await verified.ended()).toMatchObject({ code: 0 });
  expect(JSON.parse(verified.stdout[0] as string)).toMatchObject({ ok: true, organisations: 1 });
});
