import type { Instant } from '../../shared/time.ts';
import type { Batch } from './batch.ts';
import { comparePositions, type Position } from './entry.ts';
import { dropSnapshots, type Rewriting, rewritten } from './rewriting.ts';
import type { Placed } from './user-timeline.ts';

/**
 * Entries that carry their user's state along do so with the old pools where these have changed: from there on to the end of the stay.
 * `differing`: users whose pool was another one when the stretch began. Returns those of whom that is so at its end.
 */
export function dropCarried(
  batch: Batch,
  rewriting: Rewriting,
  type: string,
  entries: readonly Placed[],
  { from, until }: { from: Position; until: Instant },
  differing: ReadonlySet<string> = new Set(),
): Set<string> {
  const { organisation } = rewriting;
  const since = new Map([...differing].map((user) => [user, from]));
  const unchanged = entries.filter(({ position }) => !rewritten(rewriting, position));
  const changed = [...rewriting.entries.values()].map(({ position, after }): Placed => ({ position, entry: after }));
  for (const { position, entry } of [...unchanged, ...changed].sort((a, b) => comparePositions(a.position, b.position))) {
    const { user, records } = entry;
    if (!since.has(user) && rewritten(rewriting, position)) since.set(user, position);
    const begin = since.get(user);
    const turns = records.filter((record) => record.type === type && record.turned);
    if (!begin || turns.every((record) => record.acquired)) continue;
    dropSnapshots(batch, organisation, user, begin, position);
    since.delete(user);
    // A login on a device that was in use ends one stay and begins the next.
    if (turns.at(-1)?.acquired && rewritten(rewriting, position)) since.set(user, position);
  }
  for (const [user, begin] of since) dropSnapshots(batch, organisation, user, begin, until);
  return new Set(since.keys());
}
