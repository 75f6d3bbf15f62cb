/** Which licence types, logon sources and pools a day of UTC has entries of: whoever looks for a rare one passes over all other days. */
import { getOrMake } from '../../shared/maps.ts';
import type { Batch } from './batch.ts';
import type { Entry } from './entry.ts';

export const UTC_DAY_MS = 86_400_000;

/**
 * Whatever an entry of the day says, or said before something late came to be known. A day without a row may have anything: it
 * has entries from before these rows were written.
 */
export interface DayContents {
  types: string[];
  sources: string[];
  /** Indexes into POOLS. */
  pools: number[];
}

const NOTHING: DayContents = { types: [], sources: [], pools: [] };

export const dayOf = (at: number): number => Math.floor(at / UTC_DAY_MS);

/** Adds what the batch wrote to the rows of its days. */
export function noteDays(batch: Batch): void {
  const written = new Map<string, { organisation: string; day: number; entries: Map<string, Entry> }>();
  for (const { table, key, value } of batch.draft.writes()) {
    if (table !== 'entries' || value === undefined) continue;
    const [organisation, at] = key as [string, number];
    const day = dayOf(at);
    const made = getOrMake(written, `${organisation}\u0000${day}`, () => ({ organisation, day, entries: new Map<string, Entry>() }));
    made.entries.set(String(key), value as Entry);
  }
  for (const { organisation, day, entries } of written.values()) {
    const key = [organisation, day];
    const known = batch.draft.get<DayContents>('dayContents', key) ?? (hasOthers(batch, organisation, day, entries) ? null : NOTHING);
    const contents = known && withEntries(known, entries.values());
    if (contents) batch.draft.put('dayContents', key, contents);
  }
}

function hasOthers({ draft }: Batch, organisation: string, day: number, entries: ReadonlyMap<string, Entry>): boolean {
  const range = { start: [organisation, day * UTC_DAY_MS], end: [organisation, (day + 1) * UTC_DAY_MS] };
  for (const { key } of draft.range('entries', range)) if (!entries.has(String(key))) return true;
  return false;
}

/** Null: it says all of that already. */
function withEntries(known: DayContents, entries: Iterable<Entry>): DayContents | null {
  const [types, sources, pools] = [new Set(known.types), new Set(known.sources), new Set(known.pools)];
  for (const entry of entries) {
    sources.add(entry.source);
    for (const list of [entry.records, entry.superseded ?? []]) {
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
