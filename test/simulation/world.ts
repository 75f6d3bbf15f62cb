/** Everything that a simulated round shares: time, chance, the disk, the network, and the trace of what happened. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../server/clock.ts';
import { type Random, seededRandom } from '../../server/simulate/random.ts';
import { formatInstant } from '../../shared/time.ts';
import { createSimulatedClock, type SimulatedClock } from './clock.ts';
import { createDisk, type Disk } from './disk.ts';
import { type Answer, createNetwork, type Network } from './network.ts';
import { type Activity, createActivity, settle } from './settle.ts';

/** How long a caller waits for an answer. */
const PATIENCE_MS = 30_000;
const KEPT_LINES = 400;

export interface World {
  readonly clock: SimulatedClock;
  readonly random: Random;
  readonly disk: Disk;
  readonly network: Network;
  readonly activity: Activity;
  /** No faults are made and nothing new begins: what is under way comes to its end. */
  calm: boolean;
  /** Turns of the event loop until the daemon is killed in the midst of what it does; null: not at all. */
  fuse: number | null;
  kill: () => void;
  /** Something happened that anybody could see: it is part of the trace. */
  tell(line: string): void;
  fail(message: string): void;
  readonly failures: string[];
  /** The newest lines of the trace. */
  readonly tail: string[];
  hash(): string;
  wait(milliseconds: number): Promise<void>;
  /** Lets time pass up to an instant. */
  passTo(at: number): Promise<void>;
  /** Asks the daemon over the network, with a caller's patience. */
  ask(method: string, path: string, body?: string | null, type?: string): Promise<Answer | null>;
}

/** What whoever sends something to the daemon needs of it: the crash loop has one of its own, in real time. */
export type Outside = Pick<World, 'random' | 'calm' | 'fuse' | 'fail' | 'failures' | 'wait' | 'ask'> & {
  readonly clock: Pick<Clock, 'now'>;
  readonly disk: Pick<Disk, 'committedSeq'>;
};

export function createWorld(seed: number, start: number): World {
  const clock = createSimulatedClock(start);
  const random = seededRandom(seed);
  const activity = createActivity();
  const trace = createHash('sha256');
  const tail: string[] = [];
  const failures: string[] = [];
  const world: World = {
    clock,
    random,
    activity,
    disk: createDisk(random, activity),
    network: createNetwork(activity),
    calm: false,
    fuse: null,
    kill: () => {},
    failures,
    tail,
    tell(text) {
      const line = `${formatInstant(clock.now())} ${text}`;
      trace.update(`${line}\n`);
      tail.push(line.slice(0, 600));
      if (tail.length > KEPT_LINES) tail.shift();
    },
    fail(message) {
      world.tell(`FAILURE ${message}`);
      failures.push(`${formatInstant(clock.now())} ${message}`);
    },
    hash: () => trace.copy().digest('hex'),
    wait: (milliseconds) =>
      new Promise((resolve) => {
        clock.after(milliseconds, () => {
          activity.note();
          resolve();
        });
      }),
    async passTo(at) {
      while (failures.length === 0 && clock.step(at)) await settle(activity, burn);
    },
    async ask(method, path, body = null, type) {
      const { answer, hangUp } = world.network.send(method, path, body, type);
      const cancel = clock.after(PATIENCE_MS, hangUp);
      const came = await answer;
      cancel();
      world.tell(`${method} ${path} ${body === null ? '' : digest(body)} -> ${came ? `${came.status} ${digest(came.body)}` : 'no answer'}`);
      if (came && came.status >= 500 && came.status !== 503) world.fail(`${method} ${path} was answered ${came.status} ${came.body}`);
      return came;
    },
  };
  const burn = () => {
    if (world.fuse === null || world.fuse-- > 0) return;
    world.fuse = null;
    world.kill();
  };
  return world;
}

const digest = (text: string): string => `${text.length}:${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
