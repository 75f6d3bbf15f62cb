/** The entries of a few users, by way of their own indexes: rare ones are found without a walk through everything else. */
import { comparePositions, type Entry, entryKey, type Position, positionOf } from '../books/entry.ts';
import type { Reader } from '../store/store.ts';
import { pagedRows } from './work.ts';

/** With more of them at a time a walk through everything is as fast. */
export const FEW_USERS = 100;

/** In the order of the books, `to` exclusive. */
export function* entriesOfUsers(
  disk: Reader,
  organisation: string,
  users: Iterable<string>,
  from: number,
  to: number,
): Generator<{ position: Position; entry: Entry }, void> {
  const heads = [...users].map((user) => positionsOf(disk, organisation, user, from, to));
  const next = heads.map((head) => head.next().value ?? null);
  for (;;) {
    let first = -1;
    for (const [i, position] of next.entries()) {
      if (position && (first < 0 || comparePositions(position, next[first] as Position) < 0)) first = i;
    }
    const position = next[first];
    if (!position) return;
    const entry = disk.get<Entry>('entries', entryKey(organisation, position));
    if (entry) yield { position, entry };
    next[first] = heads[first]?.next().value ?? null;
  }
}

function* positionsOf(disk: Reader, organisation: string, user: string, from: number, to: number): Generator<Position, void> {
  for (const { key } of pagedRows(disk, 'userEntries', [organisation, user, from], [organisation, user, to])) yield positionOf(key, 2);
}
