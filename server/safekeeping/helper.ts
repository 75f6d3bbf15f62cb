/**
 * What opens a data file that may be damaged: a process of its own, which such a file may end without ending the daemon.
 * `node helper.js TASK`, the task as JSON; the answer is the last line of JSON on standard output.
 */
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { faultOf } from '../store/faults.ts';
import { DATA_FILE, openDataFile, openLmdbStore } from '../store/lmdb.ts';
import { glance, readWhole, type Stand } from '../store/soundness.ts';
import type { Answer, Task } from './helper-tasks.ts';
import { makeBackup } from './make-backup.ts';
import { prepareNew, prepareRestore } from './restore.ts';
import { verifyCopy } from './verify-copy.ts';

/** The daemon and what it answers come first. */
const NICE = 10;

async function run(task: Task): Promise<unknown> {
  switch (task.do) {
    case 'create':
      return prepareNew(task.dataDir, task.epoch, task.now);
    case 'look':
      return look(task);
    case 'backup':
      setPriority(NICE);
      return makeBackup(task);
    case 'verify':
      setPriority(NICE);
      return verifyCopy(task.dataDir, task.leaveFree, (entries) => process.stdout.write(`${JSON.stringify({ progress: entries })}\n`));
    case 'restore':
      return prepareRestore(task);
  }
}

/** After starts that came to nothing, everything is read, and a write is tried: the list of free pages may be damaged too. */
async function look({ dataDir, whole }: { dataDir: string; whole: boolean }): Promise<Stand> {
  const file = openDataFile(join(dataDir, DATA_FILE));
  const stand = whole ? readWhole(file) : glance(file);
  await file.close();
  if (!whole) return stand;
  const store = openLmdbStore(dataDir);
  await store.commit([{ table: 'meta', key: ['checkedSeq'], value: stand.seq }]);
  await store.close();
  return stand;
}

async function answer(): Promise<Answer> {
  try {
    return { ok: true, value: await run(JSON.parse(process.argv[2] ?? '') as Task) };
  } catch (error) {
    return { ok: false, message: (error as Error).message, fault: faultOf(error) };
  }
}

const said = await answer();
process.stdout.write(`${JSON.stringify(said)}\n`, () => process.exit(said.ok ? 0 : 1));
