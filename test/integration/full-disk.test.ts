/** The real daemon on a file system that is really full. Where nothing may be mounted these are skipped, and say so. */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { DATA_FILE, openDataFile, openLmdbStore } from '../../server/store/lmdb.ts';
import type { Page, RecordView, UsageView } from '../../shared/views.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { connectLive } from '../support/live-client.ts';
import { type SmallDisk, smallDisk } from '../support/small-disk.ts';

const SIZE = 25_165_824;
const O = '/api/v1/organisations/129';
const DAY = 86_400_000;
const SETTINGS = { HIGHWATER_STORE_MIN_FREE_BYTES: '0', HIGHWATER_STORE_BALLAST_BYTES: '2097152' };
const RECOVERS_WITHIN_MS = 10_000;

// Daemons start here some fifteen times, on whatever machine.
vi.setConfig({ testTimeout: 180_000 });

let disk: SmallDisk;

beforeEach((context) => {
  const mounted = smallDisk(SIZE);
  if (mounted === null) return context.skip('a file system of its own cannot be mounted here');
  disk = mounted;
  onTestFinished(mounted.remove);
});

const dataDir = () => join(disk.path, 'data');

async function start(env: Record<string, string> = {}): Promise<Daemon> {
  const daemon = await startDaemon({ dataDir: dataDir(), env: { ...SETTINGS, ...env } });
  onTestFinished(daemon.dispose);
  return daemon;
}

const logins = (name: string, count: number, at: (n: number) => number = () => Date.now()) =>
  Array.from({ length: count }, (_, n) => ({
    type: 'login',
    organisation: '129',
    user: `${name}-${n}`,
    logonSource: 'Agent Desktop',
    licences: ['Recording'],
    id: `${name}-${n}`,
    at: new Date(at(n)).toISOString(),
  }));
const send = (daemon: Daemon, events: object[]) => daemon.post<{ code?: string; seq: number }>('/api/v1/events', events);
const usage = async (daemon: Daemon) => (await daemon.get<UsageView>(`${O}/usage`)).body;
const isReady = async (daemon: Daemon) => (await daemon.get('/readyz')).status;

it('STORE-9 503 with Retry-After while it is full, reads and displays go on and say so, and with room it records again within ten seconds', async () => {
  const daemon = await start();
  expect((await send(daemon, logins('before', 500))).status).toBe(200);
  const display = await connectLive(daemon.url, '129');
  onTestFinished(() => display.close());
  disk.fill();
  const refused = await send(daemon, logins('full', 3_000));
  expect([refused.status, refused.body.code]).toEqual([503, 'not_recording']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  await display.waitFor((frame) => frame.type === 'beat' && 'notRecording' in frame);
  expect(await isReady(daemon)).toBe(503);
  expect((await usage(daemon)).sessions).toBe(500);
  expect((await daemon.get<Page<RecordView>>(`${O}/records?limit=1`)).body.items).toHaveLength(1);
  const beats = display.frames.length;
  disk.clear();
  await expect.poll(() => isReady(daemon), { timeout: RECOVERS_WITHIN_MS }).toBe(200);
  await display.waitFor((frame) => frame.type === 'beat' && !('notRecording' in frame), beats);
  expect((await send(daemon, logins('full', 3_000))).body.seq).toBe(3_500);
  expect((await usage(daemon)).sessions).toBe(3_500);
  expect(await daemon.stop()).toBe(0);
});

it('STORE-31 killed and started on the full disk it shows what there is and says so; with room it records', async () => {
  const first = await start();
  await send(first, logins('before', 500));
  await first.kill();
  rmSync(join(dataDir(), 'ballast'));
  disk.fill();
  const daemon = await start();
  expect((await usage(daemon)).sessions).toBe(500);
  await expect.poll(() => isReady(daemon), { timeout: RECOVERS_WITHIN_MS }).toBe(503);
  expect((await send(daemon, logins('full', 1))).status).toBe(503);
  disk.clear();
  await expect.poll(() => isReady(daemon), { timeout: RECOVERS_WITHIN_MS }).toBe(200);
  expect((await send(daemon, logins('full', 1))).status).toBe(200);
  expect(await daemon.stop()).toBe(0);
});

it('STORE-28 what is kept no longer goes on a full disk, thanks to the ballast, and nothing is recorded with its room', async () => {
  const first = await start();
  const old = Date.now() - 500 * DAY;
  await send(first, [
    ...logins('old', 1_500, (n) => old + n * 1_000),
    ...logins('old', 1_500, (n) => old + DAY + n * 1_000).map(({ licences: _, id, ...event }) => ({
      ...event,
      type: 'logout',
      id: `${id}-out`,
    })),
  ]);
  await send(first, logins('new', 10));
  await first.stop();
  disk.fill();
  const daemon = await start({ HIGHWATER_RETENTION_RECORDS_MONTHS: '1' });
  expect((await send(daemon, logins('full', 2_000))).status).toBe(503);
  const oldest = async () => {
    const page = await daemon.get<Page<RecordView>>(`${O}/records?order=asc&limit=1&from=2020-01-01T00:00:00Z`);
    return page.body.items[0]?.user;
  };
  await expect.poll(oldest, { timeout: 40_000 }).toBe('new-0');
  expect((await send(daemon, logins('full', 2_000))).status).toBe(503);
  expect(existsSync(join(dataDir(), 'ballast'))).toBe(false);
  disk.clear();
  await expect.poll(() => existsSync(join(dataDir(), 'ballast')), { timeout: RECOVERS_WITHIN_MS }).toBe(true);
  expect((await send(daemon, logins('full', 2_000))).status).toBe(200);
  expect(await daemon.stop()).toBe(0);
});

it('STORE-26 without room for a new store the very first start is refused with a sentence, and leaves nothing in the way of the next', async () => {
  for (const left of [0, 100_000, 4_000_000]) {
    disk.clear();
    disk.fill(left);
    await expect(start()).rejects.toThrow(/ended before it listened \(code 1, signal null\)[\s\S]*no room for a new store/);
    expect(readdirSync(dataDir())).toEqual([]);
  }
  disk.clear();
  disk.fill(10_000_000);
  const daemon = await start();
  expect((await send(daemon, logins('first', 10))).status).toBe(200);
  expect(await daemon.stop()).toBe(0);
});

it('STORE-29 books of an older format and no room to bring them to this one: the start is refused and says so; with room it goes on', async () => {
  const first = await start();
  await send(
    first,
    logins('old', 3_000, (n) => Date.now() - (3_000 - n) * DAY),
  );
  await first.stop();
  await makeOld();
  rmSync(join(dataDir(), 'ballast'), { force: true });
  disk.fill();
  await expect(start()).rejects.toThrow(/ended before it listened \(code 1, signal null\)[\s\S]*cannot start: The disk is full/);
  disk.clear();
  const daemon = await start();
  expect((await usage(daemon)).sessions).toBe(3_000);
  expect(await daemon.stop()).toBe(0);
});

it('STORE-22 a look that ends in SIGBUS because the disk is full says nothing about the file: nothing older takes its place', async () => {
  const first = await start({ HIGHWATER_BACKUP_DIRECTORY: join(disk.path, 'backups') });
  await send(first, logins('old', 500));
  expect((await first.post('/api/v1/backups', {})).status).toBe(201);
  await send(first, logins('new', 500));
  await first.stop();
  // Without it LMDB makes a new one, which is all holes.
  rmSync(join(dataDir(), `${DATA_FILE}-lock`));
  rmSync(join(dataDir(), 'ballast'));
  disk.fill();
  await expect(start()).rejects.toThrow(/ended before it listened \(code 1, signal null\)[\s\S]*is full/);
  disk.clear();
  expect((await usage(await start())).sessions).toBe(1_000);
});

it('BACKUP-5 where there is no room for one more the oldest backups go before it, but for the newest two', async () => {
  const daemon = await start({ HIGHWATER_STORE_BALLAST_BYTES: '0' });
  await send(daemon, logins('a', 3_000));
  const names: string[] = [];
  const make = async () => {
    const { status, body } = await daemon.post<{ name: string }>('/api/v1/backups', {});
    if (status === 201) names.push(body.name);
    return status;
  };
  const lie = () => readdirSync(join(dataDir(), 'backups')).sort();
  for (let n = 0; n < 3; n++) expect(await make()).toBe(201);
  expect(lie()).toEqual(names);
  // Less than the data file is large, more with the oldest of the copies gone; then with two of them gone it still would not do.
  const size = statSync(join(dataDir(), DATA_FILE)).size;
  disk.fill(size - 100_000);
  expect(await make()).toBe(201);
  expect(lie()).toEqual(names.slice(1));
  disk.fill();
  expect(await make()).toBe(503);
  expect(lie()).toEqual(names.slice(1));
  expect(await daemon.stop()).toBe(0);
});

/** As a version without descriptions of days left them, packed: no page is free. */
async function makeOld(): Promise<void> {
  const store = openLmdbStore(dataDir());
  const days = [...store.range('dayContents', {})].map(({ key }) => ({ table: 'dayContents' as const, key, value: undefined }));
  await store.commit([...days, { table: 'meta', key: ['format'], value: 1 }]);
  await store.close();
  const file = join(dataDir(), DATA_FILE);
  const source = openDataFile(file);
  await source.copyTo(`${file}.packed`);
  await source.close();
  renameSync(`${file}.packed`, file);
}
