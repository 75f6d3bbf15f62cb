/** Files of reports below one directory. Names come from ids, which may hold anything but control characters. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** File systems take names of 255 bytes. */
const LONGEST = 100;

/** A name for a file system: no separators, no dots, no more than it takes; different ids have different names. */
export function safeName(id: string): string {
  const name = encodeURIComponent(id).replaceAll(/[.*!'()~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  return name.length <= LONGEST ? name : `${name.slice(0, LONGEST)}-${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}

export const reportsDirectory = ({ dataDir, reports }: { dataDir: string; reports: { directory?: string | undefined } }): string =>
  reports.directory ?? join(dataDir, 'reports');

/** There is the whole file or none. */
export async function writeWhole(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.unfinished`;
  try {
    await pipeline(Readable.from(pieces, { objectMode: true }), createWriteStream(unfinished, { flush: true } as object));
    await rename(unfinished, path);
    await flushDirectory(dirname(path));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

export async function removeFiles(directory: string, files: readonly string[]): Promise<void> {
  for (const file of files) await rm(join(directory, file), { force: true });
}
