import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { DATA_FILE } from '../../server/store/lmdb.ts';
import { runCli } from '../support/cli.ts';
import { startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';

const login = (user: string) => ({
  type: 'login',
  organisation: '129',
  user,
  logonSource: 'Agent Desktop',
  licences: ['Recording'],
  id: user,
});

async function run(...args: string[]) {
  const cli = runCli(args, { HIGHWATER_STORE_ON_DAMAGE: 'refuse' });
  const { code } = await cli.ended();
  return { code, stdout: cli.stdout.join('\n'), stderr: cli.stderr.join('\n') };
}

it('BACKUP-1..3, STORE-20 a backup of a running daemon; a daemon that is not to start on damaged books; the backup in their place', async () => {
  const directory = tempDir();
  onTestFinished(directory.remove);
  const dataDir = directory.path;
  const file = join(dataDir, DATA_FILE);
  const daemon = await startDaemon({ dataDir });
  onTestFinished(daemon.dispose);
  await daemon.post('/api/v1/events', [login('a'), login('b')]);
  const { epoch } = (await daemon.get<{ epoch: string }>('/api/v1/organisations/129/usage')).body;
  const backup = await run('backup', '--data-dir', dataDir);
  expect(backup.code, backup.stderr).toBe(0);
  await daemon.post('/api/v1/events', login('c'));
  const refused = await run('restore', backup.stdout, '--data-dir', dataDir);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('in use by another daemon')]);
  await daemon.kill();

  const whole = readFileSync(file);
  const damages: [string, () => void][] = [
    ['is empty', () => writeFileSync(file, '')],
    ['is missing', () => rmSync(file)],
    ['does not begin like a data file', () => writeFileSync(file, Buffer.alloc(whole.length))],
    ['is cut off', () => truncateSync(file, 5 * 4096)],
  ];
  for (const [damage, make] of damages) {
    writeFileSync(file, whole);
    make();
    const start = await run('serve', '--data-dir', dataDir, '--listen', '127.0.0.1:0');
    expect([damage, start.code]).toEqual([damage, 65]);
    expect(start.stderr).toContain(damage);
    expect(start.stderr).toContain('highwater restore');
  }
  const restored = await run('restore', backup.stdout, '--data-dir', dataDir);
  expect(restored.code, restored.stderr).toBe(0);
  expect(restored.stdout).toContain('The books go up to number 2');
  expect(readdirSync(dataDir).some((name) => name.startsWith(`${DATA_FILE}.before-`))).toBe(true);
  const again = await startDaemon({ dataDir });
  onTestFinished(again.dispose);
  const usage = (await again.get<{ epoch: string; users: number }>('/api/v1/organisations/129/usage')).body;
  expect(usage.users).toBe(2);
  expect(usage.epoch).not.toBe(epoch);
}, 180_000);
