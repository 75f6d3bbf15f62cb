import type { LicenceRow } from '../../shared/views.ts';
import type { ChartSource } from '../charts/level-chart.ts';
import type { Dashboard } from './dashboard.ts';

/** What the chart of a licence type shows at this moment. The line ends where the numbers were last confirmed. */
export function chartSource({ live, levels, timeZone }: Dashboard, row: LicenceRow): ChartSource {
  const now = live.serverNow();
  return {
    steps: levels.steps(row.licenceType),
    now,
    until: live.isOld() ? (live.heardAt() ?? now) : now,
    entitlement: row.concurrent.total,
    mark: row.peak.day.value > 0 ? row.peak.day.value : null,
    timeZone: timeZone(),
  };
}
