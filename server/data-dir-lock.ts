/** One daemon a data directory. The lock is a listening socket in it: the system drops it with the process, however that ends. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

const NAME = 'daemon.lock';
const NOT_WRITABLE = new Set(['EROFS', 'EACCES', 'EPERM']);

/** Another daemon is using the directory. */
export class DataDirInUseError extends Error {}

/**
 * @returns the way to give the directory back
 * @throws DataDirInUseError, or the system's error where the directory cannot be made or holds no sockets
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  mkdirSync(dataDir, { recursive: true });
  const folder = openSync(dataDir, 'r');
  const path = socketPath(folder, dataDir);
  try {
    const server = (await listenAt(path)) ?? (await takeOver(path, dataDir));
    return async () => {
      await new Promise((resolve) => server.close(resolve));
      closeSync(folder);
    };
  } catch (error) {
    closeSync(folder);
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'EROFS'
        ? 'its file system is read-only. Nothing was changed. Look at the system log and the disk, then start again'
        : message;
    if (code !== undefined && NOT_WRITABLE.has(code))
      throw new Error(`The data directory ${dataDir} cannot be written: ${why}`, { cause: error });
    throw error;
  }
}

/** A socket's path has room for some hundred characters; by way of the open directory it is always short, where `/proc` is mounted. */
const socketPath = (folder: number, dataDir: string): string =>
  existsSync('/proc/self/fd') ? `/proc/self/fd/${folder}/${NAME}` : join(dataDir, NAME);

/** Whether a daemon uses the directory just now. */
export async function isDataDirLocked(dataDir: string): Promise<boolean> {
  const folder = openSync(dataDir, 'r');
  try {
    return (await holderOf(socketPath(folder, dataDir))) !== null;
  } finally {
    closeSync(folder);
  }
}

/** The lock is there. If nobody answers, its daemon was killed, and the lock is moved away before a new one is made. */
async function takeOver(path: string, dataDir: string): Promise<Server> {
  const inUse = (pid: string) =>
    new DataDirInUseError(`The data directory ${dataDir} is in use by another daemon${pid === '' ? '' : ` (process ${pid})`}.`);
  const holder = await holderOf(path);
  if (holder !== null) throw inUse(holder);
  const aside = `${path}.${process.pid}`;
  renameSync(path, aside);
  // Two may start at once: what was moved away must still be the dead one.
  const moved = await holderOf(aside);
  if (moved !== null) renameSync(aside, path);
  else rmSync(aside, { force: true });
  const server = moved === null ? await listenAt(path) : null;
  if (!server) throw inUse(moved ?? '');
  return server;
}

/** `null` when something lies there already. */
function listenAt(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(String(process.pid));
    });
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** The process that answers at the lock, empty when it does not say, `null` when nobody does. */
function holderOf(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(path);
    socket.setTimeout(2_000, () => {
      socket.destroy();
      resolve(said);
    });
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      said += text;
    });
    socket.once('end', () => resolve(said));
    socket.once('error', () => resolve(null));
  });
}
