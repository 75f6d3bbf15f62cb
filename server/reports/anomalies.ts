import { formatInstant } from '../../shared/time.ts';
import type { AnomalyView, Page } from '../../shared/views.ts';
import type { StoredAnomaly } from '../books/anomalies.ts';
import type { AnomalyQuery } from '../pipeline-types.ts';
import type { Key, Reader } from '../store/store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** Oldest first. */
export function readAnomalies(disk: Reader, organisation: string, query: AnomalyQuery): Page<AnomalyView> {
  const cursor = query.cursor === undefined ? null : decodeCursor(query.cursor, ['number', 'number', 'string']);
  const start: Key = cursor ? [organisation, ...cursor, 0] : [organisation, query.from ?? Number.NEGATIVE_INFINITY];
  const items: AnomalyView[] = [];
  let last: Key | null = null;
  for (const { key, value } of disk.range<StoredAnomaly>('anomalies', {
    start,
    end: [organisation, query.to ?? Number.POSITIVE_INFINITY],
  })) {
    const [, at, , kind] = key as [string, number, number, string];
    if (query.kind !== undefined && kind !== query.kind) continue;
    if (items.length === query.limit) return { items, nextCursor: encodeCursor((last as Key).slice(1)) };
    last = key;
    items.push({ at: formatInstant(at), kind, ...value });
  }
  return { items, nextCursor: null };
}
