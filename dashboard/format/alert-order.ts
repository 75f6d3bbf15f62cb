import type { AlertStateName, Severity } from '../../shared/alerts.ts';

export const SEVERITY_WORDS: Record<Severity, string> = { critical: 'Critical', warning: 'Warning', info: 'Info' };
export const STATE_WORDS: Record<AlertStateName, string> = {
  firing: 'Firing',
  unknown: 'Unknown',
  pending: 'Pending',
  resolved: 'Resolved',
};

const STATES: readonly AlertStateName[] = ['firing', 'unknown', 'pending', 'resolved'];
const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info'];

interface Ranked {
  id: string;
  state: AlertStateName;
  severity: Severity;
  startsAt: string;
}

/** What is not over, the worst first: firing before unknown before pending, then by severity, then the newest. */
export function activeAlerts<T extends Ranked>(alerts: readonly T[]): T[] {
  return alerts
    .filter(({ state }) => state !== 'resolved')
    .sort(
      (a, b) =>
        STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        (a.startsAt < b.startsAt ? 1 : a.startsAt > b.startsAt ? -1 : a.id < b.id ? -1 : 1),
    );
}
