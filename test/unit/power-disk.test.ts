import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../../server/simulate/random.ts';
import { createDisk } from '../power/disk.ts';
import { tempDir } from '../support/temp-dir.ts';

const SEEDS = Array.from({ length: 100 }, (_, nth) => nth * 7_919);

/** As recorder.c writes it: each step has its number in the journal, so that what comes before it can be played. */
function journalOf(steps: [kind: string, path: string, offset?: number, rest?: string | Buffer][]): { journal: Buffer; ends: number[] } {
  const parts: Buffer[] = [];
  const ends: number[] = [];
  let length = 0;
  for (const [kind, path, offset = 0, rest = ''] of steps) {
    const other = kind === 'r' ? String(rest) : '';
    const data = kind === 'r' ? Buffer.alloc(0) : Buffer.from(rest);
    const head = Buffer.alloc(40);
    for (const [nth, value] of [kind.charCodeAt(0), offset, path.length, other.length, data.length].entries())
      head.writeBigInt64LE(BigInt(value), nth * 8);
    const part = Buffer.concat([head, Buffer.from(path + other), data]);
    parts.push(part);
    length += part.length;
    ends.push(length);
  }
  return { journal: Buffer.concat(parts), ends };
}

/** What is found after cuts at one moment, by as many seeds. */
function found(journal: Buffer, at: number, file: string): Set<string | null> {
  const contents = new Set<string | null>();
  for (const seed of SEEDS) {
    const target = tempDir();
    onTestFinished(target.remove);
    mkdirSync(target.path, { recursive: true });
    const disk = createDisk(journal, '/d');
    disk.playTo(at);
    disk.cut(seededRandom(seed), target.path);
    contents.add(readdirSync(target.path).includes(file) ? readFileSync(join(target.path, file), 'latin1') : null);
    target.remove();
  }
  return contents;
}

const [A, B] = ['a'.repeat(512), 'b'.repeat(512)];

it('CRASH-4 what was synced is there, sectors of what was written since may be', () => {
  const { journal, ends } = journalOf([
    ['c', '/d/f'],
    ['w', '/d/f', 0, A + A],
    ['s', '/d/f', 1_700],
    ['w', '/d/f', 0, B + B],
  ]);
  const [, , synced = 0, written = 0] = ends;
  expect(found(journal, synced, 'f')).toEqual(new Set([A + A]));
  expect(found(journal, written, 'f')).toEqual(new Set([A + A, A + B, B + A, B + B]));
});

it('CRASH-4 a sync that was asked for before a write says nothing about it; one write through says nothing about another', () => {
  const { journal, ends } = journalOf([
    ['c', '/d/f'],
    ['s', '/d/f', 44],
    ['w', '/d/f', 0, A],
    ['d', '/d/f', 50],
    ['w', '/d/f', 512, B],
    ['D', '/d/f', 512, Buffer.from([0, 2, 0, 0, 0, 0, 0, 0])],
  ]);
  const nothing = '\0'.repeat(512);
  expect(found(journal, ends[3] as number, 'f')).toEqual(new Set(['', A]));
  expect(found(journal, ends[5] as number, 'f')).toEqual(new Set([nothing + B, A + B]));
});

it('CRASH-4 names come back in order, up to some moment after the last sync', () => {
  const { journal, ends } = journalOf([
    ['c', '/d/new'],
    ['w', '/d/new', 0, A],
    ['s', '/d/new', 600],
    ['r', '/d/new', 0, '/d/f'],
    ['s', '/d', 10_000],
    ['u', '/d/f'],
  ]);
  expect(found(journal, ends[2] as number, 'f')).toEqual(new Set([null]));
  expect(found(journal, ends[3] as number, 'f')).toEqual(new Set([null, A]));
  expect(found(journal, ends[4] as number, 'f')).toEqual(new Set([A]));
  expect(found(journal, ends[5] as number, 'f')).toEqual(new Set([null, A]));
});
