/** A file system that becomes read-only beneath the daemon. Where none can be mounted, or nothing compiled, these are skipped, and say so. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { IngestAnswer } from '../../shared/events.ts';
import type { UsageView } from '../../shared/views.ts';
import { compileShim, hasCompiler } from '../faults/run.ts';
import { runCli } from '../support/cli.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { failingDisk } from '../support/failing-disk.ts';
import { connectLive } from '../support/live-client.ts';
import { tempDir } from '../support/temp-dir.ts';

const SETTINGS = { HIGHWATER_STORE_MIN_FREE_BYTES: '0', HIGHWATER_STORE_BALLAST_BYTES: '2097152' };
const SAID = 'file system of the data directory is read-only';

const login = (id: string) => ({ type: 'login', organisation: '129', user: id, logonSource: 'CRM', licences: ['Recording'], id });
const send = (daemon: Daemon, id: string) => daemon.post<IngestAnswer>('/api/v1/events', login(id));
const users = async (daemon: Daemon) => (await daemon.get<UsageView>('/api/v1/organisations/129/usage')).body.users;
const reasons = async (daemon: Daemon) => (await daemon.get<{ reasons?: string[] }>('/readyz')).body.reasons?.join();

/** Books with one person, and a display of them; then nothing can be written, and both say so and show what there is. */
async function shut(daemon: Daemon, fail: () => void): Promise<{ recordsAgain(): Promise<void> }> {
  expect((await send(daemon, 'before')).status).toBe(200);
  const display = await connectLive(daemon.url, '129');
  onTestFinished(() => display.close());
  fail();
  const refused = await send(daemon, 'refused');
  expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
  await display.waitFor((frame) => frame.type === 'beat' && 'notRecording' in frame && JSON.stringify(frame).includes(SAID));
  expect(await reasons(daemon)).toContain(SAID);
  expect(await users(daemon)).toBe(1);
  const beats = display.frames.length;
  return {
    async recordsAgain() {
      await expect.poll(() => daemon.get('/readyz').then(({ status }) => status), { timeout: 10_000 }).toBe(200);
      await display.waitFor((frame) => frame.type === 'beat' && !('notRecording' in frame), beats);
    },
  };
}

async function checkAfter(daemon: Daemon): Promise<void> {
  expect((await send(daemon, 'before')).body.results[0]?.status).toBe('duplicate');
  expect((await send(daemon, 'refused')).body.results[0]?.status).toBe('recorded');
  expect(await users(daemon)).toBe(2);
  expect(await daemon.stop()).toBe(0);
  const verify = runCli(['verify', '--data-dir', daemon.dataDir]);
  expect((await verify.ended()).code, verify.stdout.join('\n')).toBe(0);
}

it('STORE-46 a file system that the kernel makes read-only: nothing is recorded and that is said, a stop is in order, a start is refused, and after the repair all is there', async (context) => {
  const disk = failingDisk(67_108_864);
  if (disk === null) return context.skip('no file system of its own can be made and mounted here');
  onTestFinished(disk.remove);
  const dataDir = join(disk.path, 'data');
  const start = async () => {
    const daemon = await startDaemon({ dataDir, env: SETTINGS });
    onTestFinished(daemon.dispose);
    return daemon;
  };
  const daemon = await start();
  await shut(daemon, disk.fail);
  expect(await daemon.stop()).toBe(0);
  await expect(start()).rejects.toThrow(
    /ended before it listened \(code 1, signal null\)[\s\S]*cannot start: [^\n]*file system is read-only/,
  );
  disk.repair();
  await checkAfter(await start());
});

it.runIf(hasCompiler())('STORE-46 where writes become possible again it records again by itself', async () => {
  const workshop = tempDir('highwater-shim-');
  onTestFinished(workshop.remove);
  const armed = join(workshop.path, 'armed');
  const daemon = await startDaemon({
    dataDir: join(workshop.path, 'data'),
    env: {
      ...SETTINGS,
      LD_PRELOAD: compileShim(workshop.path),
      FAULT_AT: '1',
      FAULT_COUNT: '1000000',
      FAULT_MODE: 'erofs',
      FAULT_PATH: 'highwater.mdb',
      FAULT_ARM: armed,
    },
  });
  onTestFinished(daemon.dispose);
  const { recordsAgain } = await shut(daemon, () => writeFileSync(armed, ''));
  rmSync(armed);
  await recordsAgain();
  await checkAfter(daemon);
});
