/** A whole run: prepare, let the staff in, keep the centre going, and tell how it went. */
import type { Clock } from '../clock.ts';
import { createClient, StoppedError } from './client.ts';
import { BATCH, createFeed, type FeedStats } from './feed.ts';
import { pace } from './pace.ts';
import { leftovers, prepareOrganisation } from './prepare.ts';
import { createSimulation } from './simulation.ts';

export interface RunOptions {
  url: string;
  organisation: string;
  users: number;
  /** Events per second. */
  rate: number;
  seed: number;
  /** Without: until the signal comes. */
  durationSeconds?: number | undefined;
  token?: string | undefined;
}

export interface RunWorld {
  clock: Clock;
  fetch: typeof fetch;
  random(): number;
  /** Milliseconds from anywhere, finer than the clock's. */
  stopwatch(): number;
  /** Comes when the user has had enough. */
  signal: AbortSignal;
  tell: Tell;
}

export interface Tell {
  note(text: string): void;
  progress(stats: FeedStats, backlog: number): void;
}

export interface Summary {
  url: string;
  organisation: string;
  users: number;
  seed: number;
  rate: { asked: number; achieved: number };
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
  seq: number;
  latencyMs: { p50: number; p99: number; max: number };
}

/** The staff on shift is in after this time, if the daemon takes it. */
const WARM_UP_SECONDS = 3;
const EVENTS_A_LANE = 2_000;
const MOST_LANES = 8;
const PROGRESS_MS = 1_000;
/** For what is still without an answer when the run ends. */
const DRAIN_MS = 10_000;
const REACH_WITHIN_MS = 15_000;

/** @throws RefusedError when the daemon cannot be reached or does not want the run */
export async function runSimulation(options: RunOptions, world: RunWorld): Promise<Summary> {
  const { clock, signal, tell } = world;
  const started = clock.now();
  const noMoreTries = new AbortController();
  const hangUp = new AbortController();
  const run = `sim-${options.seed}-${started.toString(36)}`;
  const simulation = createSimulation({ ...options, run });
  let retries = 0;
  const client = createClient({
    ...options,
    ...world,
    noMoreTries: noMoreTries.signal,
    hangUp: hangUp.signal,
    reachWithinMs: REACH_WITHIN_MS,
    onRetry(reason, waitMs) {
      retries++;
      tell.note(`the daemon is away (${reason}), next try in ${(waitMs / 1000).toFixed(1)} s`);
    },
  });
  const lanes = Math.max(1, Math.min(MOST_LANES, Math.ceil(options.rate / EVENTS_A_LANE), options.users));
  const feed = createFeed({ client, lanes, now: world.stopwatch });
  const most = Math.max(2 * options.rate, 2 * lanes * BATCH);
  const until = options.durationSeconds === undefined ? undefined : started + options.durationSeconds * 1000;
  const pacing = { clock, signal, until, flush: () => feed.flush(), full: () => feed.backlog() > most };
  const stopReporting = clock.every(PROGRESS_MS, () => tell.progress(feed.stats, feed.backlog()));
  const stopTrying = () => noMoreTries.abort();
  let steadyAt = started;
  let warmUpEvents = 0;
  let events = 0;
  try {
    signal.addEventListener('abort', stopTrying);
    const put = await prepareOrganisation(client, options.organisation, simulation);
    if (!put) tell.note(`organisation ${options.organisation} has entitlements: its settings stay`);
    for (const draft of await leftovers(client, options.organisation, simulation, run)) feed.offer(draft);
    await feed.drained();
    tell.note(`${simulation.opening} of ${options.users} people are on shift`);
    const perSecond = Math.max(options.rate, (simulation.opening * 2) / WARM_UP_SECONDS);
    await pace({
      ...pacing,
      perSecond,
      offer() {
        const draft = simulation.warmUp();
        if (draft) feed.offer(draft);
        if (draft) warmUpEvents++;
        return draft !== undefined;
      },
    });
    steadyAt = clock.now();
    await pace({
      ...pacing,
      perSecond: options.rate,
      offer() {
        feed.offer(simulation.next(events));
        events++;
        return true;
      },
    });
    const late = clock.after(DRAIN_MS, () => {
      noMoreTries.abort();
      hangUp.abort();
    });
    await feed.drained().finally(late);
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
  } finally {
    signal.removeEventListener('abort', stopTrying);
    stopReporting();
  }
  return summarise();

  function summarise(): Summary {
    const { stats } = feed;
    const ended = Math.min(clock.now(), until ?? Number.POSITIVE_INFINITY);
    return {
      url: options.url,
      organisation: options.organisation,
      users: options.users,
      seed: options.seed,
      rate: { asked: options.rate, achieved: ended > steadyAt ? (events * 1000) / (ended - steadyAt) : 0 },
      seconds: (clock.now() - started) / 1000,
      warmUpEvents,
      events,
      acknowledged: stats.acknowledged,
      unacknowledged: feed.backlog(),
      recorded: stats.recorded,
      duplicates: stats.duplicates,
      ignored: stats.ignored,
      requests: stats.requests,
      retries,
      seq: stats.seq,
      latencyMs: { p50: stats.latency.percentile(0.5), p99: stats.latency.percentile(0.99), max: stats.latency.max },
    };
  }
}
