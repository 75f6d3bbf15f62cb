import { type AlertMetric, type AlertOp, type AlertRule, EVERY_TYPE } from '../../shared/alerts.ts';
import { METRIC_WORDS, metricValue } from './alert-metric.ts';
import { inWords } from './duration.ts';

/** As a choice in a list, and in a sentence. */
export const OP_WORDS: Record<AlertOp, string> = { '>=': 'at least', '>': 'more than', '<=': 'at most', '<': 'less than' };

/** What ends it: the opposite of the comparison. */
const ENDS: Record<AlertOp, (value: string) => string> = {
  '>=': (value) => `below ${value}`,
  '>': (value) => `at ${value} or below`,
  '<=': (value) => `above ${value}`,
  '<': (value) => `at ${value} or above`,
};

export type RuleTerms = Pick<
  AlertRule,
  'licenceType' | 'metric' | 'op' | 'threshold' | 'clearThreshold' | 'forSeconds' | 'keepFiringForSeconds'
>;

/** `Fires when Inbound Agent in use is at least 90 % of the concurrent licences for 2 min; ends below 85 %`. */
export function ruleSentence(rule: RuleTerms): string {
  const { metric, op, threshold, clearThreshold = threshold, forSeconds, keepFiringForSeconds } = rule;
  const every = rule.licenceType === EVERY_TYPE && metric !== 'feedAge';
  const subject = METRIC_WORDS[metric].subject(every ? null : rule.licenceType);
  const wait = forSeconds > 0 ? ` for ${inWords(forSeconds * 1_000)}` : '';
  const ends = ENDS[op](metricValue(metric, clearThreshold));
  const end = keepFiringForSeconds > 0 ? `ends after ${inWords(keepFiringForSeconds * 1_000)} ${ends}` : `ends ${ends}`;
  return `Fires${every ? ', for each licence type on its own,' : ''} when ${subject} is ${thresholdWords(metric, op, threshold)}${wait}; ${end}`;
}

/** `at least 90 % of the concurrent licences` */
export function thresholdWords(metric: AlertMetric, op: AlertOp, threshold: number): string {
  const share = METRIC_WORDS[metric].kind === 'share' ? ` ${METRIC_WORDS[metric].unit}` : '';
  return `${OP_WORDS[op]} ${metricValue(metric, threshold)}${share}`;
}
