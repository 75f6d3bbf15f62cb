/** Walks of recomputations that have already passed where something late comes in. */
import { addLevels, type Levels, NO_LEVELS } from '../usage/levels.ts';
import type { Batch } from './batch.ts';
import { outsideAt } from './pool-walk.ts';
import { keepPools } from './recomputation.ts';
import { levelDifferences, type Rewriting } from './rewriting.ts';

/**
 * Users' entries were worked out again, some of them where a walk has already been: who was there at the instant that it has come
 * to is brought up to date in it, before it goes back.
 */
export function adjustWalks(batch: Batch, rewriting: Rewriting): void {
  const { organisation, entries } = rewriting;
  for (const [type, { at, walk }] of organisation.recomputations.pools) {
    if (at === Number.POSITIVE_INFINITY) continue;
    const passed = [...entries.values()].filter(({ position }) => position.at < at);
    if (passed.length === 0) continue;
    let by: Levels = NO_LEVELS;
    for (const item of passed) by = addLevels(by, levelDifferences(item).get(type) ?? NO_LEVELS);
    walk.used.concurrent += by[1];
    walk.used.contingency += by[2];
    walk.used['over-limit'] += by[3];
    for (const user of new Set(passed.map(({ after }) => after.user))) {
      const stay = outsideAt(batch, organisation, type, user, at);
      if (stay && stay.pool !== 'concurrent') walk.outside.set(user, stay);
      else walk.outside.delete(user);
    }
    keepPools(batch, organisation, type);
  }
}
