/** A customer's systems: they send events late, out of order and again, and ask until they are answered. */
import type { EventResult, IngestAnswer } from '../../shared/events.ts';
import { formatInstant } from '../../shared/time.ts';
import type { NaiveInput } from '../support/naive-books.ts';
import type { Outside } from './world.ts';

const HOUR = 3_600_000;
export const LICENCES = ['Recording', 'Agent Calls', 'Inbound Agent'];
export const USERS = ['ann', 'ben', 'cyd', 'dov', 'eva', 'flo'];
const LONGEST_DELAY_MS = 6 * HOUR;
/** Ids are remembered for 48 hours from their receipt, which may be hours before the answer that came through. */
const SURELY_REMEMBERED_MS = 42 * HOUR;

/** An event as it is sent; `input` is what the model makes of it, `licences` absent where the assignment decides. */
interface Sent {
  body: Record<string, unknown>;
  input: NaiveInput;
}

export interface Acknowledged extends Sent {
  id: string;
  result: EventResult;
  answeredAt: number;
}

export interface Producers {
  readonly acknowledged: Acknowledged[];
  readonly open: number;
  readonly resent: number;
}

/** @param latest the longest time from an event to its sending, in milliseconds */
export function createProducers(world: Outside, organisation: string, meanMs: number, latest = LONGEST_DELAY_MS): Producers {
  const { clock, random } = world;
  const acknowledged: Acknowledged[] = [];
  const taken = new Set<number>();
  let made = 0;
  let open = 0;
  let resent = 0;

  /** Events of different requests never share an instant: between them the order of receipt would decide. */
  const claim = (wanted: number): number => {
    let at = wanted;
    while (taken.has(at) || at % 1000 === 0) at++;
    taken.add(at);
    return at;
  };

  const instant = (): number => {
    const roll = random.next();
    const late = roll < 0.6 ? random.below(3_000) : roll < 0.85 ? random.below(600_000) : random.below(latest);
    return claim(roll > 0.97 ? clock.now() + random.below(240_000) : clock.now() - late);
  };

  const event = (at: number): Sent => {
    const base = { organisation, at: formatInstant(at), id: `${organisation}-${made++}` };
    const roll = random.next();
    if (roll < 0.02) {
      const input: NaiveInput = { type: 'logout-all', user: '', device: '', source: 'Scheduled Log Off', at };
      return { body: { ...base, type: 'logout-all' }, input };
    }
    const type = roll < 0.55 ? 'login' : roll < 0.88 ? 'logout' : 'heartbeat';
    const device = random.chance(0.6) ? 'desktop' : 'deskphone';
    const source =
      type === 'login' && device === 'deskphone'
        ? 'Paired Device'
        : type === 'logout' && random.chance(0.3)
          ? 'Agent Desktop Connection Lost'
          : 'Agent Desktop';
    const user = USERS[random.below(USERS.length)] as string;
    const leaseSeconds = type !== 'logout' && random.chance(0.3) ? 600 + random.below(4 * 3_600) : undefined;
    const licences = type === 'login' && random.chance(0.7) ? LICENCES.filter(() => random.chance(0.5)) : undefined;
    return {
      body: { ...base, type, user, device, logonSource: source, leaseSeconds, licences },
      input: {
        type,
        user,
        device,
        source,
        at,
        ...(licences && { licences }),
        ...(leaseSeconds !== undefined && { leaseMs: leaseSeconds * 1000 }),
      },
    };
  };

  const request = (): Sent[] => {
    const size = 1 + random.below(random.chance(0.2) ? 12 : 3);
    let at = instant();
    return Array.from({ length: size }, () => {
      if (random.chance(0.7)) at = instant();
      return event(at);
    });
  };

  const accept = (events: Sent[], answer: IngestAnswer, tries: number): void => {
    const { results, seq } = answer;
    if (seq > world.disk.committedSeq()) world.fail(`seq ${seq} was answered; ${world.disk.committedSeq()} is on disk`);
    if (results.length !== events.length) {
      world.fail(`${events.length} events, ${results.length} results`);
      return;
    }
    const duplicates = results.filter(({ status }) => status === 'duplicate').length;
    if (duplicates !== 0 && duplicates !== results.length) world.fail(`a torn request: ${JSON.stringify(results)}`);
    if (duplicates > 0 && tries === 1) world.fail(`a first try is a duplicate: ${JSON.stringify(results)}`);
    const answeredAt = clock.now();
    for (const [index, sent] of events.entries())
      acknowledged.push({ ...sent, id: sent.body['id'] as string, result: results[index] as EventResult, answeredAt });
  };

  const backOff = (): number => (world.calm ? 500 + random.below(1_000) : 500 + random.below(random.chance(0.9) ? 10_000 : 2 * HOUR));

  const deliver = async (events: Sent[]): Promise<void> => {
    const body = JSON.stringify(events.map((sent) => sent.body));
    for (let tries = 1; world.failures.length === 0; tries++) {
      if (tries > 1) resent++;
      const asked = world.ask('POST', '/api/v1/events', body);
      if (!world.calm && random.chance(0.01)) world.fuse = random.below(16);
      const answer = await asked;
      if (answer?.status === 200) return accept(events, JSON.parse(answer.body) as IngestAnswer, tries);
      if (answer && answer.status !== 503) world.fail(`events were answered ${answer.status} ${answer.body}`);
      if (answer?.status === 503 && answer.headers['retry-after'] === undefined) world.fail('503 without Retry-After');
      await world.wait(backOff());
    }
  };

  /** Somebody sends what was acknowledged long ago once more: it must be answered as the first time. */
  const repeat = async (): Promise<void> => {
    const since = clock.now() - SURELY_REMEMBERED_MS;
    const first = acknowledged.findIndex(({ answeredAt }) => answeredAt > since);
    const old = first < 0 ? undefined : acknowledged[first + random.below(acknowledged.length - first)];
    if (!old) return;
    const answer = await world.ask(
      'POST',
      '/api/v1/events',
      JSON.stringify({ ...old.body, licences: ['Something Else'], type: 'login', user: 'x', logonSource: 'CRM' }),
    );
    if (answer?.status !== 200) return;
    const [result] = (JSON.parse(answer.body) as IngestAnswer).results;
    if (result?.status !== 'duplicate' || result.records.join() !== old.result.records.join())
      world.fail(`${old.id} sent again was answered ${JSON.stringify(result)}, first ${JSON.stringify(old.result)}`);
  };

  /** One bad event, and nothing of the request may be recorded. */
  const refuse = async (): Promise<void> => {
    const events = [
      ...request().map((sent) => ({ ...sent.body, id: `refused-${sent.body['id']}` })),
      { type: 'login', organisation, user: '' },
    ];
    const answer = await world.ask('POST', '/api/v1/events', JSON.stringify(events));
    if (answer && answer.status !== 400 && answer.status !== 503) world.fail(`a bad request was answered ${answer.status}`);
  };

  const produce = async (): Promise<void> => {
    for (;;) {
      await world.wait(random.below(2 * meanMs));
      if (world.calm) continue;
      if (random.chance(0.04)) await repeat();
      else if (random.chance(0.03)) await refuse();
      else {
        // It does not wait for the answer: what it sends next may come first.
        open++;
        void deliver(request()).finally(() => open--);
      }
    }
  };
  void produce();
  return {
    acknowledged,
    get open() {
      return open;
    },
    get resent() {
      return resent;
    },
  };
}
