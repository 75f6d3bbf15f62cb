/** Stretches in which nobody was looking: whoever was to be heard in one gets another chance. They are part of the books. */
import type { Instant } from '../../shared/time.ts';
import type { Downtime } from '../licensing/sessions.ts';
import type { Store } from '../store/store.ts';
import type { Batch, Books } from './batch.ts';

/** While the machine slept, its clock was set forward, or nothing could be recorded, nobody was heard. One that goes on replaces what was known of it. */
export function noteDowntime(batch: Batch, downtime: Downtime): void {
  batch.draft.put('downtimes', [downtime.from], downtime.until);
  const others = batch.books.downtimes.filter(({ from }) => from !== downtime.from);
  batch.books.downtimes = [...others, downtime].sort((a, b) => a.from - b.from);
}

/**
 * Writes down the silence that a start ends, from the last commit before it to now: leases that fell into it get another chance.
 * Last of all, because time goes on while a large store is loaded. Leases already looked up are looked at again when they are due.
 */
export async function endDowntime(store: Store, books: Books, now: Instant): Promise<void> {
  const last = store.get<Instant>('meta', ['lastCommitAt']);
  if (last === undefined || last >= now) return;
  await store.commit([
    { table: 'downtimes', key: [last], value: now },
    { table: 'meta', key: ['lastCommitAt'], value: now },
  ]);
  books.downtimes.push({ from: last, until: now });
}
