/** One simulated stretch of days: weather, crashes, producers, administrators, displays, receivers; and what must hold after each day. */
import { verifyStore } from '../../server/verify/verify.ts';
import { formatInstant } from '../../shared/time.ts';
import { SCENES } from '../support/random-centre.ts';
import { createAdministrator } from './administrator.ts';
import { checkBooks, checkDerived, checkDisplays, type Part } from './check.ts';
import { checkWebhooks } from './check-webhooks.ts';
import { NO_FAULTS } from './disk.ts';
import { createDisplay } from './display.ts';
import { createMachine } from './machine.ts';
import { createProducers, type Producers } from './producer.ts';
import { createReceivers } from './receivers.ts';
import { createWorld, type World } from './world.ts';

const HOUR = 3_600_000;
/** Between two looks at everything. */
const CHECK_EVERY_MS = 18 * HOUR;
/** So long everything may take to come to its end once nothing is in its way. */
const SETTLE_WITHIN_MS = 8 * HOUR;
/** Displays that were away come back, and beats bring what time alone has changed. */
const CATCH_UP_MS = 60_000;

export interface RoundResult {
  seed: number;
  /** Of everything that anybody could see. */
  hash: string;
  hours: number;
  acknowledged: number;
  resent: number;
  imported: number;
  crashes: number;
  stops: number;
  commits: number;
  diskFaults: number;
  webhooks: number;
  frames: number;
  checks: number;
}

export const replayCommand = (seed: number, hours: number): string => `npm run simulate:faults -- --seed ${seed} --hours ${hours}`;

export class RoundFailed extends Error {}

/** @throws RoundFailed with what went wrong and the last lines of the trace */
export async function playRound(seed: number, hours: number): Promise<RoundResult> {
  const scene = SCENES[seed % SCENES.length] as (typeof SCENES)[number];
  const world = createWorld(seed, scene.start);
  const receivers = createReceivers(world);
  const machine = createMachine(world, receivers.poster);
  const { timeZone, billingPeriodStartDay } = scene;
  const zones = [
    { timeZone, billingPeriodStartDay },
    { timeZone: 'UTC', billingPeriodStartDay: 1 },
    { timeZone: 'America/New_York', billingPeriodStartDay },
  ];
  const crews = ['one', 'two'].map((organisation) => {
    const producers: Producers = createProducers(world, organisation, 15 * 60_000);
    const part: Part = {
      organisation,
      acknowledged: producers.acknowledged,
      administrator: createAdministrator(world, organisation, zones),
      displays: [createDisplay(world, organisation), createDisplay(world, organisation)],
    };
    return { producers, part };
  });
  machine.start();
  changeWeather(world);
  disturb(world, machine);
  read(world);

  let checks = 0;
  const end = scene.start + hours * HOUR;
  try {
    while (world.clock.now() < end && world.failures.length === 0) {
      await world.passTo(Math.min(end, world.clock.now() + CHECK_EVERY_MS));
      if (world.failures.length > 0) break;
      await comeToRest(
        world,
        () =>
          machine.up &&
          crews.every(
            ({ producers, part }) => producers.open === 0 && part.administrator.open === 0 && part.displays.every(({ shown }) => shown),
          ),
      );
      for (const { part } of crews) await look(world, part);
      await drain(
        world,
        crews.map(({ part }) => part.organisation),
      );
      for (const { part } of crews) await checkNow(world, (ask) => checkWebhooks(ask, part.organisation, receivers.received));
      checkDerived(verifyStore(world.disk.store));
      checks++;
      world.calm = false;
    }
  } catch (error) {
    world.fail(error instanceof Error ? error.message : String(error));
  }
  if (world.failures.length > 0) {
    const trace = process.env['HIGHWATER_TRACE'] === undefined ? world.tail.slice(-25) : world.tail;
    throw new RoundFailed(
      `${scene.name}, at ${formatInstant(world.clock.now())}:\n${world.failures.slice(0, 5).join('\n')}\n--- trace\n${trace.join('\n')}`,
    );
  }
  const sum = (pick: (crew: (typeof crews)[number]) => number): number => crews.reduce((total, crew) => total + pick(crew), 0);
  return {
    seed,
    hash: world.hash(),
    hours: Math.round((world.clock.now() - scene.start) / HOUR),
    acknowledged: sum(({ part }) => part.acknowledged.length),
    resent: sum(({ producers }) => producers.resent),
    imported: sum(({ part }) => part.administrator.imported.length),
    crashes: machine.crashes,
    stops: machine.stops,
    commits: world.disk.commits,
    diskFaults: Object.values(world.disk.injected).reduce((total, count) => total + count, 0),
    webhooks: receivers.received.length,
    frames: sum(({ part }) => part.displays.reduce((total, { frames }) => total + frames, 0)),
    checks,
  };
}

/** Mostly the disk is well; sometimes it is slow, fails now and then, or is full for a while. */
function changeWeather(world: World): void {
  const { clock, disk, random } = world;
  clock.after(random.below(3 * HOUR), () => {
    const roll = random.next();
    if (!world.calm) {
      disk.full = roll > 0.88;
      if (roll < 0.35) disk.faults = NO_FAULTS;
      else if (roll < 0.65) disk.faults = { ...NO_FAULTS, slow: 0.5 };
      else disk.faults = { slow: 0.2, full: 0.02, broken: 0.004, unknown: 0.004 };
      world.tell(`weather ${disk.full ? 'full ' : ''}${JSON.stringify(disk.faults)}`);
      if (disk.full) clock.after(random.below(HOUR), () => (disk.full = false));
    }
    changeWeather(world);
  });
}

/** Somebody kills the daemon, or restarts it, or a connection breaks off. */
function disturb(world: World, machine: ReturnType<typeof createMachine>): void {
  const { clock, network, random } = world;
  clock.after(random.below(90 * 60_000), () => {
    const roll = random.next();
    if (!world.calm) {
      if (roll < 0.35) machine.crash('killed', random.below(random.chance(0.3) ? 2 * HOUR : 60_000));
      else if (roll < 0.6) world.fuse = random.below(40);
      else if (roll < 0.7) machine.stop(random.below(30_000));
      else for (let n = 0; n < 3; n++) network.breakOne(random);
    }
    disturb(world, machine);
  });
}

/** Readers see committed state only, and are answered whatever the disk does. */
function read(world: World): void {
  const { clock, random } = world;
  clock.after(random.below(30 * 60_000), () => {
    void (async () => {
      const organisation = random.pick(['one', 'two']);
      const answer = await world.ask('GET', `/api/v1/organisations/${organisation}/usage`);
      if (!answer || answer.status === 404) return;
      if (answer.status === 503 && !['starting', 'stopping'].includes((JSON.parse(answer.body) as { code: string }).code))
        world.fail(`a read was refused: ${answer.body}`);
      if (answer.status !== 200) return;
      const { seq } = JSON.parse(answer.body) as { seq: number };
      if (seq > world.disk.committedSeq()) world.fail(`a reader saw seq ${seq}; ${world.disk.committedSeq()} is on disk`);
    })();
    read(world);
  });
}

/** Faults stop; what is under way comes to its end. */
async function comeToRest(world: World, atRest: () => boolean): Promise<void> {
  world.calm = true;
  world.fuse = null;
  world.disk.faults = NO_FAULTS;
  world.disk.full = false;
  world.tell('calm');
  const until = world.clock.now() + SETTLE_WITHIN_MS;
  while (!atRest()) {
    if (world.failures.length > 0) return;
    if (world.clock.now() > until) throw new Error('it does not come to rest');
    await world.passTo(world.clock.now() + 1_000);
  }
  await world.passTo(world.clock.now() + CATCH_UP_MS);
}

async function look(world: World, part: Part): Promise<void> {
  await checkNow(world, async (ask) => {
    await checkBooks(world.disk.store, world.clock.now(), ask, part);
    await checkDisplays(ask, part);
  });
}

/** Asks while time stands still. */
async function checkNow(world: World, check: (read: <T>(path: string) => Promise<T>) => Promise<void>): Promise<void> {
  await check(async <T>(path: string): Promise<T> => {
    const answer = await world.ask('GET', path);
    if (answer?.status !== 200) throw new Error(`GET ${path} was answered ${answer?.status} ${answer?.body}`);
    return JSON.parse(answer.body) as T;
  });
}

/** Receivers take everything now: the outbox becomes empty. */
async function drain(world: World, organisations: string[]): Promise<void> {
  const waiting = (): boolean => [...world.disk.store.range('outbox', {})].some(({ key }) => organisations.includes(key[0] as string));
  for (let hours = 0; waiting() && world.failures.length === 0; hours++) {
    if (hours > 120) throw new Error('the outbox does not become empty');
    await world.passTo(world.clock.now() + HOUR);
  }
}
