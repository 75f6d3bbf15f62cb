/** The machine on which the daemon runs: it can be killed at any await, told to stop, and starts it again. */
import { createApp, type RunningApp } from '../../server/app.ts';
import { type Config, loadConfig } from '../../server/config.ts';
import { createLog } from '../../server/log.ts';
import type { Poster } from '../../server/webhooks/post.ts';
import type { World } from './world.ts';

/** What a daemon may complain of when its disk, its network or its receivers fail. */
const EXPECTED = new Set([
  'commit failed',
  'a webhook was not delivered',
  'the result of a webhook could not be written down yet',
  'what need not be sent any more could not be written down yet',
  // The disk was slower than a daemon that is told to stop may wait.
  'a step of stopping failed',
]);

export interface Machine {
  readonly up: boolean;
  readonly crashes: number;
  readonly stops: number;
  start(): void;
  crash(reason: string, downMs: number): void;
  /** As SIGTERM does. */
  stop(downMs: number): void;
}

export function createMachine(world: World, receivers: (alive: () => boolean) => Poster): Machine {
  const { clock, disk, network, random } = world;
  const config: Config = loadConfig({ flags: { listen: '127.0.0.1:0' } }).config;
  let current: { app: RunningApp | null; kill: () => void } | null = null;
  let stopping = false;
  let crashes = 0;
  let stops = 0;

  const start = (): void => {
    world.tell('start');
    let alive = true;
    const time = clock.fork();
    const mounted = disk.mount(time.clock);
    const incarnation = {
      app: null as RunningApp | null,
      kill() {
        alive = false;
        time.kill();
        mounted.kill();
        network.attach(null);
        network.cut();
      },
    };
    current = incarnation;
    const log = createLog('warn', {
      write(line) {
        const { msg, err } = JSON.parse(line) as { msg: string; err?: { message?: string; stack?: string } };
        if (alive && !EXPECTED.has(msg)) world.fail(`log: ${line.slice(0, 2_000)} ${err?.stack ?? ''}`);
      },
    });
    createApp(config, {
      clock: time.clock,
      log,
      randomId: () => `epoch-${random.below(1e9)}`,
      random: random.next,
      openStore: () => mounted.store,
      poster: receivers(() => alive),
      listen: async (server) => {
        network.attach(server);
        return 7420;
      },
      // The process ends at once; whoever watches over it starts another.
      onFatal: () => {
        if (alive) machine.crash('the store failed', 1_000 + random.below(5_000));
      },
    }).then(
      (app) => {
        if (!alive) return;
        incarnation.app = app;
        world.tell('ready');
      },
      (error: unknown) => {
        if (alive) machine.crash(`could not start: ${String(error)}`, 1_000 + random.below(5_000));
      },
    );
  };

  const machine: Machine = {
    get up() {
      return !stopping && (current?.app ?? null) !== null;
    },
    get crashes() {
      return crashes;
    },
    get stops() {
      return stops;
    },
    start,
    crash(reason, downMs) {
      if (!current) return;
      crashes++;
      world.tell(`crash: ${reason}`);
      current.kill();
      current = null;
      stopping = false;
      clock.after(downMs, start);
    },
    stop(downMs) {
      const ending = current;
      if (!ending?.app || stopping) return;
      stopping = true;
      stops++;
      world.tell('stop');
      ending.app.close().then((well) => {
        if (current !== ending) return;
        world.tell(`stopped ${well ? 'well' : 'with steps that failed'}`);
        ending.kill();
        current = null;
        stopping = false;
        clock.after(downMs, start);
      });
    },
  };
  world.kill = () => machine.crash('killed in the midst', random.below(random.chance(0.3) ? 7_200_000 : 30_000));
  return machine;
}
