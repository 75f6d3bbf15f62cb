import { formatInstant } from '../../shared/time.ts';
import type { ChangeView, Page } from '../../shared/views.ts';
import type { StoredChange } from '../books/administration.ts';
import type { ChangeQuery } from '../pipeline-types.ts';
import type { Key, Reader } from '../store/store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { createEffort, pagedRowsBack, type Work } from './work.ts';

/** What administrators changed, the newest first; those of one user are looked for with rests. @throws BadCursorError */
export function* readChanges(disk: Reader, organisation: string, query: ChangeQuery): Work<Page<ChangeView>> {
  const cursor = query.cursor === undefined ? null : decodeCursor(query.cursor, ['number', 'number']);
  const end: Key = cursor ? [organisation, ...cursor] : [organisation, query.to ?? Number.POSITIVE_INFINITY];
  const start: Key = [organisation, query.from ?? Number.NEGATIVE_INFINITY];
  const items: ChangeView[] = [];
  let last: Key | null = null;
  const effort = createEffort();
  for (const { key, value } of pagedRowsBack<StoredChange>(disk, 'changes', start, end)) {
    effort.spend(1);
    if (effort.tired()) yield;
    if (query.user !== undefined && value.user !== query.user) continue;
    if (items.length === query.limit) return { items, nextCursor: encodeCursor((last as Key).slice(1)) };
    last = key;
    items.push({ at: formatInstant(key[1] as number), ...value, before: plain(value.before), after: plain(value.after) });
  }
  return { items, nextCursor: null };
}

function plain(value: StoredChange['after']): unknown {
  if (value === null || !('entitlements' in value)) return value;
  return { ...value, entitlements: Object.fromEntries(value.entitlements) };
}
