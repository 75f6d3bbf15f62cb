/** Which organisations have something to do by themselves, and when: a batch does not go through all of them to find out. */
import TinyQueue from 'tinyqueue';
import type { Instant } from '../../shared/time.ts';
import type { Organisation } from './organisation.ts';
import { isRecomputing } from './recomputation.ts';
import { nextTimer } from './timers.ts';

export interface Agenda {
  /** Looks up anew what an organisation has to do. To be called for each that a batch met; `undefined`: there is no such one any more. */
  review(id: string, organisation: Organisation | undefined): void;
  isDue(now: Instant): boolean;
  /** Those whose timers are due, each once. They have to be reviewed afterwards. */
  takeDue(now: Instant): string[];
  /** One that has something to recompute; those after `last` first, so that everyone gets a turn. */
  nextToRecompute(last: string): string | undefined;
}

export function createAgenda(organisations: ReadonlyMap<string, Organisation>): Agenda {
  // An organisation may stand in the queue more than once: only its newest instant counts.
  const queue = new TinyQueue<{ id: string; at: Instant }>([], (a, b) => a.at - b.at);
  const instants = new Map<string, Instant>();
  const recomputing = new Set<string>();

  const isOld = (item: { id: string; at: Instant }): boolean => instants.get(item.id) !== item.at;
  const first = () => {
    let item = queue.peek();
    for (; item && isOld(item); item = queue.peek()) queue.pop();
    return item;
  };

  const agenda: Agenda = {
    review(id, organisation) {
      if (organisation && isRecomputing(organisation.recomputations)) recomputing.add(id);
      else recomputing.delete(id);
      const at = organisation ? nextTimer(organisation) : Number.POSITIVE_INFINITY;
      if (instants.get(id) === at) return;
      instants.set(id, at);
      if (at < Number.POSITIVE_INFINITY) queue.push({ id, at });
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
    nextToRecompute(last) {
      if (recomputing.size === 0) return undefined;
      const ids = [...recomputing].sort();
      return ids.find((id) => id > last) ?? ids[0];
    },
  };
  for (const [id, organisation] of organisations) agenda.review(id, organisation);
  return agenda;
}
