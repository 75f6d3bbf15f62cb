/** A start that puts a backup in the place of a damaged file and is killed before its n-th change of the disk, for every n. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Helper, Task } from '../../server/safekeeping/helper-tasks.ts';
import { prepareDataFile } from '../../server/safekeeping/opening.ts';
import { missingAfter, prepareRestore, removeUnfinished } from '../../server/safekeeping/restore.ts';
import { lookAtDataFile, markInitialised } from '../../server/store/data-file.ts';
import { DATA_FILE, openDataFile, openLmdbStore } from '../../server/store/lmdb.ts';
import type { Restore } from '../../shared/backups.ts';
import { openTestBooks } from '../support/books.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Changes of the disk that the process still makes; what is dead makes none. */
const life = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY, changes: 0 }));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const mortal = <A extends unknown[], R>(change: (...args: A) => R) => {
    return (...args: A): R => {
      if (life.changes >= life.left) throw new Error('killed');
      life.changes++;
      return change(...args);
    };
  };
  const { renameSync, rmSync: remove, mkdirSync: make, writeFileSync: write, fsyncSync } = fs;
  const changes = { renameSync, rmSync: remove, mkdirSync: make, writeFileSync: write, fsyncSync };
  return {
    ...fs,
    ...Object.fromEntries(Object.entries(changes).map(([name, change]) => [name, mortal(change as (...args: unknown[]) => unknown)])),
  };
});

const GARBAGE = Buffer.alloc(65_536, 0x5a);
const START = Date.parse('2026-11-24T08:00:00Z');
const LAST = { epoch: 'epoch-1', seq: 7, at: START + 60_000 };

/** Books whose data file is garbage, and a backup of three records. */
async function damaged(marked: boolean): Promise<string> {
  const directory = tempDir();
  onTestFinished(directory.remove);
  const dataDir = join(directory.path, 'data');
  const backup = join(dataDir, 'backups', '2026-11-24T08-00-00-000Z');
  mkdirSync(backup, { recursive: true });
  const store = openLmdbStore(backup);
  const books = await openTestBooks(START, store);
  for (const user of ['a', 'b', 'c']) await books.send({ user, licences: ['Recording'] });
  await books.pipeline.close();
  await store.close();
  writeFileSync(join(dataDir, DATA_FILE), GARBAGE);
  writeFileSync(join(dataDir, 'last-commit'), JSON.stringify(LAST));
  if (marked) markInitialised(dataDir);
  return dataDir;
}

/** As a daemon starts, as far as the data file goes. The process that makes the books ready is this one. */
async function start(dataDir: string, epoch: string): Promise<Restore | null> {
  removeUnfinished(dataDir);
  const helper = (task: Task) => (task.do === 'restore' ? prepareRestore(task) : Promise.resolve(undefined));
  return prepareDataFile({
    dataDir,
    backups: join(dataDir, 'backups'),
    onDamage: 'restore',
    whole: false,
    randomId: () => epoch,
    now: START + 3_600_000,
    helper: helper as unknown as Helper,
    log: { error: () => {}, warn: () => {} },
  });
}

/** Starts that is killed before its change number `left`. @returns whether it was */
async function startKilled(dataDir: string, left: number): Promise<boolean> {
  Object.assign(life, { left, changes: 0 });
  const ended = await start(dataDir, 'killed').then(
    () => 'well',
    () => 'killed',
  );
  const reached = life.changes >= left;
  Object.assign(life, { left: Number.POSITIVE_INFINITY, changes: 0 });
  return ended === 'killed' && reached;
}

it.each([
  ['', true],
  [', the marker gone too', false],
])('STORE-47 killed at any step of a restore the next start goes on to the backup%s', async (_, marked) => {
  let killed = 0;
  for (let left = 0; ; left++) {
    const dataDir = await damaged(marked);
    const wasKilled = await startKilled(dataDir, left);
    expect(lookAtDataFile(dataDir).state, `after ${left} changes`).not.toBe('new');
    await start(dataDir, 'next');
    const books = openDataFile(join(dataDir, DATA_FILE));
    expect(books.get('meta', ['seq']), `after ${left} changes`).toBe(3);
    const [newest] = (books.get<Restore[]>('meta', ['restores']) ?? []).toReversed();
    await books.close();
    expect(missingAfter(newest as Restore)).toContain('Missing are at least the numbers 4 to 7');
    const names = readdirSync(dataDir);
    const aside = names.filter((name) => name.includes('damaged'));
    expect(aside.map((name) => readFileSync(join(dataDir, name)).equals(GARBAGE))).toEqual([true]);
    expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
    rmSync(dataDir, { recursive: true });
    if (!wasKilled) break;
    killed++;
  }
  expect(killed).toBeGreaterThan(6);
});
