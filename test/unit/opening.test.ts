import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Helper, HelperDiedError, HelperFailedError } from '../../server/safekeeping/helper-tasks.ts';
import { DamagedStoreError, prepareDataFile } from '../../server/safekeeping/opening.ts';
import { prepareNew, removeUnfinished } from '../../server/safekeeping/restore.ts';
import { lookAtDataFile, markInitialised } from '../../server/store/data-file.ts';
import { FORMAT, faultOf, NewerFormatError } from '../../server/store/faults.ts';
import { DATA_FILE, openDataFile, openLmdbStore } from '../../server/store/lmdb.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import { standOf, UnsoundError } from '../../server/store/soundness.ts';
import { StoreFullError } from '../../server/store/store.ts';
import { tempDir } from '../support/temp-dir.ts';

const prepare = (dataDir: string, helper: (task: { do: string }) => Promise<void>) =>
  prepareDataFile({
    dataDir,
    backups: join(dataDir, 'backups'),
    onDamage: 'restore',
    whole: false,
    randomId: () => 'epoch',
    now: 0,
    helper: helper as unknown as Helper,
    log: { error: () => {}, warn: () => {} },
  });

/** A start on good books whose looks end as listed, one after the other; then they are well. */
async function start(...ends: Error[]): Promise<{ began: string[]; dataDir: string; end: unknown }> {
  const directory = tempDir();
  onTestFinished(directory.remove);
  const dataDir = directory.path;
  await openLmdbStore(dataDir).close();
  markInitialised(dataDir);
  const before = readFileSync(join(dataDir, DATA_FILE));
  const began: string[] = [];
  const helper = async (task: { do: string }) => {
    began.push(task.do);
    const end = ends.shift();
    if (end) throw end;
  };
  const end: unknown = await prepare(dataDir, helper).catch((error: unknown) => error);
  expect(readFileSync(join(dataDir, DATA_FILE)).equals(before)).toBe(true);
  expect(readdirSync(dataDir).some((name) => name.includes('damaged'))).toBe(false);
  return { began, dataDir, end };
}

const crash = () => new HelperDiedError('its process ended with SIGBUS', true);
const unsound = () => new HelperFailedError('holds no books', 'data');

describe('what counts as damage', () => {
  it.each([
    ['SIGTERM', new HelperDiedError('its process ended with SIGTERM', false)],
    ['SIGKILL', new HelperDiedError('its process ended with SIGKILL', false)],
    ['EMFILE in the helper', new HelperFailedError('EMFILE: too many open files', 'system')],
    ['EAGAIN for the process', Object.assign(new Error('spawn EAGAIN'), { code: 'EAGAIN' })],
  ])('STORE-22 %s says nothing about the file: the start is refused, and nothing is tried on', async (_, error) => {
    const { began, end } = await start(error);
    expect(began).toEqual(['look']);
    expect(end).not.toBeInstanceOf(DamagedStoreError);
    expect((end as Error).message).toContain('nothing was changed');
  });

  it('STORE-22 one crash is looked at again; two are damage, and so is twice what the daemon does not write', async () => {
    expect(await start(crash())).toMatchObject({ began: ['look', 'look'], end: null });
    expect((await start(crash(), crash())).end).toBeInstanceOf(DamagedStoreError);
    expect((await start(unsound(), unsound())).end).toBeInstanceOf(DamagedStoreError);
    expect((await start(crash(), new HelperDiedError('its process ended with SIGINT', false))).end).not.toBeInstanceOf(DamagedStoreError);
  });

  it('STORE-26 a new store that cannot be made is a refusal in a sentence, and nothing half made is left behind', async () => {
    const directory = tempDir();
    onTestFinished(directory.remove);
    const dataDir = directory.path;
    const began: string[] = [];
    const helper = async (task: { do: string }) => {
      began.push(task.do);
      mkdirSync(join(dataDir, '.restoring-epoch'));
      for (const ending of ['', '-lock']) writeFileSync(join(dataDir, '.restoring-epoch', DATA_FILE + ending), 'half');
      throw new HelperDiedError('its process ended with SIGSEGV', true);
    };
    await expect(prepare(dataDir, helper)).rejects.toThrow(
      `a new store cannot be made in ${dataDir}, its disk may be full or failing: its process ended with SIGSEGV`,
    );
    expect(began).toEqual(['create']);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('STORE-50 a new store comes to its place whole: what was being made when the process was killed is in nobody’s way', async () => {
    const directory = tempDir();
    onTestFinished(directory.remove);
    const dataDir = directory.path;
    await prepareNew(dataDir, 'of one that was killed', 1);
    expect(lookAtDataFile(dataDir)).toEqual({ state: 'new' });
    removeUnfinished(dataDir);
    expect(readdirSync(dataDir)).toEqual([]);
    await prepare(dataDir, () => prepareNew(dataDir, 'epoch', 2));
    expect(readdirSync(dataDir)).toEqual([DATA_FILE]);
    const file = openDataFile(join(dataDir, DATA_FILE));
    onTestFinished(() => file.close());
    expect(standOf(file)).toMatchObject({ format: FORMAT, epoch: 'epoch', seq: 0 });
  });

  it('STORE-21 a newer format is refused by name and is no damage', async () => {
    const { began, end } = await start(new HelperFailedError('written by a newer Highwater', 'newer'));
    expect(began).toEqual(['look']);
    expect(end).toBeInstanceOf(NewerFormatError);
    const store = createMemoryStore();
    await store.commit([{ table: 'meta', key: ['format'], value: FORMAT + 1 }]);
    expect(() => standOf(store)).toThrow(NewerFormatError);
  });

  it.each([
    [Object.assign(new Error(), { code: 'EACCES' }), 'system'],
    [Object.assign(new Error(), { code: 12 }), 'system'],
    [new StoreFullError(), 'system'],
    [new NewerFormatError(), 'newer'],
    [new UnsoundError('holds no books'), 'data'],
    [Object.assign(new Error(), { code: -30_796 }), 'data'],
    [Object.assign(new RangeError(), { code: 'ERR_OUT_OF_RANGE' }), 'data'],
    [Object.assign(new Error(), { code: 22 }), 'data'],
  ])('STORE-22 whose fault: %o is of the %s', (error, fault) => expect(faultOf(error)).toBe(fault));
});
