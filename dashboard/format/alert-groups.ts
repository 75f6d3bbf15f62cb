import type { AlertStateName, Severity } from '../../shared/alerts.ts';
import { activeAlerts } from './alert-order.ts';

interface Alarming {
  id: string;
  licenceType: string;
  state: AlertStateName;
  severity: Severity;
  startsAt: string;
}

export interface AlertGroup<T> {
  worst: T;
  /** How many others there are of the same licence type. */
  more: number;
}

/** What must be seen across a room: of each licence type the worst that is firing or not known, the worst type first; infos are left out. */
export function alarming<T extends Alarming>(alerts: readonly T[]): AlertGroup<T>[] {
  const groups = new Map<string, AlertGroup<T>>();
  for (const alert of activeAlerts(alerts)) {
    if (alert.state === 'pending' || alert.severity === 'info') continue;
    const group = groups.get(alert.licenceType);
    if (group) group.more += 1;
    else groups.set(alert.licenceType, { worst: alert, more: 0 });
  }
  return [...groups.values()];
}

const TURN_MS = 8_000;

/** As many as there is room for; where there are more, others with every turn of the clock, so that nothing has to be kept going. */
export function turning<T>(items: readonly T[], room: number, now: number): T[] {
  if (items.length <= room) return [...items];
  const first = Math.floor(now / TURN_MS) * room;
  return Array.from({ length: room }, (_, index) => items[(first + index) % items.length] as T);
}
