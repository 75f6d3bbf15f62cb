import { type Random, seededRandom } from '../../server/simulate/random.ts';
import type { IngestAnswer } from '../../shared/events.ts';
import type { Daemon } from '../support/daemon.ts';
import type { Ledger, LoadEvent } from './ledger.ts';

export const ORGANISATION = 'crash';
const LICENCES = ['Agent Calls', 'Inbound Agent', 'Recording', 'Supervisor'] as const;
/** Small requests are many to a commit, large ones make it long: a kill should fall into both. */
const SIZES = [1, 5, 300] as const;

export interface Producer {
  /** Sends one request after the other until the daemon is gone; what was without an answer then waits for `settle`. */
  run(daemon: Daemon): Promise<void>;
  /** Sends again what had no answer, once. */
  settle(daemon: Daemon): Promise<void>;
}

/** A customer's system with users of its own, so that its requests, sent one by one, have a known outcome. */
export function createProducer(name: string, seed: number, ledger: Ledger): Producer {
  const random = seededRandom(seed);
  let made = 0;
  let unanswered: LoadEvent[] | null = null;
  let tries = 0;

  const request = (): LoadEvent[] =>
    Array.from({ length: 1 + random.below(random.pick(SIZES)) }, () => event(random, name, `${name}-${made++}`));

  /** False when the daemon is gone. @throws when it answers anything but 200 */
  async function send(daemon: Daemon, events: LoadEvent[]): Promise<boolean> {
    unanswered = events;
    tries++;
    const answer = await daemon.post<IngestAnswer>('/api/v1/events', events).catch(() => null);
    if (answer === null) return false;
    if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
    ledger.acknowledge(events, answer.body, tries);
    unanswered = null;
    tries = 0;
    return true;
  }

  return {
    async run(daemon) {
      while (await send(daemon, request()));
    },
    async settle(daemon) {
      if (unanswered !== null && !(await send(daemon, unanswered))) throw new Error(`${name}: no answer from a daemon that runs`);
    },
  };
}

function event(random: Random, name: string, id: string): LoadEvent {
  const type = random.chance(0.55) ? 'login' : 'logout';
  return {
    type,
    organisation: ORGANISATION,
    user: `${name}-user-${random.below(40)}`,
    device: `device-${random.below(2)}`,
    logonSource: 'Agent Desktop',
    ...(type === 'login' ? { licences: [random.pick(LICENCES)] } : {}),
    id,
  };
}
