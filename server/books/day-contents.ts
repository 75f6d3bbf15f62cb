/** Which licence types, logon sources and pools a day of UTC has entries of: whoever looks for a rare one passes over all other days. */
import type { Batch } from './batch.ts';
import type { Entry, EntryRecord } from './entry.ts';

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
  let day = Number.NaN;
  let contents: DayContents | undefined;
  for (const write of draft.written('entries', organisation)) {
    if (write.value === undefined) continue;
    // Most are of one day, and name what others named before.
    const its = dayOf(write.key[1] as number);
    if (its !== day) contents = draft.get<DayContents>('dayContents', [organisation, its]);
    day = its;
    const more = contentsWith(contents, [write]);
    if (!more) continue;
    contents = more;
    draft.put('dayContents', [organisation, day], contents);
  }
}

/** The row of a day with more of its entries in it. Null: it says all of that already. */
export function contentsWith(known: DayContents | undefined, entries: readonly { value: unknown }[]): DayContents | null {
  let contents = known ?? NOTHING;
  for (const { value } of entries) {
    const { source, records, superseded } = value as Entry;
    if (!contents.sources.includes(source)) contents = { ...contents, sources: [...contents.sources, source] };
    for (const record of records) contents = withRecord(contents, record);
    if (superseded) for (const record of superseded) contents = withRecord(contents, record);
  }
  return contents === known ? null : contents;
}

function withRecord(contents: DayContents, { type, pool }: EntryRecord): DayContents {
  const { types, pools } = contents;
  if (types.includes(type) && pools.includes(pool)) return contents;
  return {
    ...contents,
    types: types.includes(type) ? types : [...types, type],
    pools: pools.includes(pool) ? pools : [...pools, pool],
  };
}
