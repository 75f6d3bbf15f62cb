import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { DATA_FILE, openDataFile } from '../../server/store/lmdb.ts';
import type { Backup, BackupsView, Restore } from '../../shared/backups.ts';
import { runCli } from '../support/cli.ts';
import { type Daemon, type DaemonOptions, startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';

const login = (user: string) => ({
  type: 'login',
  organisation: '129',
  user,
  logonSource: 'Agent Desktop',
  licences: ['Recording', 'Inbound Agent'],
  id: user,
});

interface Status {
  epoch: string;
  seq: number;
  notes: string[];
  restores: Restore[];
}

async function start(options: DaemonOptions): Promise<Daemon> {
  const daemon = await startDaemon(options);
  onTestFinished(daemon.dispose);
  return daemon;
}

function directory(): string {
  const temporary = tempDir();
  onTestFinished(temporary.remove);
  return temporary.path;
}

const status = async (daemon: Daemon): Promise<Status> => (await daemon.get<Status>('/api/v1/status')).body;

async function record(daemon: Daemon, from: number, until: number): Promise<void> {
  for (let n = from; n < until; n += 500) {
    const events = Array.from({ length: Math.min(500, until - n) }, (_, i) => login(`user-${n + i}`));
    expect((await daemon.post('/api/v1/events', events)).status).toBe(200);
  }
}

it('BACKUP-4..6 the daemon makes backups while it runs, checks them, keeps the newest, and says so', async () => {
  const dataDir = directory();
  const daemon = await start({ dataDir, env: { HIGHWATER_BACKUP_KEEP: '2' } });
  await record(daemon, 0, 500);
  const made: Backup[] = [];
  for (let n = 0; n < 2; n++) {
    const { status: code, body } = await daemon.post<Backup>('/api/v1/backups', {});
    expect(code).toBe(201);
    made.push(body);
  }
  const cli = runCli(['backup', '--url', daemon.url, '--json']);
  expect((await cli.ended()).code, cli.stderr.join('\n')).toBe(0);
  made.push(JSON.parse(cli.stdout.join('')) as Backup);
  expect(made.map(({ seq, checked }) => [seq, checked])).toEqual(made.map(() => [1_000, 'read']));
  const { body } = await daemon.get<BackupsView>('/api/v1/backups');
  expect(body.items).toEqual(made.slice(-2).reverse());
  expect(body).toMatchObject({ everySeconds: 3600, keep: 2, running: false, lastSuccessAt: made[2]?.at, lastFailure: null });
  expect(readdirSync(join(dataDir, 'backups'))).toEqual(made.slice(-2).map(({ name }) => name));
  const metrics = String((await daemon.get('/metrics')).body);
  expect(metrics).toContain(`highwater_backup_last_success_timestamp_seconds ${Date.parse(made[2]?.at ?? '') / 1000}`);
  expect(metrics).toContain('highwater_backup_failures_total 0');
});

it('BACKUP-7 a backup that would leave too little room, or that cannot be written, fails and says why; the daemon goes on', async () => {
  const dataDir = directory();
  const file = join(dataDir, 'not-a-directory');
  writeFileSync(file, '');
  const daemon = await start({ dataDir, env: { HIGHWATER_BACKUP_DIRECTORY: join(file, 'backups') } });
  const refused = await daemon.post<{ code: string; detail: string }>('/api/v1/backups', {});
  expect([refused.status, refused.body.code]).toEqual([503, 'backup_failed']);
  const ready = await daemon.get<{ status: string; notes: string[] }>('/readyz');
  expect([ready.status, ready.body.status]).toEqual([200, 'ready']);
  expect(ready.body.notes.join()).toContain('the newest attempt failed');
  expect(String((await daemon.get('/metrics')).body)).toContain('highwater_backup_failures_total 1');
});

/** Loaded before the daemon's own code: SIGKILL after the n-th time that it gives a data file another name. */
function killAfterRename(nth: number): string {
  const code = `import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { renameSync } = fs;
    let renames = 0;
    fs.renameSync = (from, to) => {
      renameSync(from, to);
      if (String(to).includes('${DATA_FILE}') && ++renames === ${nth}) process.kill(process.pid, 'SIGKILL');
    };
    syncBuiltinESMExports();`;
  return `--import data:text/javascript,${encodeURIComponent(code)}`;
}

it.each([
  ['with the damaged file moved aside', 1],
  ['with the backup in its place, before it could say so', 2],
])('STORE-47 a daemon that is killed %s: the next start goes on from the backup and says what is missing', async (_, nth) => {
  const dataDir = directory();
  const first = await start({ dataDir });
  await record(first, 0, 10);
  await first.post('/api/v1/backups', {});
  await record(first, 10, 20);
  await first.kill();
  const garbage = Buffer.alloc(statSync(join(dataDir, DATA_FILE)).size, 0x5a);
  writeFileSync(join(dataDir, DATA_FILE), garbage);
  await expect(start({ dataDir, env: { NODE_OPTIONS: killAfterRename(nth) } })).rejects.toThrow('signal SIGKILL');
  const again = await start({ dataDir });
  const { seq, restores, notes } = await status(again);
  expect([seq, restores.at(-1)?.lastSeq]).toEqual([20, 40]);
  expect(notes.join()).toContain('Missing are at least the numbers 21 to 40');
  expect(again.log.join('\n')).toContain('Missing are at least the numbers 21 to 40');
  const aside = readdirSync(dataDir).filter((name) => name.includes('damaged'));
  expect(aside.map((name) => readFileSync(join(dataDir, name)).equals(garbage))).toEqual([true]);
});

it('STORE-22, STORE-23 damaged books are moved aside, the newest good backup goes on, and what is missing is said', async () => {
  const dataDir = directory();
  const file = join(dataDir, DATA_FILE);
  const first = await start({ dataDir });
  await record(first, 0, 500);
  await first.post('/api/v1/backups', {});
  await first.post('/api/v1/backups', {});
  await record(first, 500, 1_000);
  const before = await status(first);
  await first.kill();
  // The newest backup is damaged too.
  const [newest] = readdirSync(join(dataDir, 'backups')).sort().reverse();
  writeFileSync(join(dataDir, 'backups', newest ?? '', DATA_FILE), Buffer.alloc(20_000, 7));
  writeFileSync(file, Buffer.alloc(statSync(file).size));

  const again = await start({ dataDir });
  const after = await status(again);
  expect(after.epoch).not.toBe(before.epoch);
  expect(after.seq).toBe(1_000);
  expect(after.restores).toMatchObject([{ damage: 'does not begin like a data file', seq: 1_000, lastSeq: 2_000 }]);
  expect(after.notes.join()).toContain('Missing are at least the numbers 1001 to 2000');
  expect((await again.get<{ notes: string[] }>('/readyz')).body.notes).toEqual(after.notes);
  expect(readdirSync(dataDir)).toContain(after.restores[0]?.kept);
  expect(again.log.join('\n')).toContain('Missing are at least');
  await record(again, 1_000, 1_100);
  const { restores } = after;
  const { until } = restores[0] as Restore;
  const history = await again.get<{ items: { complete: boolean }[] }>(
    `/api/v1/organisations/129/history?from=${until}&to=${new Date().toISOString()}&resolution=5m`,
  );
  expect(history.body.items.every(({ complete }) => !complete)).toBe(true);
  expect(await again.stop()).toBe(0);
  expect((await status(await start({ dataDir }))).epoch).toBe(after.epoch);
});

it('STORE-24 asked to refuse, or without a backup, a start on damaged books changes nothing and says what to do', async () => {
  const dataDir = directory();
  const file = join(dataDir, DATA_FILE);
  const first = await start({ dataDir });
  await record(first, 0, 10);
  await first.kill();
  const garbage = Buffer.alloc(statSync(file).size);
  writeFileSync(file, garbage);
  const cli = runCli(['serve', '--data-dir', dataDir, '--listen', '127.0.0.1:0']);
  expect((await cli.ended()).code).toBe(65);
  expect(cli.stderr.join()).toContain('There is no backup');
  expect(readFileSync(file).equals(garbage)).toBe(true);
});

/** A plain generator, so that a seed names the damage. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

it('STORE-25 garbled at any offset, the books are served, restored or refused: starts never go on failing', async () => {
  const dataDir = directory();
  const file = join(dataDir, DATA_FILE);
  const first = await start({ dataDir });
  await record(first, 0, 2_000);
  await first.post('/api/v1/backups', {});
  await first.stop();
  const whole = readFileSync(file);
  const outcomes: string[] = [];
  for (let seed = 1; seed <= 3; seed++) {
    writeFileSync(file, whole);
    garble(file, random(Number(process.env['HIGHWATER_SEED'] ?? 129) * 100 + seed), whole.length);
    let outcome = 'never';
    for (let attempt = 0; attempt < 5 && outcome === 'never'; attempt++) {
      const daemon = await startDaemon({ dataDir }).catch(() => null);
      if (!daemon) continue;
      const { restores } = await status(daemon);
      const records = await daemon.get<{ items: unknown[] }>('/api/v1/organisations/129/records?limit=10000').catch(() => null);
      if (records?.body.items.length === 4_000 && (await daemon.post('/api/v1/events', login('late')).catch(() => null))?.status === 200)
        outcome = restores.length > 0 ? 'restored' : 'served';
      await daemon.dispose();
    }
    outcomes.push(outcome);
  }
  expect(outcomes).not.toContain('never');
  expect(outcomes).toContain('restored');
}, 240_000);

function garble(file: string, next: () => number, size: number): void {
  const descriptor = openSync(file, 'r+');
  for (let n = 0; n < 12; n++) {
    const bytes = Buffer.from(Array.from({ length: 1 + Math.floor(next() * 2_000) }, () => Math.floor(next() * 256)));
    writeSync(descriptor, bytes, 0, bytes.length, Math.floor(next() * size));
  }
  closeSync(descriptor);
}

it.each([
  ['removed', (file: string) => rmSync(file)],
  ['moved away with its directory', (file: string) => renameSync(dirname(file), `${dirname(file)}-moved`)],
])('STORE-32 a data file that is %s beneath the daemon is put down again with everything acknowledged, and a new process goes on from it', async (_how, take) => {
  const dataDir = join(directory(), 'data');
  const file = join(dataDir, DATA_FILE);
  const first = await start({ dataDir });
  await record(first, 0, 500);
  take(file);
  // Nobody has noticed yet: it is acknowledged, and must not be lost.
  await record(first, 500, 1_000);
  expect(await first.exited).toEqual({ code: 70, signal: null });
  expect(first.log.join('\n')).toContain('removed or moved away while the daemon was writing to it; everything acknowledged is in');
  const second = await start({ dataDir });
  const { body } = await second.get<{ sessions: number }>('/api/v1/organisations/129/usage');
  expect(body.sessions).toBe(1_000);
  expect(await second.stop()).toBe(0);
});

it('STORE-32 a data file that is replaced beneath the daemon stays; what the daemon has acknowledged lies beside it', async () => {
  const dataDir = directory();
  const file = join(dataDir, DATA_FILE);
  const first = await start({ dataDir });
  await record(first, 0, 500);
  const { body: backup } = await first.post<Backup>('/api/v1/backups', {});
  await record(first, 500, 1_000);
  renameSync(join(dataDir, 'backups', backup.name, DATA_FILE), file);
  expect(await first.stop()).toBe(1);
  const [rescued] = readdirSync(dataDir).filter((name) => name.startsWith(`${DATA_FILE}.rescued-`));
  const store = openDataFile(join(dataDir, rescued ?? ''));
  expect([store.get('meta', ['seq']), statSync(file).size]).toEqual([2_000, backup.size]);
  await store.close();
});

it('BACKUP-7 backups that cannot be read keep no daemon from starting, and what killed processes left behind goes', async () => {
  const dataDir = directory();
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  for (const name of [`.verify-${dead}-a`, `.verify-${process.pid}-b`]) mkdirSync(join(dataDir, name));
  writeFileSync(join(dataDir, 'backups'), 'in the way');
  const first = await start({ dataDir });
  expect((await first.get('/api/v1/backups')).status).toBe(503);
  expect((await status(first)).notes.join()).toContain('ENOTDIR');
  expect(readdirSync(dataDir).filter((name) => name.startsWith('.verify-'))).toEqual([`.verify-${process.pid}-b`]);
  expect(await first.stop()).toBe(0);
  rmSync(join(dataDir, 'backups'));
  mkdirSync(join(dataDir, 'backups', `.partial-${dead}-x`), { recursive: true });
  const second = await start({ dataDir });
  expect((await second.get<BackupsView>('/api/v1/backups')).body.items).toEqual([]);
  expect(readdirSync(join(dataDir, 'backups'))).toEqual([]);
});
