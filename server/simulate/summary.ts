import type { FeedStats } from './feed.ts';
import type { RunOptions } from './run.ts';

export interface Summary {
  url: string;
  organisation: string;
  users: number;
  seed: number;
  /** Events per second. */
  rate: { asked: number; achieved: number };
  /** With the preparation. */
  seconds: number;
  warmUpEvents: number;
  /** After the warm-up. */
  events: number;
  acknowledged: number;
  unacknowledged: number;
  recorded: number;
  duplicates: number;
  ignored: number;
  requests: number;
  retries: number;
  /** Highest sequence number that was answered. */
  seq: number;
  latencyMs: { p50: number; p99: number; max: number };
}

/** What a run keeps count of beside its feed. */
export interface Course {
  warmUpEvents: number;
  events: number;
  retries: number;
  /** Milliseconds: of the whole run, and of the part after the warm-up. */
  wholeMs: number;
  steadyMs: number;
}

export function summarise({ url, organisation, users, seed, rate }: RunOptions, stats: FeedStats, course: Course): Summary {
  const { warmUpEvents, events, retries, wholeMs, steadyMs } = course;
  const { offered, acknowledged, recorded, duplicates, ignored, requests, seq, latency } = stats;
  return {
    url,
    organisation,
    users,
    seed,
    rate: { asked: rate, achieved: steadyMs > 0 ? (events * 1000) / steadyMs : 0 },
    seconds: wholeMs / 1000,
    warmUpEvents,
    events,
    acknowledged,
    unacknowledged: offered - acknowledged,
    recorded,
    duplicates,
    ignored,
    requests,
    retries,
    seq,
    latencyMs: { p50: latency.percentile(0.5), p99: latency.percentile(0.99), max: latency.max },
  };
}
