import type { AlertRuleView, Severity } from '../../shared/alerts.ts';
import type { Resolution } from '../../shared/history.ts';
import { parseInstant } from '../../shared/time.ts';
import type { HistoryRow, LicenceRow } from '../../shared/views.ts';
import { formatAverage, formatCount } from './number.ts';
import type { TimeRange } from './range.ts';
import { exactMoment, shortMoment } from './time.ts';

/** More buckets than a wide screen has pixels tell nothing. */
const MOST_BUCKETS = 3_000;
const LENGTHS: [Resolution, number][] = [
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
];

/** The finest resolution that a chart of this range can show. */
export const resolutionFor = ({ from, to }: TimeRange): Resolution =>
  LENGTHS.find(([, length]) => (to - from) / length <= MOST_BUCKETS)?.[0] ?? '1d';

export const RESOLUTION_WORDS: Record<Resolution, string> = {
  '5m': 'five minutes',
  '1h': 'hours',
  '1d': 'days',
  billing: 'billing periods',
};

/** What a reader must know of a bucket besides its numbers. */
export const bucketState = ({ provisional, complete }: HistoryRow): string =>
  [complete ? '' : 'not recorded all the time', provisional ? 'provisional' : ''].filter(Boolean).join(', ');

export function bucketInWords(row: HistoryRow, now: number, timeZone: string): string {
  const { inUse, contingency } = row;
  const moment = (text: string | null) => (text === null ? '' : ` at ${exactMoment(parseInstant(text) ?? now, now, timeZone)}`);
  const overflow = contingency.highest > 0 ? `, contingency up to ${formatCount(contingency.highest)}` : '';
  const state = bucketState(row);
  return `From ${shortMoment(parseInstant(row.start) ?? now, now, timeZone).replace(/^(?:at|on) /, '')}: highest ${formatCount(inUse.highest)}${moment(inUse.highestAt)}, average ${formatAverage(inUse.average)}, lowest ${formatCount(inUse.lowest)}${overflow}${state ? ` (${state})` : ''}`;
}

/** The bucket with the first highest level. */
export function highestOf(rows: readonly HistoryRow[]): HistoryRow | null {
  return rows.reduce<HistoryRow | null>((best, row) => (row.inUse.highest > (best?.inUse.highest ?? 0) ? row : best), null);
}

export interface Threshold {
  level: number;
  label: string;
  severity: Severity;
}

/** Where the rules that watch a type's level would draw their line; those about something else have none. */
export function thresholds(rules: readonly AlertRuleView[], { licenceType, concurrent }: LicenceRow): Threshold[] {
  const total = concurrent.total;
  return rules
    .filter((rule) => rule.licenceType === '*' || rule.licenceType === licenceType)
    .flatMap(({ name, metric, threshold, severity }) => {
      const level = {
        inUse: threshold,
        billingPeriodPeak: threshold,
        utilisation: total === null ? null : threshold * total,
        concurrentAvailable: total === null ? null : total - threshold,
        contingencyUsed: total === null ? null : total + threshold,
        concurrentUsed: threshold,
      }[metric as string];
      return level === null || level === undefined ? [] : [{ level, label: name, severity }];
    });
}
