import { expect, it, onTestFinished } from 'vitest';
import { openLmdbStore } from '../../server/store/lmdb.ts';
import { runCli } from '../support/cli.ts';
import { startDaemon } from '../support/daemon.ts';

it('VERIFY-3 beside a running daemon and without one: 0 where all is well, 1 with every difference named', async () => {
  const daemon = await startDaemon();
  onTestFinished(daemon.dispose);
  const login = { type: 'login', organisation: '129', logonSource: 'Agent Desktop', licences: ['Recording'] };
  await daemon.post('/api/v1/events', [
    { ...login, user: 'a' },
    { ...login, user: 'b' },
  ]);
  const verify = async () => {
    const cli = runCli(['verify', '--data-dir', daemon.dataDir, '--json']);
    const { code } = await cli.ended();
    return { code, stdout: cli.stdout.join(''), stderr: cli.stderr.join('\n') };
  };
  const beside = await verify();
  expect(beside.code, beside.stderr).toBe(0);
  expect(JSON.parse(beside.stdout)).toMatchObject({ ok: true, records: 2, count: 0 });
  expect((await daemon.get('/readyz')).status).toBe(200);
  const there = runCli(['verify', '--url', daemon.url, '--json']);
  expect((await there.ended()).code, there.stderr.join('\n')).toBe(0);
  expect(JSON.parse(there.stdout.join(''))).toMatchObject({ ok: true, records: 2, count: 0, differences: [] });
  const found = await daemon.get<{ running: boolean; last: { ok: boolean } }>('/api/v1/verify');
  expect([found.body.running, found.body.last.ok]).toEqual([false, true]);
  await daemon.kill();
  expect((await verify()).code).toBe(0);

  const store = openLmdbStore(daemon.dataDir);
  await store.commit([{ table: 'sessions', key: ['129', 'a', 'desktop'], value: undefined }]);
  await store.close();
  const after = await verify();
  expect(after.code).toBe(1);
  expect(JSON.parse(after.stdout).differences).toMatchObject([{ organisation: '129', table: 'sessions', key: ['129', 'a', 'desktop'] }]);
}, 180_000);
