/** What people say about alerts: rules, acknowledgements, silences. */
import { z } from 'zod';
import {
  ALERT_METRICS,
  ALERT_OPS,
  ALERT_STATES,
  type AlertMatchers,
  type AlertRule,
  type AlertStateName,
  SEVERITIES,
} from '../../shared/alerts.ts';
import { licenceTypeName } from '../../shared/catalogue.ts';
import type { Instant } from '../../shared/time.ts';
import type { AlertHistoryQuery } from '../pipeline-types.ts';
import { bounded, checked } from './checked.ts';
import { instant, name } from './fields.ts';
import { shown } from './issues.ts';
import { numberedPageQuery, parseQuery } from './query.ts';
import { Problems } from './refusal.ts';

const YEAR_SECONDS = 31_536_000;
/** A message stays below the 20 kB that receivers expect. */
const MAX_ANNOTATIONS = 16;
const ANNOTATION_LENGTH = 1_000;
const length = z.number().gte(0).lte(YEAR_SECONDS);
const limit = z.number().gte(-1e12).lte(1e12);
const text = bounded(4_096);
const who = name;
const licenceType = name.transform(licenceTypeName);

export const ruleSchema = z.strictObject({
  id: z.string().optional(),
  // What GET gives may be sent back.
  problem: z.string().optional(),
  name: name.optional(),
  licenceType: licenceType.default('*'),
  metric: z.enum(ALERT_METRICS),
  op: z.enum(ALERT_OPS).default('>='),
  threshold: limit,
  clearThreshold: limit.nullish(),
  forSeconds: length.default(0),
  keepFiringForSeconds: length.default(0),
  severity: z.enum(SEVERITIES).default('warning'),
  annotations: z
    .record(name, bounded(ANNOTATION_LENGTH))
    .refine((given) => Object.keys(given).length <= MAX_ANNOTATIONS, { message: `must have at most ${MAX_ANNOTATIONS} keys` })
    .default({}),
});

/** @throws RefusedInput with every problem */
export function parseAlertRule(id: string, body: unknown): AlertRule {
  const problems = new Problems();
  const parsed = checked(ruleSchema, body, problems);
  // A record schema skips it without a word.
  const { annotations } = (body ?? {}) as { annotations?: unknown };
  if (typeof annotations === 'object' && annotations !== null && Object.hasOwn(annotations, '__proto__'))
    problems.add({ path: 'annotations.__proto__', message: 'cannot be the name of an annotation' });
  if (parsed) {
    const { op, threshold, clearThreshold } = parsed;
    if (parsed.id !== undefined && parsed.id !== id)
      problems.add({ path: 'id', message: `must be ${shown(id)}, as in the path, or absent` });
    // On the wrong side it would be resolved where it has just begun to fire.
    const wrong = clearThreshold != null && (op.startsWith('>') ? clearThreshold > threshold : clearThreshold < threshold);
    if (wrong) problems.add({ path: 'clearThreshold', message: `must not be ${op.startsWith('>') ? 'above' : 'below'} threshold` });
  }
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  const { id: _same, problem: _, name: title, clearThreshold, ...rest } = parsed as z.output<typeof ruleSchema>;
  return { name: title ?? id, ...rest, ...(clearThreshold != null && { clearThreshold }) };
}

/** Metrics whose past is not kept. */
const WITHOUT_HISTORY: readonly string[] = [
  'sessionAge',
  'feedAge',
  'secondsUntilFull',
  'billingPeriodPeakExpected',
  'billingPeriodPeakRiseExpected',
];
const USUAL_DAYS = 30;
const LONGEST_DAYS = 400;
const DAY_MS = 86_400_000;

export const tryRuleSchema = ruleSchema.extend({ from: instant.nullish(), to: instant.nullish() });

/** A rule to be tried on the past. @throws RefusedInput with every problem */
export function parseTryRule(body: unknown, now: Instant): { rule: AlertRule; from: Instant; to: Instant } {
  const problems = new Problems();
  const parsed = checked(tryRuleSchema, body, problems);
  const to = Math.min(parsed?.to ?? now, now);
  const from = parsed?.from ?? to - USUAL_DAYS * DAY_MS;
  if (parsed) {
    if (WITHOUT_HISTORY.includes(parsed.metric)) problems.add({ path: 'metric', message: 'has no history on which it could be tried' });
    if (from >= to) problems.add({ path: 'from', message: 'must be before to, and before now' });
    if (to - from > LONGEST_DAYS * DAY_MS) problems.add({ path: 'from', message: 'must not be more than 13 months before to' });
  }
  problems.throwIfAny('invalid_body', 'Nothing was tried');
  const { from: _, to: __, id = 'tried', ...rule } = parsed as z.output<typeof tryRuleSchema>;
  return { rule: parseAlertRule(id, rule), from, to };
}

export const acknowledgeSchema = z.strictObject({ by: who, note: text.default('') });

/** @throws RefusedInput with every problem */
export function parseAcknowledgement(body: unknown): { by: string; note: string } {
  const problems = new Problems();
  const parsed = checked(acknowledgeSchema, body, problems);
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  return parsed as z.output<typeof acknowledgeSchema>;
}

export const alertMatchers = z.strictObject({
  rule: name.optional(),
  licenceType: licenceType.optional(),
  severity: z.enum(SEVERITIES).optional(),
});

export const givenMatchers = (matchers: z.output<typeof alertMatchers>): AlertMatchers =>
  Object.fromEntries(Object.entries(matchers).filter(([, value]) => value !== undefined));

export const silenceSchema = z.strictObject({
  // To keep everything back has to be meant: `{}`, and never a key that was forgotten.
  matchers: alertMatchers.describe('An alert has to agree with each that is named; `{}`, which has to be written, is every alert.'),
  endsAt: instant,
  by: who,
  note: text.default(''),
});

/** @throws RefusedInput with every problem */
export function parseSilence(body: unknown, now: Instant): { matchers: AlertMatchers; endsAt: Instant; by: string; note: string } {
  const problems = new Problems();
  const parsed = checked(silenceSchema, body, problems);
  if (parsed && parsed.endsAt <= now) problems.add({ path: 'endsAt', message: 'must lie in the future' });
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  const { matchers, ...rest } = parsed as z.output<typeof silenceSchema>;
  return { ...rest, matchers: givenMatchers(matchers) };
}

export const alertQuery = z.strictObject({ state: z.enum(ALERT_STATES).optional() });

export const alertHistoryQuery = numberedPageQuery.extend({
  from: instant.optional(),
  to: instant.optional(),
  rule: name.optional(),
  licenceType: licenceType.optional(),
});
export const parseAlertHistoryQuery = (search: URLSearchParams): AlertHistoryQuery => parseQuery(alertHistoryQuery, search);

export const parseAlertQuery = (search: URLSearchParams): { state?: AlertStateName } => parseQuery(alertQuery, search);
