import { statfsSync } from 'node:fs';

/** With so little left on a disk, in bytes, it counts as full: a write finds room for a part of itself only, or a mapped page finds none. */
export const NEXT_TO_NOTHING = 1_048_576;

/** Of the disk that a directory is on, for who is not root. */
export function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}
