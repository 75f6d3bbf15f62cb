/** Which organisations are due by an instant: a batch does not go through all of them to find out. */
import TinyQueue from 'tinyqueue';
import type { Instant } from '../../shared/time.ts';

export interface DueList {
  /** Only the newest instant of an organisation counts. Infinity: never. */
  plan(id: string, at: Instant): void;
  isDue(now: Instant): boolean;
  /** Each once; they have to be planned anew. */
  takeDue(now: Instant): string[];
}

interface Planned {
  id: string;
  at: Instant;
}

/** Instants that do not count any more stay in the queue until they come to its front; with so many more it is made anew. */
const SPARE = 1_000;

const earlier = (a: Planned, b: Planned) => a.at - b.at;

export function createDueList(): DueList {
  let queue = new TinyQueue<Planned>([], earlier);
  const instants = new Map<string, Instant>();

  const first = (): Planned | undefined => {
    let item = queue.peek();
    for (; item && instants.get(item.id) !== item.at; item = queue.peek()) queue.pop();
    return item;
  };

  return {
    plan(id, at) {
      if (instants.get(id) === at) return;
      if (at === Number.POSITIVE_INFINITY) {
        instants.delete(id);
        return;
      }
      instants.set(id, at);
      queue.push({ id, at });
      if (queue.length > 2 * instants.size + SPARE) {
        queue = new TinyQueue<Planned>(
          [...instants].map(([one, when]) => ({ id: one, at: when })),
          earlier,
        );
      }
    },
    isDue: (now) => (first()?.at ?? Number.POSITIVE_INFINITY) <= now,
    takeDue(now) {
      const due: string[] = [];
      for (let item = first(); item && item.at <= now; item = first()) {
        queue.pop();
        instants.delete(item.id);
        due.push(item.id);
      }
      return due;
    },
  };
}
