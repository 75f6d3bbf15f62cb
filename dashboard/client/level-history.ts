import { formatInstant, parseInstant } from '../../shared/time.ts';
import type { Api } from './api.ts';
import type { Cancel, LocalClock } from './clock.ts';
import { createEmitter, type Watchable } from './emitter.ts';
import { CHART_SPAN_MS, createLevelRing, type LevelRing, type Steps } from './level-ring.ts';
import type { LiveClient } from './live-client.ts';

/** Steps asked of the daemon for each type: about two a pixel on a large chart. */
const POINTS = 1_200;
const RETRY_MS = 5_000;
const NOTHING: Steps = { at: [], level: [] };

/**
 * The last hour of every licence type: a history from the daemon, continued by the live frames.
 * The history is fetched only while somebody watches: a wall draws no chart, and a hundred walls must not ask for one after a restart.
 */
export interface LevelHistory extends Watchable {
  steps(licenceType: string): Steps;
  stop(): void;
}

export function createLevelHistory(api: Pick<Api, 'levels'>, live: LiveClient, clock: LocalClock): LevelHistory {
  const emitter = createEmitter();
  let rings = new Map<string, LevelRing>();
  let owner = '';
  let request = new AbortController();
  let watchers = 0;
  let cancelRetry: Cancel = () => {};

  const ringOf = (licenceType: string): LevelRing => {
    const ring = rings.get(licenceType) ?? createLevelRing();
    rings.set(licenceType, ring);
    return ring;
  };

  function rest(): void {
    request.abort();
    cancelRetry();
  }

  async function fill(organisation: string): Promise<void> {
    rest();
    request = new AbortController();
    const { signal } = request;
    const to = live.serverNow();
    try {
      const query = { from: formatInstant(to - CHART_SPAN_MS), to: formatInstant(to), points: POINTS };
      const items = await api.levels(organisation, query, signal);
      if (signal.aborted) return;
      for (const { licenceType, at, inUse } of items) {
        ringOf(licenceType).seed({ at: at.map((time) => parseInstant(time) ?? to), level: inUse });
      }
      emitter.emit();
    } catch {
      // Until it succeeds the chart has only what came live.
      if (!signal.aborted) cancelRetry = clock.after(RETRY_MS, () => void fill(organisation));
    }
  }

  const stop = live.onState((state, change) => {
    const key = `${state.organisation}\n${state.usage.epoch}`;
    if (key !== owner) {
      rings = new Map();
      rest();
    }
    owner = key;
    const changed = new Set(change.changed);
    for (const row of state.usage.licences) if (changed.has(row.licenceType)) ringOf(row.licenceType).push(change.at, row.inUse);
    for (const ring of rings.values()) ring.trim(change.at - CHART_SPAN_MS);
    // What happened before a snapshot was not seen here: fetch it, also after every reconnect.
    if (change.whole && watchers > 0) void fill(state.organisation);
    emitter.emit();
  });

  return {
    watch(listener) {
      const unwatch = emitter.watch(listener);
      const state = live.state();
      watchers += 1;
      if (watchers === 1 && state) void fill(state.organisation);
      return () => {
        unwatch();
        watchers -= 1;
        if (watchers === 0) rest();
      };
    },
    steps: (licenceType) => rings.get(licenceType)?.steps() ?? NOTHING,
    stop() {
      rest();
      stop();
    },
  };
}
