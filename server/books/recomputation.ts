/**
 * What a late event or settings for the past may have changed, and is too much to be gone through in one batch: it is done in
 * pieces, one a batch, while everything else goes on. How far it has come is written down with what it has corrected.
 */
import type { Instant } from '../../shared/time.ts';
import { AFTER_NAMES } from '../store/store.ts';
import { addLevels, type Levels, NO_LEVELS } from '../usage/levels.ts';
import { hourStart } from '../usage/open-bucket.ts';
import type { Batch } from './batch.ts';
import type { Organisation } from './organisation.ts';
import type { Outside, PoolWalk } from './pool-walk.ts';
import { forgetRaises, type Raises } from './raises.ts';

/** The users are worked out again, one after the other. */
export interface UserRecomputation {
  from: Instant;
  /** Users up to this name are done. */
  done: string;
}

/** Rows of levels are derived from the entries again. */
export interface LevelRecomputation {
  from: Instant;
  /** Rows that begin here or later are still to be derived; Infinity: all are. */
  at: Instant;
  /** Licence types whose marks are to be found again, once all rows are derived. */
  marks: string[];
}

/** Behind this instant the pools are still those of before: levels jump there, and users' entries carry old pools. */
export interface Edge {
  at: Instant;
  jump: Levels;
  differing: Set<string>;
}

/** The pools of one licence type are gone through again: back to `low`, and forward from there. */
export interface PoolRecomputation {
  low: Instant;
  /** Everything before it, and nothing at or after it, is in the walk; Infinity: not begun. */
  at: Instant;
  forward: boolean;
  walk: PoolWalk;
  /** Where the walk goes forward: how far its levels are above those that were written. */
  offset: Levels;
  /** Users whose pool is another than was written when they came. */
  differing: Set<string>;
  /** The nearest first. */
  edges: Edge[];
}

export interface Recomputations {
  users: UserRecomputation | null;
  levels: LevelRecomputation | null;
  pools: Map<string, PoolRecomputation>;
  /** By licence type. */
  raises: Map<string, Raises>;
}

export const noRecomputations = (): Recomputations => ({ users: null, levels: null, pools: new Map(), raises: new Map() });

export const isRecomputing = ({ users, levels, pools, raises }: Recomputations): boolean =>
  users !== null || levels !== null || pools.size > 0 || raises.size > 0;

const NOBODY: PoolWalk = { used: { concurrent: 0, contingency: 0, 'over-limit': 0 }, outside: new Map() };

/** Has the pools of a type gone through again from an instant on. */
export function recomputePools(batch: Batch, organisation: Organisation, type: string, from: Instant): void {
  const { pools } = organisation.recomputations;
  const known = pools.get(type);
  if (!known) {
    const fresh = { low: from, at: Number.POSITIVE_INFINITY, forward: false, walk: NOBODY, offset: NO_LEVELS };
    pools.set(type, { ...fresh, differing: new Set(), edges: [] });
  } else if (known.forward && from < known.at) {
    const { at, offset: jump, differing } = known;
    const edges = at > known.low ? [{ at, jump, differing }, ...known.edges] : known.edges;
    pools.set(type, { ...known, low: from, forward: false, offset: NO_LEVELS, differing: new Set(), edges });
  } else if (!known.forward && from < known.low) {
    pools.set(type, { ...known, low: from });
  } else return;
  keepPools(batch, organisation, type);
}

/** By how much the levels that are written fall between two buckets, because the walk, or an edge that it left, stands between them. */
export function jumpBetween(task: PoolRecomputation | undefined, after: Instant, upTo: Instant): Levels {
  if (!task) return NO_LEVELS;
  const here = task.forward ? [{ at: task.at, jump: task.offset }] : [];
  let jump: Levels = NO_LEVELS;
  for (const edge of [...here, ...task.edges]) if (edge.at > after && edge.at <= upTo) jump = addLevels(jump, edge.jump);
  return jump;
}

/** Whether more has happened since an instant than is gone through in one batch. */
export function isMuch({ draft, books }: Batch, { id }: Organisation, from: Instant): boolean {
  let seen = 0;
  for (const _ of draft.range('entries', { start: [id, from], end: [id, AFTER_NAMES], limit: books.effort.atOnce + 1 })) seen++;
  return seen > books.effort.atOnce;
}

/** Without an entitlement, now and ever, everybody is in the concurrent pool. */
export const limitedTypes = ({ versions, types }: Organisation): string[] =>
  [...types]
    .filter(([type, { pools }]) => versions.some(({ value }) => value.entitlements.has(type)) || pools.outside.size > 0)
    .map(([type]) => type);

/** Has every user worked out again from an instant on, and then the pools. */
export function recomputeEverybody(batch: Batch, organisation: Organisation, from: Instant): void {
  recomputeUsers(batch, organisation, from);
  recomputeLevels(batch, organisation, from);
  for (const type of limitedTypes(organisation)) recomputePools(batch, organisation, type, from);
}

function recomputeUsers(batch: Batch, organisation: Organisation, from: Instant): void {
  const known = organisation.recomputations.users;
  keepUsers(batch, organisation, { from: Math.min(from, known?.from ?? from), done: '' });
}

export function keepUsers(batch: Batch, organisation: Organisation, users: UserRecomputation | null): void {
  organisation.recomputations.users = users;
  batch.draft.put('recomputations', [organisation.id], users ?? undefined);
}

/** Rows from here on are derived again, whatever is written in them now. */
export const staleFrom = ({ recomputations }: Organisation): Instant => recomputations.levels?.at ?? Number.POSITIVE_INFINITY;

function recomputeLevels(batch: Batch, organisation: Organisation, from: Instant): void {
  const known = organisation.recomputations.levels;
  const at = Math.min(Math.max(hourStart(from), organisation.kept.buckets), staleFrom(organisation));
  keepLevels(batch, organisation, { from: Math.min(from, known?.from ?? from), at, marks: [] });
  forgetRaises(batch, organisation, at);
}

export function keepLevels({ draft }: Batch, { id, recomputations }: Organisation, levels: LevelRecomputation | null): void {
  recomputations.levels = levels;
  draft.put('recomputations', [id, '', 'levels'], levels ?? undefined);
}

/** How a recomputation of pools is written down. */
interface StoredPools {
  low: Instant;
  at: Instant;
  forward: boolean;
  used: PoolWalk['used'];
  outside: [user: string, Omit<Outside, 'sessions'> & { sessions: [number, { device: string; since: Instant }][] }][];
  offset: Levels;
  differing: string[];
  edges: { at: Instant; jump: Levels; differing: string[] }[];
}

export type StoredRecomputation = UserRecomputation | LevelRecomputation | StoredPools | Raises;

export function keepPools({ draft }: Batch, { id, recomputations }: Organisation, type: string): void {
  const task = recomputations.pools.get(type);
  if (!task) {
    draft.remove('recomputations', [id, type]);
    return;
  }
  const { walk, differing, edges, ...rest } = task;
  const stored: StoredPools = {
    ...rest,
    used: { ...walk.used },
    outside: [...walk.outside].map(([user, stay]) => [user, { ...stay, sessions: [...stay.sessions] }]),
    differing: [...differing],
    edges: edges.map((edge) => ({ ...edge, differing: [...edge.differing] })),
  };
  draft.put('recomputations', [id, type], stored);
}

export function restoreRecomputation(organisation: Organisation, type: string | undefined, stored: StoredRecomputation): void {
  if (type === undefined) {
    organisation.recomputations.users = stored as UserRecomputation;
    return;
  }
  if ('marks' in stored) {
    organisation.recomputations.levels = stored;
    return;
  }
  if ('steps' in stored) {
    organisation.recomputations.raises.set(type, stored);
    return;
  }
  const { used, outside, differing, edges, ...rest } = stored as StoredPools;
  organisation.recomputations.pools.set(type, {
    ...rest,
    walk: { used, outside: new Map(outside.map(([user, stay]) => [user, { ...stay, sessions: new Map(stay.sessions) }])) },
    differing: new Set(differing),
    edges: edges.map((edge) => ({ ...edge, differing: new Set(edge.differing) })),
  });
}
