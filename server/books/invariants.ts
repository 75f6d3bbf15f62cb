import { sameLevels } from '../usage/levels.ts';
import type { Batch } from './batch.ts';
import type { Organisation } from './organisation.ts';

/** Wrong numbers are worse than none: what is wrong with those that a batch has changed, in words with the type and the organisation. */
export function brokenInvariants({ books, changed }: Batch): string[] {
  const found: string[] = [];
  for (const [id, types] of changed) {
    for (const type of types) {
      const broken = brokenInvariant(books.organisations.get(id) as Organisation, type);
      if (broken !== null) found.push(broken);
    }
  }
  return found;
}

/**
 * What is wrong with the numbers of a licence type, in words; null when nothing is. Cheap enough for every batch: sum over
 * pools = in use, in use <= holdings, nothing negative, and the levels that are shown are those of the pools and of the
 * newest bucket, from which a start reads them.
 */
export function brokenInvariant(organisation: Organisation, type: string): string | null {
  const state = organisation.types.get(type);
  if (!state) return null;
  const { stays, used, holdings } = state.pools;
  const { level } = state.usage;
  const sum = used.concurrent + used.contingency + used['over-limit'];
  const where = `${type} of ${organisation.id}`;
  if (Math.min(used.concurrent, used.contingency, used['over-limit'], holdings) < 0) return `${where}: a count is negative`;
  if (sum !== stays.size) return `${where}: ${sum} in the pools, ${stays.size} users`;
  if (stays.size > holdings) return `${where}: ${stays.size} users with ${holdings} holdings`;
  const newest = state.usage.open.at(-1);
  if (newest && !sameLevels(newest.whole.exit, level))
    return `${where}: levels ${level.join(', ')} are not those that its newest bucket leaves`;
  // Levels follow in pieces while pools are gone through again.
  if (organisation.recomputations.pools.has(type)) return null;
  if (level[0] !== sum || level[1] !== used.concurrent || level[2] !== used.contingency || level[3] !== used['over-limit']) {
    return `${where}: levels ${level.join(', ')} are not those of the pools`;
  }
  return null;
}
