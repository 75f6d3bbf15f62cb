import type { AlertTransitionView } from '../../shared/alerts.ts';
import { parseInstant } from '../../shared/time.ts';
import type { Page } from '../../shared/views.ts';
import type { AlertHistoryQuery } from '../pipeline-types.ts';
import type { Reader } from '../store/store.ts';

/** So many steps are looked at for one page: a filter that matches little must not hold up the line. */
const MOST_READ = 4_000;
/** Steps are in the order in which they were written, which a clock that was set back makes differ from that of their instants. */
const SET_BACK_MS = 86_400_000;

/** Steps of alerts, newest first. A page of less than `limit` may have others after it. */
export function readHistory(store: Reader, organisation: string, query: AlertHistoryQuery): Page<AlertTransitionView> {
  const { limit, cursor, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, rule, licenceType } = query;
  const before = cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor);
  const items: AlertTransitionView[] = [];
  let read = 0;
  let last: number | null = null;
  for (const { value } of store.range<AlertTransitionView>('alertHistory', {
    start: [organisation],
    end: [organisation, before],
    reverse: true,
  })) {
    if (items.length === limit || read === MOST_READ) return { items, nextCursor: String(last) };
    const at = parseInstant(value.at) ?? 0;
    if (at < from - SET_BACK_MS) break;
    read += 1;
    last = value.seq;
    const asked = (rule ?? value.rule) === value.rule && (licenceType ?? value.licenceType) === value.licenceType;
    if (asked && at >= from && at < to) items.push(value);
  }
  return { items, nextCursor: null };
}
