/** A whole run: prepare, let the staff in, keep the centre going, and tell how it went. */
import type { Clock } from '../clock.ts';
import { createClient, StoppedError } from './client.ts';
import { BATCH, createFeed, type FeedStats } from './feed.ts';
import { pace } from './pace.ts';
import { leftovers, prepareOrganisation } from './prepare.ts';
import { createSimulation } from './simulation.ts';
import { type Summary, summarise } from './summary.ts';

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
  let until: number | undefined;
  let steadyAt = Number.POSITIVE_INFINITY;
  let warmUpEvents = 0;
  let events = 0;
  const stopTrying = () => noMoreTries.abort();
  let stopReporting = () => {};
  const keepPace = (perSecond: number, offer: () => boolean) =>
    pace({ clock, signal, until, perSecond, offer, flush: feed.flush, full: () => feed.backlog() > most });
  try {
    signal.addEventListener('abort', stopTrying);
    const put = await prepareOrganisation(client, options.organisation, simulation);
    if (!put) tell.note(`organisation ${options.organisation} is known: its settings stay`);
    for (const draft of await leftovers(client, options.organisation, simulation, run)) feed.offer(draft);
    await feed.drained();

    // The duration is that of the play, however long the stage took to set.
    if (options.durationSeconds !== undefined) until = clock.now() + options.durationSeconds * 1000;
    stopReporting = clock.every(PROGRESS_MS, () => tell.progress(feed.stats, feed.backlog()));
    tell.note(`${simulation.opening} of ${options.users} people are on shift`);
    await keepPace(Math.max(options.rate, (simulation.opening * 2) / WARM_UP_SECONDS), () => {
      const draft = simulation.warmUp();
      if (!draft) return false;
      feed.offer(draft);
      warmUpEvents++;
      return true;
    });
    steadyAt = clock.now();
    await keepPace(options.rate, () => {
      feed.offer(simulation.next(events++));
      return true;
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
  const now = clock.now();
  const steadyMs = Math.min(now, until ?? now) - steadyAt;
  return summarise(options, feed.stats, { warmUpEvents, events, retries, wholeMs: now - started, steadyMs });
}
