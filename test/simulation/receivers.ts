/** Receivers of webhooks that are down, slow, gone, or take a message and lose the answer. */
import type { Answer, Message, Poster } from '../../server/webhooks/post.ts';
import type { World } from './world.ts';

export interface Received {
  id: string;
  url: string;
  body: string;
  /** Which daemon sent it, counted. */
  life: number;
  /** The receiver says that it has it; the daemon may not have heard so. */
  accepted: boolean;
}

const HANG_MS = 15_000;

export interface Receivers {
  readonly received: Received[];
  poster(alive: () => boolean): Poster;
}

export function createReceivers(world: World): Receivers {
  const received: Received[] = [];
  let lives = 0;
  const { random } = world;
  const never = new Promise<never>(() => {});

  const take = (message: Message, life: number, accepted: boolean): void => {
    const id = message.headers['webhook-id'] ?? '';
    received.push({ id, url: message.url, body: message.body, life, accepted });
    world.tell(`webhook ${id} ${accepted ? 'taken' : 'heard'} ${message.body.length}`);
    const [, , organisation = '', webhook = ''] = message.url.split('/').slice(1);
    if (world.disk.store.get('deliveryIds', [organisation, webhook, id]) === undefined)
      world.fail(`webhook ${id} was sent before it was on disk (${message.url})`);
  };

  const answer = async (message: Message, life: number): Promise<Answer> => {
    const chance = world.calm ? 0 : random.next();
    await world.wait(random.below(chance > 0.5 ? 3_000 : 50));
    if (chance < 0.7) {
      take(message, life, true);
      return { status: 204 };
    }
    if (chance < 0.78) {
      take(message, life, false);
      return { status: 503 };
    }
    if (chance < 0.84) return { status: 429, retryAfter: String(1 + random.below(600)) };
    if (chance < 0.9) {
      take(message, life, true);
      throw new Error('the answer got lost');
    }
    if (chance < 0.95) {
      await world.wait(HANG_MS);
      throw Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
    }
    if (chance < 0.998) throw new Error('connection refused');
    take(message, life, false);
    return { status: 410 };
  };

  return {
    received,
    poster(alive) {
      const life = ++lives;
      return {
        async post(message) {
          world.activity.note();
          if (!alive()) return never;
          try {
            const came = await answer(message, life);
            return alive() ? came : never;
          } catch (error) {
            if (!alive()) return never;
            throw error;
          } finally {
            world.activity.note();
          }
        },
        close: async () => {},
      };
    },
  };
}
