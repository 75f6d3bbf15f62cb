import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Stands for the one of systemd: writes down what it was called with. */
const RECORDS_ITS_ARGUMENTS = '#!/bin/sh\nprintf "%s|" "$@" >>"$SAID"\necho >>"$SAID"\n';

it('SYSTEMD-5 the daemon tells systemd that it is ready, beats, and says that it stops', async () => {
  const directory = tempDir('highwater-systemd-');
  onTestFinished(directory.remove);
  const program = join(directory.path, 'systemd-notify');
  writeFileSync(program, RECORDS_ITS_ARGUMENTS);
  chmodSync(program, 0o755);
  const file = join(directory.path, 'said');
  const said = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);
  const env = { NOTIFY_SOCKET: join(directory.path, 'socket'), WATCHDOG_USEC: '1000000', SAID: file };
  const daemon = await startDaemon({ env: { ...env, PATH: `${directory.path}:${process.env['PATH']}` } });
  onTestFinished(daemon.dispose);
  await expect.poll(() => said().filter((line) => line === 'WATCHDOG=1|').length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  expect(await daemon.stop()).toBe(0);
  await expect.poll(() => said().at(-1), { timeout: 20_000 }).toBe('STOPPING=1|STATUS=Stopping|');
  expect(said()[0]).toBe('READY=1|STATUS=Recording|');
});

it('SYSTEMD-4 without systemd-notify the daemon runs, and says so', async () => {
  const daemon = await startDaemon({ env: { NOTIFY_SOCKET: '/nowhere', PATH: '/nowhere' } });
  onTestFinished(daemon.dispose);
  await expect.poll(() => daemon.log.join('\n')).toContain('systemd-notify');
  expect((await daemon.get('/readyz')).status).toBe(200);
  expect(await daemon.stop()).toBe(0);
});
