/** Starts that did not come to an orderly end. After several the data file is read whole before it is opened again. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '../../shared/time.ts';

const NAME = 'running-since';
/** So many within this many milliseconds. */
const [SEVERAL, WITHIN_MS] = [3, 3_600_000];

export interface Starts {
  /** The last ones ended with a signal, or of a failure. */
  readonly suspicious: boolean;
  /** This one begins. */
  begin(): void;
  /** It ended in order. */
  end(): void;
}

export function readStarts(dataDir: string, now: Instant): Starts {
  const file = join(dataDir, NAME);
  const recent = earlier(file).filter((at) => Math.abs(now - at) < WITHIN_MS);
  const suspicious = recent.length >= SEVERAL;
  return {
    suspicious,
    begin() {
      try {
        writeFileSync(file, JSON.stringify(suspicious ? [now] : [...recent, now]));
      } catch {
        // A full disk: it is read all the same.
      }
    },
    end() {
      try {
        rmSync(file, { force: true });
      } catch {
        // A file system that is read-only: the next start counts one more that came to no orderly end.
      }
    },
  };
}

function earlier(file: string): Instant[] {
  try {
    const starts: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(starts) ? starts.filter((at) => typeof at === 'number') : [];
  } catch {
    return [];
  }
}
