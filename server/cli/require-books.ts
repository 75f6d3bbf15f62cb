import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_FILE } from '../store/lmdb.ts';

/** A directory that was mistyped is told as such. @throws Error */
export function requireBooks(dataDir: string): void {
  if (!existsSync(join(dataDir, DATA_FILE))) throw new Error(`There are no books in ${dataDir}: it holds no ${DATA_FILE}`);
}
