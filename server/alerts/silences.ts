import type { Severity, SilenceMatchers } from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';

export interface Silence {
  id: string;
  matchers: SilenceMatchers;
  startsAt: Instant;
  endsAt: Instant;
  by: string;
  note: string;
}

export interface Silenceable {
  rule: string;
  licenceType: string;
  severity: Severity;
}

/** The silence that keeps an alert's webhooks back at an instant, the longest of several; every matcher that is named must agree. */
export function silencing(silences: Iterable<Silence>, alert: Silenceable, now: Instant): Silence | null {
  let found: Silence | null = null;
  for (const silence of silences) {
    const { rule, licenceType, severity } = silence.matchers;
    if (now >= silence.endsAt || (found && found.endsAt >= silence.endsAt)) continue;
    if (rule !== undefined && rule !== alert.rule) continue;
    if (licenceType !== undefined && licenceType !== alert.licenceType) continue;
    if (severity !== undefined && severity !== alert.severity) continue;
    found = silence;
  }
  return found;
}
