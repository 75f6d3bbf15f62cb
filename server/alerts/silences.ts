import type { AlertMatchers, Severity } from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';

export interface Silence {
  id: string;
  matchers: AlertMatchers;
  startsAt: Instant;
  endsAt: Instant;
  by: string;
  note: string;
}

export interface Matchable {
  rule: string;
  licenceType: string;
  severity: Severity;
}

/** Every matcher that is named must agree. */
export function isMeant({ rule, licenceType, severity }: AlertMatchers, alert: Matchable): boolean {
  if (rule !== undefined && rule !== alert.rule) return false;
  if (licenceType !== undefined && licenceType !== alert.licenceType) return false;
  return severity === undefined || severity === alert.severity;
}

/** The silence that keeps an alert's webhooks back at an instant, the longest of several. */
export function silencing(silences: Iterable<Silence>, alert: Matchable, now: Instant): Silence | null {
  let found: Silence | null = null;
  for (const silence of silences) {
    if (now >= silence.endsAt || (found && found.endsAt >= silence.endsAt)) continue;
    if (isMeant(silence.matchers, alert)) found = silence;
  }
  return found;
}
