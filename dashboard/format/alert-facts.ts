import { type AlertRuleView, compares } from '../../shared/alerts.ts';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import type { LicenceRow } from '../../shared/views.ts';
import { METRIC_WORDS, metricOf, metricValue } from './alert-metric.ts';
import { thresholdWords } from './alert-sentence.ts';

export interface AlertWords {
  /** What the rule is called. */
  title: string;
  /** `97 % of the concurrent licences`; empty while the rule is not known: a bare 0.97 would be read as one licence. */
  now: string;
  /** `at least 90 % of the concurrent licences`; empty while the rule is not known. */
  limit: string;
  /** Fires on, though the value is back: it wavers around the limit, or has not been back for long enough. */
  easing: boolean;
}

/** An alert in words. The row's number is newer than the alert's: that is as of its last step. */
export function alertWords(
  alert: Pick<LiveAlert, 'rule' | 'state' | 'value' | 'threshold'>,
  rule: AlertRuleView | undefined,
  row: LicenceRow | undefined,
): AlertWords {
  if (!rule) return { title: alert.rule, now: '', limit: '', easing: false };
  const { metric, op } = rule;
  const live = row && metricOf(metric, row);
  const value = live === undefined ? alert.value : live;
  const unit = value === null ? '' : ` ${METRIC_WORDS[metric].unit}`;
  const easing = alert.state === 'firing' && value !== null && !compares(op, value, alert.threshold);
  return { title: rule.name, now: metricValue(metric, value) + unit, limit: thresholdWords(metric, op, alert.threshold), easing };
}
