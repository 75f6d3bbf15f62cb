/** A disk that outlives its daemons: what was committed is there after a crash, what was under way may or may not be. */
import type { Clock } from '../../server/clock.ts';
import type { Random } from '../../server/simulate/random.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import { type Store, StoreFullError, type Write } from '../../server/store/store.ts';
import type { Activity } from './settle.ts';

export interface DiskFaults {
  /** Chances of one commit, from 0 to 1. */
  slow: number;
  full: number;
  /** Fails, and nothing of it is there. */
  broken: number;
  /** Fails, and all of it is there all the same. */
  unknown: number;
}

export const NO_FAULTS: DiskFaults = { slow: 0, full: 0, broken: 0, unknown: 0 };

export interface Disk {
  faults: DiskFaults;
  /** While set every commit fails for want of room. */
  full: boolean;
  readonly store: Store;
  /** Highest number that is on disk. */
  committedSeq(): number;
  /** What one daemon sees of it, until it is killed. */
  mount(clock: Clock): { store: Store; kill: () => void };
  readonly injected: Record<'slow' | 'full' | 'broken' | 'unknown' | 'torn', number>;
  readonly commits: number;
}

const LONGEST_MS = 20_000;

export function createDisk(random: Random, activity: Activity): Disk {
  const store = createMemoryStore();
  const injected = { slow: 0, full: 0, broken: 0, unknown: 0, torn: 0 };
  let commits = 0;
  const disk: Disk = {
    faults: NO_FAULTS,
    full: false,
    store,
    injected,
    get commits() {
      return commits;
    },
    committedSeq: () => store.get<number>('meta', ['seq']) ?? 0,
    mount(clock) {
      let alive = true;
      let underWay: readonly Write[] | null = null;
      const never = new Promise<never>(() => {});
      const commit = async (writes: readonly Write[]): Promise<void> => {
        activity.note();
        if (!alive) return never;
        underWay = structuredClone(writes) as Write[];
        const { faults } = disk;
        if (random.chance(faults.slow)) {
          injected.slow++;
          await new Promise<void>((resolve) => clock.after(1 + random.below(random.chance(0.1) ? LONGEST_MS : 400), resolve));
          activity.note();
          if (!alive) return never;
        }
        const kept = underWay;
        underWay = null;
        if (disk.full || random.chance(faults.full)) {
          injected.full++;
          throw new StoreFullError('no space left on the simulated disk');
        }
        if (random.chance(faults.broken)) {
          injected.broken++;
          throw new Error('EIO of the simulated disk');
        }
        await store.commit(kept);
        commits++;
        if (random.chance(faults.unknown)) {
          injected.unknown++;
          throw new Error('EIO of the simulated disk, after all was written');
        }
      };
      return {
        store: {
          get: (table, key) => {
            activity.note();
            return store.get(table, key);
          },
          range: (table, range) => {
            activity.note();
            return store.range(table, range);
          },
          hasRoom: () => !disk.full,
          commit,
          close: async () => {},
        },
        kill() {
          alive = false;
          // A transaction that was under way is there as a whole, or not at all.
          if (underWay && !disk.full && random.chance(0.5)) {
            injected.torn++;
            void store.commit(underWay);
            commits++;
          }
          underWay = null;
        },
      };
    },
  };
  return disk;
}
