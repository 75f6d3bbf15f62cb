/** Beside the data file, what was last acknowledged: if the file is lost, what is missing from a backup is known. Best effort, not synced. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '../../shared/time.ts';

const NAME = 'last-commit';
/** Always written whole over what was there. */
const BYTES = 160;

export interface LastCommit {
  epoch: string;
  seq: number;
  at: Instant;
}

export function openLastCommit(dataDir: string): { note(commit: LastCommit): void; close(): void } {
  const descriptor = openSync(join(dataDir, NAME), 'a+');
  closeSync(descriptor);
  const file = openSync(join(dataDir, NAME), 'r+');
  return {
    note(commit) {
      try {
        writeSync(file, `${JSON.stringify(commit).padEnd(BYTES - 1)}\n`, 0);
      } catch {
        // The disk may be full: the books know what they hold.
      }
    },
    close: () => closeSync(file),
  };
}

export function readLastCommit(dataDir: string): LastCommit | null {
  try {
    const { epoch, seq, at } = JSON.parse(readFileSync(join(dataDir, NAME), 'utf8')) as Partial<LastCommit>;
    return typeof epoch === 'string' && typeof seq === 'number' && typeof at === 'number' ? { epoch, seq, at } : null;
  } catch {
    return null;
  }
}
