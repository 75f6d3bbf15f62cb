/** An alert in words: its sentence, and the annotations of its rule with the placeholders filled in. */
import type { AlertMetric, AlertOp, AlertRule, AlertStateName } from '../../shared/alerts.ts';
import { formatAmount } from '../../shared/numbers.ts';
import type { Instant } from '../../shared/time.ts';

export interface Worded {
  organisation: string;
  /** Id of the rule. */
  id: string;
  rule: AlertRule;
  licenceType: string;
  state: AlertStateName;
  value: number | null;
  startsAt: string;
  /** Of a rule that looks ahead. */
  expected?: Expected | null;
  /** Why it is unknown, where silence of the feed is not the cause. */
  trouble?: string | null;
}

/** What is likely to come, and when. */
export interface Expected {
  at: Instant;
  /** The same on the organisation's clock, `09:42`. */
  clock: string;
  /** The pool that is then full; null where it is about something else. */
  pool: 'concurrent' | 'contingency' | null;
}

/** A message stays below what receivers take, whatever the placeholders bring. */
const LONGEST = 1_000;

/** Names in double braces become values: `{{ licenceType }}`, or `{{ $value }}` as Prometheus writes it. What is no such name stays. */
export function renderedAnnotations(worded: Worded): Record<string, string> {
  const { organisation, id, rule, licenceType, state, value, startsAt } = worded;
  const values = new Map<string, string>(
    Object.entries({
      organisation,
      rule: id,
      name: rule.name,
      licenceType,
      metric: rule.metric,
      op: rule.op,
      threshold: String(rule.threshold),
      severity: rule.severity,
      state,
      value: value === null ? '–' : String(value),
      startsAt,
      expectedAt: worded.expected?.clock ?? '–',
      summary: summaryOf(worded),
    }),
  );
  const fill = (text: string): string =>
    text.replaceAll(/\{\{\s*\$?(\w+)\s*\}\}/g, (whole, name: string) => values.get(name) ?? whole).slice(0, LONGEST);
  return Object.fromEntries(Object.entries(rule.annotations).map(([key, text]) => [key, fill(text)]));
}

const PREFIX: Record<AlertStateName, string> = {
  pending: 'not yet firing, ',
  firing: '',
  resolved: 'over, ',
  unknown: 'not known while no events arrive, at last ',
};

/** @example 'Agent Calls: 95 % of the concurrent licences in use (limit: 90 % or more).' */
export function summaryOf({ rule, licenceType, state, value, expected = null, trouble = null }: Worded): string {
  const subject = rule.metric === 'feedAge' ? 'The feed' : licenceType;
  if (trouble) return `${subject}: not known, ${trouble}.`;
  const what =
    value === null ? 'the rule does not apply any more' : statement(rule.metric, shownValue(rule.metric, value), value, expected);
  return `${subject}: ${PREFIX[state]}${what} (limit: ${limit(rule.op, shownValue(rule.metric, rule.threshold))}).`;
}

function statement(metric: AlertMetric, value: string, number: number, expected: Expected | null): string {
  switch (metric) {
    case 'inUse':
      return `${value} in use`;
    case 'concurrentUsed':
      return `${value} in use from the concurrent pool`;
    case 'concurrentAvailable':
      return `${value} free in the concurrent pool`;
    case 'utilisation':
      return `${value} of the concurrent licences in use`;
    case 'contingencyUsed':
      return `${value} in use from the contingency pool (overflow)`;
    case 'overLimit':
      return `${value} in use beyond both pools`;
    case 'billingPeriodPeak':
      return `the high-water mark of the billing period is ${value}`;
    case 'sessionAge':
      return `the oldest session has been open for ${value}`;
    case 'feedAge':
      return `no event for ${value}`;
    case 'secondsUntilFull': {
      const pool = `the ${expected?.pool === 'contingency' ? 'contingency (overflow)' : 'concurrent'} pool`;
      if (!expected) return 'at this rate no pool is full within a day';
      return number === 0 ? `${pool} is full` : `at this rate ${pool} is full in about ${value} (around ${expected.clock})`;
    }
    case 'billingPeriodPeakExpected':
      return expected
        ? `a high-water mark of ${value} is likely today at about ${expected.clock}`
        : `the high-water mark of the billing period is likely to stay at ${value} today`;
    case 'billingPeriodPeakRiseExpected':
      return expected
        ? `a new high-water mark is likely today at about ${expected.clock}, ${value} above the present one`
        : 'no new high-water mark is likely today';
  }
}

const LIMITS: Record<AlertOp, (value: string) => string> = {
  '>=': (value) => `${value} or more`,
  '>': (value) => `more than ${value}`,
  '<=': (value) => `${value} or less`,
  '<': (value) => `less than ${value}`,
};
const limit = (op: AlertOp, value: string): string => LIMITS[op](value);

const IN_SECONDS: readonly AlertMetric[] = ['sessionAge', 'feedAge', 'secondsUntilFull'];

function shownValue(metric: AlertMetric, value: number): string {
  if (metric === 'utilisation') return `${Math.round(value * 1000) / 10} %`;
  return IN_SECONDS.includes(metric) ? duration(value) : formatAmount(value);
}

/** @example '2 h 5 min' */
function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return `${minutes} min`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
