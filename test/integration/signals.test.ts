import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDataFile } from '../../server/store/lmdb.ts';
import { api } from '../support/api.ts';
import { startDaemon } from '../support/daemon.ts';
import { connectLive } from '../support/live-client.ts';
import { tempDir } from '../support/temp-dir.ts';
import { within } from '../support/within.ts';

const login = { type: 'login', organisation: '129', user: 'a', logonSource: 'CRM', licences: ['Recording'] };

it.each([
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
] as const)('HTTP-37 %s is an ordered stop: what was acknowledged is there, displays are told, exit 0', async (name) => {
  const daemon = await startDaemon();
  onTestFinished(daemon.dispose);
  const display = await connectLive(daemon.url, '129');
  expect((await daemon.post('/api/v1/events', login)).status).toBe(200);
  daemon.signal(name);
  expect(await daemon.exited).toEqual({ code: 0, signal: null });
  expect((await display.closed).code).toBe(1001);
  expect(existsSync(join(daemon.dataDir, 'running-since'))).toBe(false);
  expect(daemon.log.some((line) => line.includes('"msg":"stopped"'))).toBe(true);
});

it('HTTP-37 so is the end of the terminal that it was started in, though nobody reads its log any more', async (context) => {
  if (spawnSync('script', ['--version'], { stdio: 'ignore' }).status !== 0) return context.skip('there is no script(1) to make a terminal');
  const dir = tempDir();
  onTestFinished(dir.remove);
  const [data, code] = [join(dir.path, 'data'), join(dir.path, 'code')];
  const main = join(process.cwd(), 'dist', 'server', 'main.js');
  // Only the first process of a terminal hears that it is gone: a shell, which tells the daemon.
  const inTerminal = [
    `${process.execPath} ${main} serve --listen 127.0.0.1:0 --data-dir ${data} &`,
    'daemon=$!; trap "kill -HUP $daemon" HUP; wait $daemon; wait $daemon;',
    `echo $? > ${code}.new; mv ${code}.new ${code}`,
  ].join(' ');
  const terminal = spawn('script', ['-qfc', inTerminal, '/dev/null'], {
    env: { ...process.env, SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void terminal.kill('SIGKILL'));
  const url = await within(
    new Promise<string>((resolve) => {
      let said = '';
      terminal.stdout.on('data', (text) => {
        said += text;
        const found = /"url":"([^"]+)".*"listening"/.exec(said)?.[1];
        if (found) resolve(found);
      });
    }),
    120_000,
    () => 'the daemon listens',
  );
  expect((await api(url).post('/api/v1/events', login)).status).toBe(200);
  terminal.kill('SIGKILL');
  await expect.poll(() => existsSync(code), { timeout: 30_000 }).toBe(true);
  expect(readFileSync(code, 'utf8')).toBe('0\n');
  expect(existsSync(join(data, 'running-since'))).toBe(false);
  const books = openDataFile(join(data, 'highwater.mdb'));
  onTestFinished(() => books.close());
  expect(books.get('meta', ['seq'])).toBe(1);
});
