import { type FileHandle, open } from 'node:fs/promises';

export interface GroupCommit {
  /** Resolves when the bytes are on disk. */
  append(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** The least that can be done: append to a file, fdatasync, and let all that came meanwhile share the next one. */
export async function openGroupCommit(path: string): Promise<GroupCommit> {
  const file: FileHandle = await open(path, 'a');
  let waiting: { bytes: Buffer; done(): void; failed(error: unknown): void }[] = [];
  let busy = false;

  async function commit(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await file.writev(group.map(({ bytes }) => bytes));
        await file.datasync();
        for (const { done } of group) done();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    busy = false;
  }

  return {
    append: (bytes) =>
      new Promise((done, failed) => {
        waiting.push({ bytes, done, failed });
        if (!busy) void commit();
      }),
    close: () => file.close(),
  };
}
