/**
 * Beside the plain load, everything that the plain ledger cannot foretell: events minutes to weeks late, leases, log-offs of
 * everybody, imports, settings of the past and assignments. Producers and administrators are those of the simulation, here in real
 * time; what is on disk is held against a plain walk through all that was acknowledged.
 */

import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { seededRandom } from '../../server/simulate/random.ts';
import { DATA_FILE, openDataFile } from '../../server/store/lmdb.ts';
import { type Instant, parseInstant } from '../../shared/time.ts';
import type { UsageView } from '../../shared/views.ts';
import { type Administrator, createAdministrator } from '../simulation/administrator.ts';
import { checkBooks } from '../simulation/check.ts';
import { createProducers, type Producers } from '../simulation/producer.ts';
import type { Outside } from '../simulation/world.ts';
import type { Daemon } from '../support/daemon.ts';

const WEEKS_MS = 21 * 86_400_000;
const ZONES = [
  { timeZone: 'Europe/London', billingPeriodStartDay: 5 },
  { timeZone: 'UTC', billingPeriodStartDay: 1 },
  { timeZone: 'America/New_York', billingPeriodStartDay: 1 },
];
/** The simulation waits minutes where here milliseconds pass. */
const HURRY = 1 / 1_000;
const LONGEST_WAIT_MS = 50;
const MEAN_MS = 8_000;
const REST_WITHIN_MS = 120_000;
/** A lease may end between two reads of one look; nothing else moves then. */
const LOOKS = 3;

export interface Centre {
  readonly acknowledged: number;
  readonly imported: number;
  /** Versions of settings that were acknowledged. */
  readonly settings: number;
  /** Goes on sending, from now on to this daemon; null: there is none, and nothing new begins. */
  play(daemon: Daemon | null): void;
  /** Everything was answered and the past has been worked out again; then what is on disk is compared. @throws with what differs */
  check(daemon: Daemon): Promise<void>;
  /** Nothing of it goes on. */
  end(): void;
}

/** @param organisation new to the daemon: each centre has one of its own */
export function createCentre(organisation: string, seed: number): Centre {
  let daemon: Daemon | null = null;
  let over = false;
  const failures: string[] = [];
  const world: Outside = {
    clock: { now: () => Date.now() },
    random: seededRandom(seed),
    disk: { committedSeq: () => Number.POSITIVE_INFINITY },
    calm: true,
    fuse: null,
    failures,
    fail: (message) => void failures.push(message),
    async wait(milliseconds) {
      if (over) return new Promise<never>(() => {});
      await wait(world.calm ? LONGEST_WAIT_MS : Math.min(milliseconds * HURRY, LONGEST_WAIT_MS));
    },
    async ask(method, path, body = null, type = 'application/json') {
      if (!daemon) return null;
      try {
        const headers = { 'content-type': type };
        const answer = await fetch(new URL(path, daemon.url), { method, ...(body !== null && { body, headers }) });
        const text = await answer.text();
        if (answer.status >= 500 && answer.status !== 503) world.fail(`${method} ${path} was answered ${answer.status} ${text}`);
        return { status: answer.status, headers: Object.fromEntries(answer.headers), body: text };
      } catch {
        return null;
      }
    },
  };
  const administrator: Administrator = createAdministrator(world, organisation, ZONES, null);
  const producers: Producers = createProducers(world, organisation, MEAN_MS, WEEKS_MS);

  const throwFailures = (): void => {
    if (failures.length > 0) throw new Error(failures.slice(0, 5).join('\n'));
  };

  const read = async <T>(path: string): Promise<T> => {
    const answer = await world.ask('GET', path);
    if (answer?.status !== 200) throw new Error(`GET ${path} was answered ${answer?.status} ${answer?.body}`);
    return JSON.parse(answer.body) as T;
  };

  const rest = async (): Promise<Instant> => {
    for (const until = Date.now() + REST_WITHIN_MS; ; ) {
      throwFailures();
      if (producers.open === 0 && administrator.open === 0) {
        const { asOf, recomputingFrom } = await read<UsageView>(`/api/v1/organisations/${organisation}/usage`);
        if (recomputingFrom === null) return parseInstant(asOf) as Instant;
      }
      if (Date.now() > until) throw new Error(`${organisation} does not come to rest`);
      await wait(20);
    }
  };

  return {
    get acknowledged() {
      return producers.acknowledged.length;
    },
    get imported() {
      return administrator.imported.length;
    },
    get settings() {
      return administrator.settings.length;
    },
    play(which) {
      daemon = which;
      world.calm = which === null;
    },
    async check(which) {
      daemon = which;
      world.calm = true;
      const part = { organisation, acknowledged: producers.acknowledged, administrator };
      for (let look = 1; ; look++) {
        const now = await rest();
        const disk = openDataFile(join(which.dataDir, DATA_FILE));
        try {
          return await checkBooks(disk, now, read, part);
        } catch (error) {
          if (look === LOOKS) throw error;
        } finally {
          await disk.close();
        }
      }
    },
    end() {
      over = true;
    },
  };
}
