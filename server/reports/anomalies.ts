import { formatInstant } from '../../shared/time.ts';
import type { AnomalyView, Page } from '../../shared/views.ts';
import type { StoredAnomaly } from '../books/anomalies.ts';
import type { AnomalyQuery } from '../pipeline-types.ts';
import type { Key, Reader } from '../store/store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { createEffort, pagedRows, type Work } from './work.ts';

/** Oldest first; a kind that is rare is looked for with rests. @throws BadCursorError */
export function* readAnomalies(disk: Reader, organisation: string, query: AnomalyQuery): Work<Page<AnomalyView>> {
  const cursor = query.cursor === undefined ? null : decodeCursor(query.cursor, ['number', 'number', 'string']);
  const start: Key = cursor ? [organisation, ...cursor, 0] : [organisation, query.from ?? Number.NEGATIVE_INFINITY];
  const items: AnomalyView[] = [];
  let last: Key | null = null;
  const effort = createEffort();
  const end = [organisation, query.to ?? Number.POSITIVE_INFINITY];
  for (const { key, value } of pagedRows<StoredAnomaly>(disk, 'anomalies', start, end)) {
    effort.spend(1);
    if (effort.tired()) yield;
    const [, at, , kind] = key as [string, number, number, string];
    if (query.kind !== undefined && kind !== query.kind) continue;
    if (items.length === query.limit) return { items, nextCursor: encodeCursor((last as Key).slice(1)) };
    last = key;
    items.push({ at: formatInstant(at), kind, ...value });
  }
  return { items, nextCursor: null };
}
