/** A file of a few megabytes that is given up when the disk is full: deletes need room too, before they make any. */
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'ballast';
const CHUNK = Buffer.alloc(1_048_576);

export interface Ballast {
  /** Makes it where it is missing and there is room for it and for what is to stay free beside. */
  make(free: number): void;
  /** Gives its room back. */
  release(): void;
  /** Bytes that are free only because it was given up: they are for removing, not for recording. */
  owed(): number;
}

export function createBallast(dataDir: string, bytes: number, minFreeBytes: number): Ballast {
  const file = join(dataDir, NAME);
  let there = size(file) === bytes;
  let given = false;
  return {
    make(free) {
      if (there || bytes === 0 || free < minFreeBytes + 2 * bytes) return;
      there = fill(file, bytes);
      if (there) given = false;
    },
    release() {
      given ||= there;
      there = false;
      remove(file);
    },
    owed: () => (given ? bytes : 0),
  };
}

const size = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.size;

/** Real blocks: a file with a hole in it holds no room. */
function fill(file: string, bytes: number): boolean {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, 'w', 0o600);
    for (let left = bytes; left > 0; ) left -= writeSync(descriptor, CHUNK, 0, Math.min(left, CHUNK.length));
    fsyncSync(descriptor);
    return true;
  } catch {
    remove(file);
    return false;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // On a file system that is read-only it stays, and frees nothing.
  }
}
