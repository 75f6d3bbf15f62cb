import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { timeInName } from '../../server/safekeeping/backups.ts';
import type { Helper } from '../../server/safekeeping/helper-tasks.ts';
import { type BackupKeeper, createBackupKeeper } from '../../server/safekeeping/keeper.ts';
import { DATA_FILE } from '../../server/store/lmdb.ts';
import { settle } from '../support/let-pass.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const HOUR = 3_600_000;

interface Kept {
  keeper: BackupKeeper;
  clock: ManualClock;
  directory: string;
  /** Instants at which one was begun. */
  begun: number[];
  disk: { fails: boolean };
}

/** A keeper whose copies are made at once, of nothing. */
async function keep(directory: string, clock: ManualClock, everySeconds = 3_600): Promise<Kept> {
  const [begun, disk]: [number[], { fails: boolean }] = [[], { fails: false }];
  const helper = async (task: { to: string; now: number }) => {
    begun.push(task.now);
    if (disk.fails) throw new Error('no room');
    const name = timeInName(task.now);
    mkdirSync(join(task.to, name), { recursive: true });
    writeFileSync(join(task.to, name, DATA_FILE), 'books');
    return { name, at: new Date(task.now).toISOString(), size: 5, seq: 1, epoch: 'e', until: null, checked: 'read' };
  };
  const log = { info: () => {}, error: () => {} };
  const options = {
    dataDir: directory,
    directory,
    everySeconds,
    keep: 2,
    minFreeBytes: 0,
    clock,
    helper: helper as unknown as Helper,
    log,
  };
  const keeper = await createBackupKeeper(options);
  onTestFinished(() => keeper.close());
  return { keeper, clock, directory, begun, disk };
}

function directory(): string {
  const temporary = tempDir();
  onTestFinished(temporary.remove);
  return temporary.path;
}

async function pass({ clock, keeper }: Kept, until: number): Promise<void> {
  for (let at = clock.now() + 10_000; at <= until; at += 10_000) {
    clock.advanceTo(at);
    do await settle();
    while (keeper.view().running);
  }
}

it('BACKUP-4, BACKUP-5 one every hour, also over restarts; the newest are kept', async () => {
  const kept = await keep(directory(), createManualClock(START));
  await pass(kept, START + 3.5 * HOUR);
  expect(kept.begun.map((at) => (at - START) / HOUR)).toEqual([1, 2, 3]);
  expect(readdirSync(kept.directory)).toEqual([2, 3].map((hours) => timeInName(START + hours * HOUR)));
  kept.keeper.close();
  const again = await keep(kept.directory, kept.clock);
  await pass(again, START + 4.2 * HOUR);
  expect(again.begun.map((at) => (at - START) / HOUR)).toEqual([4]);
});

it('BACKUP-6, BACKUP-7 one that fails removes nothing, is tried again, and is told until one is good', async () => {
  const kept = await keep(directory(), createManualClock(START));
  await pass(kept, START + 2.1 * HOUR);
  expect(kept.keeper.notes()).toEqual([]);
  kept.disk.fails = true;
  await pass(kept, START + 3.1 * HOUR);
  expect(kept.begun).toHaveLength(4);
  expect(readdirSync(kept.directory)).toHaveLength(2);
  expect(kept.keeper.notes()).toEqual(['The last good backup is of 2026-11-24T10:00:00.000Z; the newest attempt failed: no room']);
  expect(kept.keeper.counts()).toEqual({ lastSuccessAt: START + 2 * HOUR, failures: 2 });
  kept.disk.fails = false;
  await pass(kept, START + 3.2 * HOUR);
  expect(kept.keeper.notes()).toEqual([]);
});

it('BACKUP-4 with 0 none is made but when asked; whoever asks while one is made gets the next one', async () => {
  const kept = await keep(directory(), createManualClock(START), 0);
  await pass(kept, START + 2 * HOUR);
  expect(kept.begun).toEqual([]);
  const first = kept.keeper.make();
  kept.clock.jumpTo(START + 3 * HOUR);
  const [second, third] = [kept.keeper.make(), kept.keeper.make()];
  expect((await first).at).toBe('2026-11-24T10:00:00.000Z');
  expect((await second).at).toBe('2026-11-24T11:00:00.000Z');
  expect(await third).toBe(await second);
  expect(kept.begun).toHaveLength(2);
});

it('BACKUP-5 those named in the future put off none, and go first', async () => {
  const kept = await keep(directory(), createManualClock(START));
  for (const days of [1, 2, 3]) {
    const name = timeInName(START + days * 24 * HOUR);
    mkdirSync(join(kept.directory, name));
    writeFileSync(join(kept.directory, name, DATA_FILE), 'books');
  }
  kept.keeper.close();
  const again = await keep(kept.directory, kept.clock);
  await pass(again, START + 2.5 * HOUR);
  expect(again.begun.map((at) => (at - START) / HOUR)).toEqual([1, 2]);
  expect(readdirSync(again.directory)).toEqual([1, 2].map((hours) => timeInName(START + hours * HOUR)));
});
