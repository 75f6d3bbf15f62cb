/** A file system of its own with a known size, and ways to fill it. Mounting needs rights that not everybody has. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from './temp-dir.ts';

export interface SmallDisk {
  path: string;
  free(): number;
  /** Leaves about so many bytes. */
  fill(leave?: number): void;
  /** Removes what filled it. */
  clear(): void;
  /** Takes it away; what is on it is lost. */
  remove(): void;
}

const CHUNK = Buffer.alloc(65_536);
const FILLER = 'filler';

/** Null where nothing may be mounted. @param bytes its size */
export function smallDisk(bytes: number): SmallDisk | null {
  const directory = tempDir('highwater-disk-');
  const { path } = directory;
  const mounted = process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]).status === 0;
  if (!mounted) {
    directory.remove();
    return null;
  }
  const free = () => {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  };
  return {
    path,
    free,
    fill(leave = 0) {
      const file = openSync(join(path, FILLER), 'a');
      try {
        for (let room = free() - leave; room > 0; room = free() - leave) writeSync(file, CHUNK, 0, Math.min(room, CHUNK.length));
      } finally {
        closeSync(file);
      }
    },
    clear: () => rmSync(join(path, FILLER), { force: true }),
    remove() {
      spawnSync('umount', ['--lazy', path]);
      directory.remove();
    },
  };
}
