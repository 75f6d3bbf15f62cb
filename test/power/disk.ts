/**
 * What a disk may hold after a power cut, from the journal that recorder.c wrote: all that was synced, and of what was written since any
 * sectors and none, in any order. Names come back as a journalling file system keeps them: in order, up to some moment after the last sync.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Random } from '../../server/simulate/random.ts';

/** What a disk writes whole or not at all. */
const SECTOR = 512;
const HEAD = 40;

interface Operation {
  /** Length of the journal once this stands in it. */
  end: number;
  start: number;
  kind: string;
  offset: number;
  path: string;
  other: string;
  data: Buffer;
}

type Pending = Pick<Operation, 'start' | 'kind' | 'offset' | 'data'>;

/** A file whatever its name: what is on the disk for certain, and what may be. */
interface File {
  certain: Buffer;
  pending: Pending[];
}

/** Null: a directory. */
type Names = Map<string, File | null>;

export interface Disk {
  /** Plays the journal up to a length. Must not go back. */
  playTo(length: number): void;
  /** Writes down below `target` what may be there if the power goes now. */
  cut(random: Random, target: string): void;
}

export function* readJournal(journal: Buffer): Generator<Operation> {
  for (let at = 0; at + HEAD <= journal.length; ) {
    const [kind, offset, path, other, data] = Array.from({ length: 5 }, (_, nth) => Number(journal.readBigInt64LE(at + nth * 8))) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const parts = [path, other, data].map((_, nth, lengths) => at + HEAD + lengths.slice(0, nth).reduce((sum, length) => sum + length, 0));
    const [pathAt, otherAt, dataAt] = parts as [number, number, number];
    const end = dataAt + data;
    yield {
      start: at,
      end,
      kind: String.fromCharCode(kind),
      offset,
      path: journal.toString('utf8', pathAt, otherAt),
      other: journal.toString('utf8', otherAt, dataAt),
      data: journal.subarray(dataAt, end),
    };
    at = end;
  }
}

export function createDisk(journal: Buffer, root: string): Disk {
  const operations = readJournal(journal);
  let next = operations.next().value as Operation | undefined;
  const names: Names = new Map();
  /** As far as they are on the disk for certain, and what was done to them since. */
  const certainNames: Names = new Map();
  let renamings: Operation[] = [];
  const files = new Map<Operation, File>();

  function play(operation: Operation): void {
    const { kind, path, start, offset, data } = operation;
    if ('crumx'.includes(kind)) {
      if (kind === 'c') files.set(operation, { certain: Buffer.alloc(0), pending: [] });
      rename(names, operation, files);
      renamings.push(operation);
      return;
    }
    if (kind === 's') {
      for (const each of renamings.filter((renaming) => renaming.start < offset)) rename(certainNames, each, files);
      renamings = renamings.filter((renaming) => renaming.start >= offset);
    }
    const file = names.get(path);
    if (!file) return;
    if (kind === 'w' || kind === 't') file.pending.push({ start, kind, offset, data });
    else settle(file, kind === 'D' ? within(offset, offset + Number(data.readBigInt64LE(0))) : (pending) => pending.start < offset);
  }

  return {
    playTo(length) {
      for (; next && next.end <= length; next = operations.next().value as Operation | undefined) play(next);
    },
    cut(random, target) {
      const there: Names = new Map(certainNames);
      for (const each of renamings.slice(0, random.below(renamings.length + 1))) rename(there, each, files);
      // From nothing of what was written last to all of it.
      const chance = random.pick([0, 0.1, 0.5, 0.9, 1]);
      for (const [path, file] of there) {
        const to = join(target, path.slice(root.length));
        if (file === null) mkdirSync(to, { recursive: true });
        else {
          mkdirSync(dirname(to), { recursive: true });
          writeFileSync(
            to,
            left(file, () => random.chance(chance)),
          );
        }
      }
    },
  };
}

const within =
  (from: number, to: number) =>
  ({ kind, offset, data }: Pending): boolean =>
    kind === 'w' && offset >= from && offset + data.length <= to;

function rename(names: Names, operation: Operation, files: ReadonlyMap<Operation, File>): void {
  const { kind, path, other } = operation;
  if (kind === 'c') names.set(path, files.get(operation) as File);
  else if (kind === 'm') names.set(path, null);
  else if (kind === 'u' || kind === 'x') names.delete(path);
  else {
    for (const [name, file] of [...names]) {
      if (name !== path && !name.startsWith(`${path}/`)) continue;
      names.delete(name);
      names.set(other + name.slice(path.length), file);
    }
  }
}

/** What was pending and is not any more. */
function settle(file: File, isSettled: (pending: Pending) => boolean): void {
  const settled = file.pending.filter(isSettled);
  if (settled.length === 0) return;
  file.certain = contentOf(file.certain, settled);
  file.pending = file.pending.filter((each) => !isSettled(each));
}

const left = ({ certain, pending }: File, isThere: () => boolean): Buffer =>
  contentOf(certain, pending.flatMap((each) => (each.kind === 't' ? [each] : [...sectorsOf(each)])).filter(isThere));

function* sectorsOf({ offset, data, ...rest }: Pending): Generator<Pending> {
  for (let at = 0; at < data.length; ) {
    const length = Math.min(SECTOR - ((offset + at) % SECTOR), data.length - at);
    yield { ...rest, offset: offset + at, data: data.subarray(at, at + length) };
    at += length;
  }
}

function contentOf(certain: Buffer, pending: readonly Pending[]): Buffer {
  const room = Buffer.alloc(pending.reduce((most, { offset, data }) => Math.max(most, offset + data.length), certain.length));
  certain.copy(room);
  let length = certain.length;
  for (const { kind, offset, data } of pending) {
    if (kind === 't') room.fill(0, offset);
    else data.copy(room, offset);
    length = kind === 't' ? offset : Math.max(length, offset + data.length);
  }
  return room.subarray(0, length);
}
