/**
 * The data file as it was opened. LMDB goes on writing to it after somebody has removed or replaced it, and everything acknowledged from
 * then on would be gone with the process: so it is noticed, and what is in the file is put down again beside or where it was.
 */
import { closeSync, existsSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const CHUNK = 1_048_576;

/** The data file lies elsewhere, or nowhere, and no commit that follows would outlive the process. */
export class DataFileGoneError extends Error {}

export interface HeldFile {
  /** Not while a commit is under way. @throws DataFileGoneError, which says where the books are now */
  check(): void;
  close(): void;
}

export function holdFile(file: string, now: () => Date = () => new Date()): HeldFile {
  const held = openSync(file, 'r');
  const isThere = (): boolean => {
    const [ours, there] = [fstatSync(held), statSync(file, { throwIfNoEntry: false })];
    return there?.ino === ours.ino && there.dev === ours.dev;
  };
  // Not every file system gives a file one number: then nothing can be told.
  const isTold = isThere();

  const rescue = (): string => {
    mkdirSync(dirname(file), { recursive: true });
    const part = `${file}.rescuing`;
    copy(held, part);
    // What somebody has put there is theirs to decide about.
    const to = existsSync(file) ? `${file}.rescued-${now().toISOString().replaceAll(/[:.]/g, '-')}` : file;
    renameSync(part, to);
    return to;
  };

  return {
    check() {
      if (!isTold || isThere()) return;
      const what = `${file} was ${existsSync(file) ? 'replaced' : 'removed or moved away'} while the daemon was writing to it`;
      let where: string;
      try {
        where = `everything acknowledged is in ${rescue()}`;
      } catch (error) {
        where = `and could not be put down again: ${(error as Error).message}`;
      }
      throw new DataFileGoneError(`${what}; ${where}`);
    },
    close: () => closeSync(held),
  };
}

function copy(from: number, to: string): void {
  const target = openSync(to, 'w', 0o600);
  try {
    const chunk = Buffer.alloc(CHUNK);
    let at = 0;
    for (;;) {
      const read = readSync(from, chunk, 0, CHUNK, at);
      if (read === 0) break;
      for (let done = 0; done < read; ) done += writeSync(target, chunk, done, read - done, at + done);
      at += read;
    }
    fsyncSync(target);
  } finally {
    closeSync(target);
  }
}
