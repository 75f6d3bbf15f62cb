/**
 * Several requests in flight, and yet what one person does arrives in order: each person belongs to a lane, and a lane has
 * one request under way. What was not acknowledged is sent again with the same ids.
 */
import type { IngestAnswer } from '../../shared/events.ts';
import type { Client } from './client.ts';
import { createHistogram, type Histogram } from './histogram.ts';
import type { Draft, WireEvent } from './simulation.ts';

export const BATCH = 1_000;

export interface FeedStats {
  offered: number;
  acknowledged: number;
  recorded: number;
  duplicates: number;
  ignored: number;
  requests: number;
  /** Highest sequence number that was answered. */
  seq: number;
  /** From the first try of a request to its answer. */
  latency: Histogram;
}

export interface Feed {
  readonly stats: FeedStats;
  /** Offered and not yet acknowledged. */
  backlog(): number;
  offer(draft: Draft): void;
  /** Sends what was offered; call it after a handful of offers. */
  flush(): void;
  /** Resolves when all is acknowledged; rejects with what stopped it. */
  drained(): Promise<void>;
}

export interface FeedOptions {
  client: Client;
  lanes: number;
  /** Milliseconds, for the latency. */
  now(): number;
}

export function createFeed({ client, lanes, now }: FeedOptions): Feed {
  const queues: WireEvent[][] = Array.from({ length: lanes }, () => []);
  const underWay: (Promise<void> | null)[] = queues.map(() => null);
  let failure: unknown = null;
  const stats: FeedStats = {
    offered: 0,
    acknowledged: 0,
    recorded: 0,
    duplicates: 0,
    ignored: 0,
    requests: 0,
    seq: 0,
    latency: createHistogram(),
  };

  async function pump(lane: number): Promise<void> {
    const queue = queues[lane] ?? [];
    while (queue.length > 0 && failure === null) {
      const batch = queue.splice(0, BATCH);
      const text = batch.map((event) => JSON.stringify(event)).join('\n');
      const sent = now();
      const { body } = await client.request<IngestAnswer>('POST', '/api/v1/events', { type: 'application/x-ndjson', text });
      stats.latency.add(now() - sent);
      stats.requests++;
      stats.acknowledged += batch.length;
      stats.seq = Math.max(stats.seq, body.seq);
      for (const { status } of body.results) {
        if (status === 'recorded') stats.recorded++;
        else if (status === 'duplicate') stats.duplicates++;
        else stats.ignored++;
      }
    }
  }

  const flush = (): void => {
    for (const [lane, queue] of queues.entries()) {
      if (queue.length === 0 || underWay[lane]) continue;
      underWay[lane] = pump(lane)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .then(() => {
          underWay[lane] = null;
        });
    }
  };

  return {
    stats,
    backlog: () => stats.offered - stats.acknowledged,
    offer({ key, event }) {
      if (failure !== null) throw failure;
      queues[key % lanes]?.push(event);
      stats.offered++;
    },
    flush,
    async drained() {
      flush();
      await Promise.all(underWay);
      if (failure !== null) throw failure;
    },
  };
}
