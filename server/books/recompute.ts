/** One piece of a recomputation. What it corrects, and how far it has come, is one transaction. */
import type { Instant } from '../../shared/time.ts';
import { AFTER_NAMES } from '../store/store.ts';
import { addLevels, NO_LEVELS } from '../usage/levels.ts';
import { BUCKET_MS, bucketStart } from '../usage/open-bucket.ts';
import type { Batch } from './batch.ts';
import { dropCarried } from './carried-pools.ts';
import { type Entry, positionOf } from './entry.ts';
import { correctLevels, type PlacedChange, rewriteHistoryOf } from './history.ts';
import { refoldUsers } from './late.ts';
import { type Organisation, typeState } from './organisation.ts';
import { goBack, startOf, turnForward, walkFromNow } from './pool-walk.ts';
import { raiseNext } from './raises.ts';
import { keepPools, keepUsers, type PoolRecomputation, type UserRecomputation } from './recomputation.ts';
import { playPools, showPools } from './replay-pools.ts';
import { beginRewriting, levelDifferences, type Rewriting, writePoolRewriting } from './rewriting.ts';
import { deriveLevels } from './stale-levels.ts';
import { hasEntriesFrom, type Placed } from './user-timeline.ts';

/** Does the next piece of the organisation's recomputations. Users come first: with them levels and pools may have to go further back. */
export function recomputeNext(batch: Batch, organisation: Organisation): void {
  const { users, levels, pools, raises } = organisation.recomputations;
  const [next] = pools;
  const [raise] = raises;
  if (raise) raiseNext(batch, organisation, ...raise);
  else if (users) nextUsers(batch, organisation, users);
  else if (levels) deriveLevels(batch, organisation, levels);
  else if (next) nextPools(batch, organisation, ...next);
}

function nextUsers(batch: Batch, organisation: Organisation, { from, done }: UserRecomputation): void {
  const users: string[] = [];
  let reached = done;
  let left = batch.books.effort.perPiece;
  let user = userAfter(batch, organisation, reached);
  for (; user !== undefined && left > 0; user = userAfter(batch, organisation, reached)) {
    reached = user;
    left--;
    if (!organisation.users.has(user) && !hasEntriesFrom(batch, organisation, user, startOf(from))) continue;
    users.push(user);
    left -= countEntries(batch, organisation, user, from);
  }
  refoldUsers(batch, organisation, startOf(from), users);
  keepUsers(batch, organisation, user === undefined ? null : { from, done: reached });
}

function userAfter({ draft }: Batch, { id }: Organisation, user: string): string | undefined {
  const range = { start: user === '' ? [id] : [id, user, AFTER_NAMES], end: [id, AFTER_NAMES], limit: 1 };
  for (const { key } of draft.range('userEntries', range)) return key[1] as string;
  return undefined;
}

function countEntries({ draft }: Batch, { id }: Organisation, user: string, from: Instant): number {
  let count = 0;
  for (const _ of draft.range('userEntries', { start: [id, user, from], end: [id, user, AFTER_NAMES] })) count++;
  return count;
}

function nextPools(batch: Batch, organisation: Organisation, type: string, task: PoolRecomputation): void {
  if (task.at === Number.POSITIVE_INFINITY) task.walk = walkFromNow(typeState(organisation, type).pools);
  if (!task.forward) walkBack(batch, organisation, type, task);
  else walkForward(batch, organisation, type, task);
  keepPools(batch, organisation, type);
}

function walkBack(batch: Batch, organisation: Organisation, type: string, task: PoolRecomputation): void {
  const range = { start: [organisation.id, task.low], end: [organisation.id, task.at], reverse: true };
  let seen = 0;
  let reached = task.low;
  let last = Number.POSITIVE_INFINITY;
  for (const { key, value } of batch.draft.range<Entry>('entries', range)) {
    const at = key[1] as Instant;
    if (seen >= batch.books.effort.perPiece && at < last) {
      reached = last;
      break;
    }
    goBack(task.walk, type, value);
    last = at;
    seen++;
  }
  task.at = reached;
  if (reached > task.low) return;
  turnForward(batch, organisation, task.walk, type, task.low);
  task.forward = true;
}

function walkForward(batch: Batch, organisation: Organisation, type: string, task: PoolRecomputation): void {
  rewriteHistoryOf(batch, organisation, type);
  const { usage } = typeState(organisation, type);
  const firstOpen = usage.open[0]?.start ?? Number.POSITIVE_INFINITY;
  const { entries, until } = nextEntries(batch, organisation, task, firstOpen);
  const rewriting = beginRewriting(organisation);
  playPools(batch, rewriting, type, task.walk, entries, task.at, until);
  writePoolRewriting(batch, rewriting);
  task.differing = dropCarried(batch, rewriting, type, entries, { from: startOf(task.at), until }, task.differing);
  const changes = changesOf(rewriting, type);
  const piece = { from: task.at, until, raised: task.offset };
  task.at = until;
  for (const { by } of changes) task.offset = addLevels(task.offset, by);
  correctLevels(batch, organisation, type, changes, piece);
  const [edge] = task.edges;
  if (edge && edge.at === until) {
    task.edges.shift();
    task.offset = addLevels(task.offset, edge.jump);
    for (const user of edge.differing) task.differing.add(user);
  } else if (until === Number.POSITIVE_INFINITY) {
    showPools(batch, organisation, type, task.walk);
    organisation.recomputations.pools.delete(type);
  }
}

/** About so many entries, and whole buckets: levels are written by the bucket. All that is left, where that is not more. */
function nextEntries(
  batch: Batch,
  organisation: Organisation,
  task: PoolRecomputation,
  firstOpen: Instant,
): { entries: Placed[]; until: Instant } {
  const edge = task.edges[0]?.at ?? Number.POSITIVE_INFINITY;
  const entries: Placed[] = [];
  let until = edge;
  for (const { key, value } of batch.draft.range<Entry>('entries', { start: [organisation.id, task.at], end: [organisation.id, edge] })) {
    const position = positionOf(key, 1);
    if (position.at >= until) break;
    entries.push({ position, entry: value });
    if (entries.length !== batch.books.effort.perPiece) continue;
    const begun = bucketStart(position.at);
    const whole = begun > task.at ? begun : begun + BUCKET_MS;
    // Open buckets are corrected in memory, all at once.
    if (task.at < firstOpen) until = Math.min(edge, whole, firstOpen);
  }
  return { entries: entries.filter(({ position }) => position.at < until), until };
}

const changesOf = (rewriting: Rewriting, type: string): PlacedChange[] =>
  [...rewriting.entries.values()]
    .map((item) => ({ at: item.position.at, position: item.position, by: levelDifferences(item).get(type) ?? NO_LEVELS }))
    .filter(({ by }) => by.some((level) => level !== 0));
