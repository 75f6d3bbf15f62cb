import { type DayContents, UTC_DAY_MS } from '../books/day-contents.ts';
import type { Span } from '../licensing/calendar.ts';
import type { Reader } from '../store/store.ts';

/** What is looked for: one of these; absent: whatever. */
export interface Wanted {
  types?: ReadonlySet<string>;
  sources?: ReadonlySet<string>;
  /** Indexes into POOLS. */
  pools?: ReadonlySet<number>;
}

/** The stretches of a range in which something of that may be, in order: days that are known to have none are left out. */
export function spansWith(disk: Reader, organisation: string, wanted: Wanted, from: number, to: number): Span[] {
  const { types, sources, pools } = wanted;
  if (!types && !sources && !pools) return [{ start: from, end: to }];
  const spans: Span[] = [];
  let start = from;
  const range = { start: [organisation, Math.floor(from / UTC_DAY_MS)], end: [organisation, Math.ceil(to / UTC_DAY_MS)] };
  for (const { key, value } of disk.range<DayContents>('dayContents', range)) {
    if (hasAny(types, value.types) && hasAny(sources, value.sources) && hasAny(pools, value.pools)) continue;
    const day = (key[1] as number) * UTC_DAY_MS;
    if (day > start) spans.push({ start, end: day });
    start = Math.max(start, day + UTC_DAY_MS);
  }
  if (start < to) spans.push({ start, end: to });
  return spans;
}

const hasAny = <T>(wanted: ReadonlySet<T> | undefined, there: readonly T[]): boolean =>
  wanted === undefined || there.some((one) => wanted.has(one));
