/** What one receiver heard, what is listed for it and what happened, held against one another. */
import type { AlertTransitionView, DeliveryView } from '../../shared/alerts.ts';

export interface Heard {
  id: string;
  raw: string;
  data: Record<string, unknown>;
  /** The receiver says that it has it. */
  accepted: boolean;
}

export interface Account {
  transitions: AlertTransitionView[];
  /** Oldest first. */
  deliveries: DeliveryView[];
  /** In the order in which it came. */
  heard: Heard[];
  /** It was never turned off, so each transition is one message to it. */
  always: boolean;
}

export interface Sums {
  delivered: number;
  dead: number;
  coalesced: number;
  pending: number;
}

export function sumsOf(deliveries: readonly DeliveryView[]): Sums {
  const count = (good: (one: DeliveryView) => boolean) => deliveries.filter(good).length;
  return {
    delivered: count(({ status }) => status === 'delivered'),
    dead: count(({ status, coalescedInto }) => status === 'failed' && coalescedInto === undefined),
    coalesced: count(({ coalescedInto }) => coalescedInto !== undefined),
    pending: count(({ status }) => status === 'pending'),
  };
}

/** What does not come out even, in words; empty when all is well. */
export function differences({ transitions, deliveries, heard, always }: Account): string[] {
  const wrong: string[] = [];
  const index = new Map(deliveries.map(({ id }, nth) => [id, nth]));
  if (index.size !== deliveries.length) wrong.push(`${deliveries.length} messages have ${index.size} ids`);
  if (always && deliveries.length !== transitions.length) wrong.push(`${transitions.length} transitions, ${deliveries.length} messages`);
  const bySeq = new Map(transitions.map((transition, nth) => [transition.seq, nth]));
  const bodies = new Map<string, string>();
  const newest = new Map<unknown, number>();
  for (const { id, raw, data } of heard) {
    const nth = index.get(id);
    const transition = bySeq.get(Number(data['seq']));
    if (nth === undefined) wrong.push(`${id} was heard and is not listed`);
    if (transition === undefined) wrong.push(`${id} tells of step ${data['seq']}, which is not in the history`);
    if (nth === undefined || transition === undefined) continue;
    if (always && nth !== transition) wrong.push(`${id} is message ${nth} and tells of transition ${transition}`);
    if (deliveries[nth]?.type !== `alert.${transitions[transition]?.to}`) wrong.push(`${id} is of another type than its step`);
    if ((bodies.get(id) ?? raw) !== raw) wrong.push(`${id} came with two contents`);
    bodies.set(id, raw);
    const about = data['rule'];
    if (nth < (newest.get(about) ?? -1)) wrong.push(`${id} about ${about} came after a later one`);
    newest.set(about, nth);
  }
  const accepted = new Set(heard.filter((one) => one.accepted).map(({ id }) => id));
  for (const [nth, { id, status, coalescedInto, attempts }] of deliveries.entries()) {
    if (status === 'delivered' && !accepted.has(id)) wrong.push(`${id} counts as delivered and was never taken`);
    if (coalescedInto === undefined) continue;
    if (status !== 'failed' || attempts.length > 0 || bodies.has(id)) wrong.push(`${id} was left out and yet sent`);
    if ((index.get(coalescedInto) ?? -1) <= nth) wrong.push(`${id} was left out for ${coalescedInto}, which is no later message`);
  }
  return wrong;
}
