import type { LicenceRow } from '../../shared/views.ts';
import type { ChartSource } from '../charts/level-chart.ts';
import type { LevelLine } from '../charts/level-lines.ts';
import { thresholds } from '../format/history-words.ts';
import { formatCount } from '../format/number.ts';
import type { Dashboard } from './dashboard.ts';

/** What the chart of a licence type shows at this moment. The line ends where the numbers were last confirmed. */
export function chartSource({ live, levels, timeZone }: Dashboard, row: LicenceRow): ChartSource {
  const now = live.serverNow();
  const { concurrent, peak } = row;
  const line = (level: number | null, words: string, kind: LevelLine['kind']): LevelLine[] =>
    level === null ? [] : [{ level, label: `${words} ${formatCount(level)}`, kind }];
  return {
    steps: levels.steps(row.licenceType),
    now,
    until: live.isOld() ? (live.heardAt() ?? now) : (live.notRecording()?.since ?? now),
    lines: [
      ...line(concurrent.total, 'Concurrent entitlement', 'entitlement'),
      ...line(peak.day.value > 0 ? peak.day.value : null, 'High water today', 'mark'),
    ],
    timeZone: timeZone(),
  };
}

/** Where the alert rules that watch a type's level begin to fire. */
export const thresholdLines = ({ alerts }: Dashboard, row: LicenceRow): LevelLine[] =>
  thresholds(alerts.rules() ?? [], row).map(({ level, label, severity }) => ({ level, label, kind: severity }));
