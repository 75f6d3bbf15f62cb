/** Which organisations have something to do by themselves, and when: a batch does not go through all of them to find out. */
import type { Instant } from '../../shared/time.ts';
import { createDueList } from './due-list.ts';
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
  const timers = createDueList();
  const recomputing = new Set<string>();
  const agenda: Agenda = {
    review(id, organisation) {
      if (organisation && isRecomputing(organisation.recomputations)) recomputing.add(id);
      else recomputing.delete(id);
      timers.plan(id, organisation ? nextTimer(organisation) : Number.POSITIVE_INFINITY);
    },
    isDue: timers.isDue,
    takeDue: timers.takeDue,
    nextToRecompute(last) {
      if (recomputing.size === 0) return undefined;
      const ids = [...recomputing].sort();
      return ids.find((id) => id > last) ?? ids[0];
    },
  };
  for (const [id, organisation] of organisations) agenda.review(id, organisation);
  return agenda;
}
