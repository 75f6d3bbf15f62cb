import type { AlertTransitionView } from '../../shared/alerts.ts';
import { parseInstant } from '../../shared/time.ts';
import type { TimeRange } from './range.ts';

export interface Firing {
  alert: string;
  rule: string;
  from: number;
  /** `null`: it still fired when the range ended. */
  to: number | null;
}

/** How far back steps are read, to know what was firing already when a range begins. */
export const LOOK_BACK_MS = 30 * 86_400_000;

/**
 * Stretches of firing that touch a range, newest first. What is not known for a while goes on: silence of the feed is no end.
 *
 * @param steps of one licence type, newest first
 */
export function firingsIn(steps: readonly AlertTransitionView[], { from, to }: TimeRange): Firing[] {
  const open = new Map<string, Firing>();
  const all: Firing[] = [];
  for (const step of [...steps].reverse()) {
    const at = parseInstant(step.at) ?? from;
    const known = open.get(step.alert);
    if (step.to === 'firing' && !known) {
      const firing = { alert: step.alert, rule: step.rule, from: at, to: null };
      open.set(step.alert, firing);
      all.push(firing);
    }
    if (known && (step.to === 'resolved' || step.to === 'inactive')) {
      known.to = at;
      open.delete(step.alert);
    }
  }
  return all.filter((firing) => firing.from < to && (firing.to ?? to) > from).reverse();
}
