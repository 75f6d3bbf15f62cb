import { ALERT_METRICS, type AlertMetric, type AlertOp, type AlertTransitionView } from '../../shared/alerts.ts';
import { METRIC_WORDS, metricValue } from './alert-metric.ts';
import { OP_WORDS } from './alert-sentence.ts';
import { inWords } from './duration.ts';

/** As the daemon writes why an alert went a step: `utilisation is 1.033 (>= 0.8) for 60 s`. */
const COMPARED = /^(\w+) is (\S+) \((>=|>|<=|<) (\S+)\)(?:; it fires if that lasts (\S+) s| for (\S+) s)?$/;
const BACK = /^the value is back at (\S+?)(?: for (\S+) s)?$/;

const knownMetric = (name: string | undefined): AlertMetric | undefined => ALERT_METRICS.find((metric) => metric === name);
const seconds = (text: string): string => inWords(Number(text) * 1_000);
const withUnit = (metric: AlertMetric, value: string): string => `${metricValue(metric, Number(value))} ${METRIC_WORDS[metric].unit}`;

/** What was watched when these steps were made: a rule may have been changed since. */
export const metricOfSteps = (steps: readonly AlertTransitionView[]): AlertMetric | undefined =>
  steps.map(({ reason }) => knownMetric(COMPARED.exec(reason)?.[1])).find((metric) => metric !== undefined);

/**
 * Why an alert went a step, for people.
 *
 * @param watched what the alert's rule looks at, where that is known: a bare 0.97 would be read as one licence
 * @example reasonWords('utilisation is 1.033 (>= 0.8) for 60 s', undefined) // '103.3 % of the concurrent licences: at least 80 %, for 1 min'
 */
export function reasonWords(reason: string, watched: AlertMetric | undefined): string {
  const [, name, value = '', op, threshold = '', ahead, held] = COMPARED.exec(reason) ?? [];
  const metric = knownMetric(name);
  if (metric) {
    const limit = `${OP_WORDS[op as AlertOp]} ${metricValue(metric, Number(threshold))}`;
    const time = ahead ? `; it fires if that lasts ${seconds(ahead)}` : held ? `, for ${seconds(held)}` : '';
    return `${withUnit(metric, value)}: ${limit}${time}`;
  }
  const [isBack, back = '', kept] = BACK.exec(reason) ?? [];
  if (isBack) {
    const where = watched ? `Back at ${withUnit(watched, back)}` : 'The value is back';
    return kept ? `${where}, for ${seconds(kept)}` : where;
  }
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}
