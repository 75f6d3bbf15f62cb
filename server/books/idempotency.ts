import type { EventResult, IgnoredReason, LicenceEvent } from '../../shared/events.ts';
import type { Instant } from '../../shared/time.ts';
import type { Key } from '../store/store.ts';
import type { Draft } from './draft.ts';

const DAY_MS = 86_400_000;
/** An event id is remembered for so long after its receipt. */
export const REMEMBERED_MS = 2 * DAY_MS;

interface StoredAnswer {
  receivedAt: Instant;
  reason: IgnoredReason | null;
  records: number[];
}

const dayOf = (at: Instant): number => Math.floor(at / DAY_MS);
const idKey = (day: number, organisation: string, id: string): Key => [day, organisation, id];

/** What the first event with this id was answered; ids are filed by day of receipt, so that old ones go in one sweep. */
export function firstAnswer(draft: Draft, { organisation, id, receivedAt }: LicenceEvent): StoredAnswer | undefined {
  if (id === undefined) return undefined;
  const today = dayOf(receivedAt);
  // Tomorrow too: the clock may have been set back over midnight.
  for (const day of [today, today - 1, today - 2, today + 1]) {
    const answer = draft.get<StoredAnswer>('ids', idKey(day, organisation, id));
    if (answer && receivedAt - answer.receivedAt <= REMEMBERED_MS) return answer;
  }
  return undefined;
}

export function rememberAnswer(draft: Draft, event: LicenceEvent, { reason, records }: Omit<EventResult, 'index'>): void {
  if (event.id === undefined) return;
  const answer: StoredAnswer = { receivedAt: event.receivedAt, reason: reason ?? null, records };
  draft.put('ids', idKey(dayOf(event.receivedAt), event.organisation, event.id), answer);
}

/** Removes up to `limit` ids whose day is over for good. */
export function forgetOldIds(draft: Draft, now: Instant, limit: number): void {
  for (const { key } of draft.range('ids', { end: [dayOf(now) - 3], limit })) draft.remove('ids', key);
}
