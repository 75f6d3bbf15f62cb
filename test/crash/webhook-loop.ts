/** Alert traffic to receivers that are well, slow, failing, dead, forgetful and gone; kill -9 at a seeded moment; again and again. */
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type Random, seededRandom } from '../../server/simulate/random.ts';
import type { AlertTransitionView, DeliveryView, WebhookView } from '../../shared/alerts.ts';
import type { Page } from '../../shared/views.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { tempDir } from '../support/temp-dir.ts';
import { differences, type Heard, type Sums, sumsOf } from './webhook-ledger.ts';

export interface WebhookLoopOptions {
  rounds: number;
  seed: number;
  report?(text: string): void;
}

export interface WebhookLoopResult {
  rounds: number;
  transitions: number;
  receivers: Record<string, Sums & { heard: number }>;
}

const O = '/api/v1/organisations/129';
const NAMES = ['good', 'slow', 'failing', 'dead', 'losing', 'gone'] as const;
type Name = (typeof NAMES)[number];
const RULES = { a1: ['A', 1], a2: ['A', 2], b1: ['B', 1], b2: ['B', 2] } as const;
/** Each holds the licence type by whose letter the name begins. */
const USERS = ['A1', 'A2', 'B1', 'B2'] as const;
/** Quick enough that messages are given up, and that receivers are behind, within a round. */
const ENV = {
  HIGHWATER_WEBHOOKS_ALLOW_TARGETS: '127.0.0.1/32',
  HIGHWATER_WEBHOOKS_RETRY_SECONDS: '0.02,0.05,0.1',
  HIGHWATER_WEBHOOKS_COALESCE_AFTER_SECONDS: '0.1',
};
const DRAIN_MS = 60_000;
/** On a machine that does other work at the same time. */
const START_WITHIN_MS = 120_000;

/** @throws with the seed and the way to play it again */
export async function webhookLoop(options: WebhookLoopOptions): Promise<WebhookLoopResult> {
  const ends: (() => Promise<void>)[] = [];
  try {
    return await play(options, await startReceiver((end) => void ends.push(end)));
  } catch (error) {
    const replay = `npm run crash-loop -- --webhooks --rounds ${options.rounds} --seed ${options.seed}`;
    throw new Error(`seed ${options.seed}; again with: ${replay}\n${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    for (const end of ends) await end();
  }
}

async function play({ rounds, seed, report }: WebhookLoopOptions, receiver: Receiver): Promise<WebhookLoopResult> {
  const random = seededRandom(seed);
  const directory = tempDir('highwater-hooks-');
  const heard = listen(receiver, seededRandom(seed + 1));
  const start = () => startDaemon({ dataDir: directory.path, env: ENV, startWithin: START_WITHIN_MS });
  let daemon = await start();
  try {
    await daemon.put(O, {});
    for (const [id, [licenceType, threshold]] of Object.entries(RULES))
      await daemon.put(`${O}/alert-rules/${id}`, { licenceType, metric: 'inUse', op: '>=', threshold });
    for (const name of NAMES) await daemon.put(`${O}/webhooks/${name}`, receiverOf(name, receiver.url));
    for (let round = 1; round <= rounds; round++) {
      const running = turn(daemon, random);
      // Counted in messages, so that a slow machine sees as much as a quick one.
      await Promise.race([receiver.waitFor(receiver.messages.length + 20 + random.below(150)), running]);
      await daemon.kill();
      await running;
      daemon = await start();
      const { transitions } = await check(daemon, heard, `round ${round}`);
      await daemon.put(`${O}/webhooks/gone`, receiverOf('gone', receiver.url));
      report?.(`round ${round}/${rounds}: ${transitions} transitions, each delivered, dead or pending under one id and in order`);
    }
    await drain(daemon);
    return { rounds, ...(await check(daemon, heard, 'the end')) };
  } finally {
    await daemon.dispose();
    directory.remove();
  }
}

const receiverOf = (name: Name, url: string) => ({
  url: `${url}/${name}`,
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  events: ['alert.firing', 'alert.resolved'],
});

/** How each receiver takes what comes. @returns what each heard */
function listen(receiver: Receiver, random: Random): Record<Name, Heard[]> {
  const heard = Object.fromEntries(NAMES.map((name): [Name, Heard[]] => [name, []])) as Record<Name, Heard[]>;
  receiver.answer = ({ path, id, raw, body }, response) => {
    const name = path.slice(1) as Name;
    const chance = random.next();
    const accepted = name === 'good' || name === 'slow' || name === 'losing' || (name !== 'dead' && chance < 0.6);
    heard[name].push({ id, raw, data: body.data, accepted });
    if (name === 'slow') return later(response, random.below(120));
    if (name === 'losing' && chance < 0.3) return hangUp(response);
    if (accepted) return 204;
    return name === 'gone' && chance > 0.95 ? 410 : 500;
  };
  return heard;
}

function later(response: ServerResponse, milliseconds: number): undefined {
  setTimeout(() => response.writeHead(204).end(), milliseconds);
}

function hangUp(response: ServerResponse): undefined {
  response.socket?.destroy();
}

/** Logins and logouts that make the alerts turn, until the daemon is gone. */
async function turn(daemon: Daemon, random: Random): Promise<void> {
  const present = new Set<string>();
  for (;;) {
    const user = random.pick(USERS);
    const type = present.delete(user) ? 'logout' : 'login';
    if (type === 'login') present.add(user);
    const licences = type === 'login' ? { licences: [user[0]] } : {};
    const event = { type, organisation: '129', user, logonSource: 'Agent Desktop', ...licences };
    const answer = await daemon.post('/api/v1/events', event).catch(() => null);
    if (answer === null) return;
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  }
}

async function check(daemon: Daemon, heard: Record<Name, Heard[]>, when: string): Promise<Omit<WebhookLoopResult, 'rounds'>> {
  const steps = (await readAll<AlertTransitionView>(daemon, `${O}/alert-history`)).filter(({ to }) => to === 'firing' || to === 'resolved');
  const receivers: WebhookLoopResult['receivers'] = {};
  for (const name of NAMES) {
    const deliveries = await readAll<DeliveryView>(daemon, `${O}/webhooks/${name}/deliveries`);
    const wrong = differences({ transitions: steps, deliveries, heard: heard[name], always: name !== 'gone' });
    if (wrong.length > 0) throw new Error(`${when}, receiver ${name}: ${wrong.length} differences\n${wrong.slice(0, 10).join('\n')}`);
    receivers[name] = { ...sumsOf(deliveries), heard: heard[name].length };
  }
  return { transitions: steps.length, receivers };
}

/** Oldest first. What is written meanwhile does not matter: pages go back from the newest of the first one. */
async function readAll<T>(daemon: Daemon, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Page<T> = (await daemon.get<Page<T>>(`${path}?limit=1000${query}`)).body;
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items.reverse();
}

/** Waits until nothing waits any more, but for a receiver that is turned off; its counts must say so too. */
async function drain(daemon: Daemon): Promise<void> {
  const until = Date.now() + DRAIN_MS;
  for (;;) {
    const { items } = (await daemon.get<{ items: WebhookView[] }>(`${O}/webhooks`)).body;
    const waiting = items.filter(({ enabled, pending }) => enabled && pending > 0);
    if (waiting.length === 0) return;
    if (Date.now() > until) throw new Error(`still waiting: ${JSON.stringify(waiting)}`);
    await wait(20);
  }
}
