import type { LiveAlert } from '../../shared/live-protocol.ts';
import type { LicenceRow } from '../../shared/views.ts';
import { type AlertWords, alertWords } from '../format/alert-facts.ts';
import { type AlertSummary, alertSummary } from '../format/alert-summary.ts';
import type { Dashboard } from './dashboard.ts';

/** What can be said of all alerts at this moment. */
export function summaryOf({ live, alerts }: Dashboard, only?: string): AlertSummary {
  const state = live.state();
  return alertSummary({
    alerts: alerts.alerts()?.filter(({ licenceType }) => only === undefined || licenceType === only) ?? null,
    rules: alerts.rules()?.filter(({ licenceType }) => only === undefined || licenceType === only || licenceType === '*') ?? null,
    types: only === undefined ? (state?.usage.licences.length ?? 0) : 1,
    isOld: live.standsStill(),
    feedSilent: state?.usage.completeness === 'stale',
  });
}

/** An alert as it may be shown: what fired when the numbers were last heard is not known while they stand still, as when the feed is silent. */
export const asKnown = ({ live }: { live: Pick<Dashboard['live'], 'standsStill'> }, alert: LiveAlert): LiveAlert =>
  live.standsStill() && alert.state !== 'resolved' ? { ...alert, state: 'unknown' } : alert;

/** An alert in words, with the newest number that is known. */
export function wordsOf({ live, alerts }: Dashboard, alert: LiveAlert): AlertWords {
  return alertWords(alert, alerts.rule(alert.rule), rowOf(live.state()?.usage.licences, alert.licenceType));
}

const rowOf = (rows: readonly LicenceRow[] | undefined, licenceType: string) => rows?.find((row) => row.licenceType === licenceType);
