/** Which licence types, logon sources and pools a day of UTC has entries of: whoever looks for a rare one passes over all other days. */
import { getOrMake } from '../../shared/maps.ts';
import type { Write } from '../store/store.ts';
import type { Batch } from './batch.ts';
import type { Entry } from './entry.ts';

export const UTC_DAY_MS = 86_400_000;

/** Whatever an entry of the day says, or said before something late came to be known. */
export interface DayContents {
  types: string[];
  sources: string[];
  /** Indexes into POOLS. */
  pools: number[];
}

const NOTHING: DayContents = { types: [], sources: [], pools: [] };

export const dayOf = (at: number): number => Math.floor(at / UTC_DAY_MS);

/** Adds what the batch wrote of an organisation to the rows of its days. */
export function noteDays({ draft }: Batch, organisation: string): void {
  const written = new Map<number, Write[]>();
  for (const write of draft.written('entries', organisation)) {
    if (write.value !== undefined) getOrMake(written, dayOf(write.key[1] as number), (): Write[] => []).push(write);
  }
  for (const [day, writes] of written) {
    const contents = contentsWith(draft.get<DayContents>('dayContents', [organisation, day]), writes);
    if (contents) draft.put('dayContents', [organisation, day], contents);
  }
}

/** The row of a day with more of its entries in it. Null: it says all of that already. */
export function contentsWith(known: DayContents = NOTHING, entries: readonly { value: unknown }[] = []): DayContents | null {
  const [types, sources, pools] = [new Set(known.types), new Set(known.sources), new Set(known.pools)];
  for (const { value } of entries) {
    const { source, records, superseded } = value as Entry;
    sources.add(source);
    for (const list of superseded ? [records, superseded] : [records]) {
      for (const { type, pool } of list) {
        types.add(type);
        pools.add(pool);
      }
    }
  }
  const same =
    known !== NOTHING && types.size === known.types.length && sources.size === known.sources.length && pools.size === known.pools.length;
  return same ? null : { types: [...types], sources: [...sources], pools: [...pools] };
}
