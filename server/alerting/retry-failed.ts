/** Messages that were given up, sent again once their receiver is well: looked for beside the line, and queued in pieces. */
import type { RetriedView } from '../../shared/alerts.ts';
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import type { Batch } from '../books/batch.ts';
import type { Reader } from '../store/store.ts';
import { type Delivery, isSettled, queuedAgain, saysHowItStands } from '../webhooks/outbox.ts';
import { writeDelivery } from './messages.ts';
import { ofReceiver, statsOf } from './receiver-stats.ts';
import type { Alerting } from './watched.ts';

/** Queued at one request; more take a further one. */
const AT_ONCE = 5_000;
/** Messages that are read, or queued, without letting others in. */
const PIECE = 200;

/** Of when messages were queued first; `to` is exclusive. */
export interface QueuedWithin {
  from?: Instant;
  to?: Instant;
}

/** What has failed and may be sent again, newest first. */
export interface FailedMessages {
  due: { n: number; about: string | null }[];
  overtaken: number;
  /** What later messages about one thing were then neither delivered nor over: they may be by now. */
  open: Map<string, number[]>;
  /** Number of the newest message when the search began. */
  newest: number;
}

/**
 * What a later message about the same thing has overtaken stays: to tell somebody now that an alert fires that was over long ago would be wrong.
 * Each can still be sent by itself.
 */
export function* findFailed(
  store: Reader,
  organisation: string,
  webhook: string,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: QueuedWithin,
): Generator<void, FailedMessages, void> {
  const found: FailedMessages = { due: [], overtaken: 0, open: new Map(), newest: 0 };
  const arrived = new Set<string>();
  let failed = 0;
  for (let end = Number.POSITIVE_INFINITY; ; ) {
    const range = { start: [organisation, webhook], end: [organisation, webhook, end], reverse: true, limit: PIECE };
    const page = [...store.range<Delivery>('deliveries', range)].map(({ value }) => value);
    found.newest = Math.max(found.newest, page[0]?.n ?? 0);
    for (const delivery of page) {
      const { n, at, status } = delivery;
      if (failed >= statsOf(store, organisation, webhook).failed || at < from) return found;
      const about = saysHowItStands(delivery) ? delivery.about : null;
      if (status === 'delivered' && about !== null) arrived.add(about);
      if (isSettled(delivery)) continue;
      if (about !== null) getOrMake(found.open, about, () => []).push(n);
      if (status !== 'failed') continue;
      failed++;
      if (at >= to) continue;
      if (about !== null && arrived.has(about)) found.overtaken++;
      else found.due.push({ n, about });
    }
    const last = page.at(-1);
    if (!last || page.length < PIECE) return found;
    end = last.n;
    yield;
  }
}

/**
 * Queues what was found anew, under the same ids and in the old order.
 * @param queue one piece of it. @returns null: there is no such receiver any more
 */
export async function retryFailed(
  found: FailedMessages,
  queue: (piece: FailedMessages['due']) => Promise<Pick<RetriedView, 'queued' | 'overtaken'> | null>,
): Promise<RetriedView | null> {
  const retried: RetriedView = { queued: 0, overtaken: found.overtaken, more: found.due.length > AT_ONCE };
  const now = found.due.toReversed().slice(0, AT_ONCE);
  for (let first = 0; first < now.length; first += PIECE) {
    const piece = await queue(now.slice(first, first + PIECE));
    if (!piece) return null;
    retried.queued += piece.queued;
    retried.overtaken += piece.overtaken;
  }
  return retried;
}

/** One piece of it, as things stand by now. @returns null: the receiver is gone */
export function queueFailed(
  batch: Batch,
  alerting: Alerting,
  [organisation, webhook]: [string, string],
  piece: FailedMessages['due'],
  { open, newest }: FailedMessages,
): Pick<RetriedView, 'queued' | 'overtaken'> | null {
  if (!alerting.watched.get(organisation)?.webhooks.has(webhook)) return null;
  const read = (n: number) => batch.draft.get<Delivery>('deliveries', [organisation, webhook, n]);
  const { end } = ofReceiver(organisation, webhook);
  const since = [...batch.draft.range<Delivery>('deliveries', { start: [organisation, webhook, newest + 1], end })];
  const arrived = new Set(
    since.filter(({ value }) => value.status === 'delivered' && saysHowItStands(value)).map(({ value }) => value.about),
  );
  const result = { queued: 0, overtaken: 0 };
  for (const { n, about } of piece) {
    const delivery = read(n);
    // Somebody may have asked for it by itself meanwhile.
    if (delivery?.status !== 'failed' || isSettled(delivery)) continue;
    const later = about === null ? [] : (open.get(about) ?? []).filter((other) => other > n);
    if (about !== null && (arrived.has(about) || later.some((other) => read(other)?.status === 'delivered'))) result.overtaken++;
    else {
      writeDelivery(batch, alerting, queuedAgain(delivery, batch.now));
      result.queued++;
    }
  }
  return result;
}
