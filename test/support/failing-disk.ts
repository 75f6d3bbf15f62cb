/** A real file system (ext4 in a file) that becomes read-only as the kernel makes one when its disk fails. Needs rights that not everybody has. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from './temp-dir.ts';

export interface FailingDisk {
  path: string;
  /** Every write through whatever is open answers EROFS from now on. */
  fail(): void;
  /** As after the repair: checked and mounted again. Nobody may use it meanwhile. */
  repair(): void;
  /** Takes it away; what is on it is lost. */
  remove(): void;
}

const run = (program: string, ...args: string[]): boolean => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** Null where none can be made or mounted. @param bytes its size */
export function failingDisk(bytes: number): FailingDisk | null {
  const directory = tempDir('highwater-failing-disk-');
  const [image, path] = [join(directory.path, 'image'), join(directory.path, 'mounted')];
  writeFileSync(image, '');
  truncateSync(image, bytes);
  mkdirSync(path);
  const mount = () => run('mount', '-t', 'ext4', '-o', 'loop,errors=remount-ro', image, path);
  const unmount = () => run('umount', path) || run('umount', '--lazy', path);
  const fail = () => run('mount', '-o', 'remount,abort', path);
  const remove = () => {
    unmount();
    directory.remove();
  };
  const isMounted = process.platform === 'linux' && run('/sbin/mkfs.ext4', '-q', '-F', image) && mount();
  if (!isMounted) {
    directory.remove();
    return null;
  }
  return {
    path,
    fail() {
      if (!fail()) throw new Error('the file system could not be made read-only');
    },
    repair() {
      unmount();
      run('/sbin/e2fsck', '-f', '-p', image);
      if (!mount()) throw new Error('the file system could not be mounted again');
    },
    remove,
  };
}
