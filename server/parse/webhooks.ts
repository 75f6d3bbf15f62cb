/** Receivers of webhooks, as an administrator describes them. */
import { z } from 'zod';
import {
  carries,
  DELIVERY_STATUSES,
  type DeliveryStatus,
  FORMATS_WITHOUT_SECRET,
  GROUP_LABELS,
  type GroupLabel,
  WEBHOOK_EVENTS,
  WEBHOOK_FORMATS,
  type WebhookEventType,
  type WebhookFormat,
  type WebhookTemplate,
} from '../../shared/alerts.ts';
import { mailtoUrl } from '../../shared/mail-address.ts';
import type { Instant } from '../../shared/time.ts';
import type { PageQuery } from '../pipeline-types.ts';
import { checked } from './checked.ts';
import { instant } from './fields.ts';
import { shown } from './issues.ts';
import { numberedPageQuery, parseQuery } from './query.ts';
import { type AddressChecks, addressProblems } from './receiver-address.ts';
import { Problems } from './refusal.ts';
import { type TemplateChecks, templateProblems, templateSchema } from './webhook-template.ts';

const MAX_URL = 2_048;
const MAX_SECRET = 256;
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
const MONTH_SECONDS = 31 * DAY_SECONDS;

export const webhookSchema = z.strictObject({
  id: z.string().optional(),
  /** Of e-mail `mailto:`, and there `to` is the same in a list. */
  url: z.string().max(MAX_URL).optional(),
  to: z.array(z.string()).nullish(),
  format: z.enum(WEBHOOK_FORMATS).default('standard'),
  secret: z.string().max(MAX_SECRET).nullish(),
  events: z
    .array(z.enum(WEBHOOK_EVENTS))
    .transform((events) => [...new Set(events)])
    .default([]),
  enabled: z.boolean().default(true),
  /** Of format `template`. */
  template: templateSchema.nullish(),
  groupBy: z
    .array(z.enum(GROUP_LABELS))
    .transform((labels) => GROUP_LABELS.filter((label) => labels.includes(label)))
    .nullish(),
  groupWaitSeconds: z.number().gte(0).lte(HOUR_SECONDS).nullish(),
  repeatIntervalSeconds: z.number().gte(60).lte(MONTH_SECONDS).nullish(),
  // What GET gives may be sent back.
  disabledReason: z.string().nullish(),
  oldSecretEndsAt: z.string().nullish(),
  pending: z.number().nullish(),
  failed: z.number().nullish(),
  lastDeliveredAt: z.string().nullish(),
  lastError: z.string().nullish(),
  behindSeconds: z.number().nullish(),
});

export interface ParsedWebhook {
  id: string;
  url: string;
  format: WebhookFormat;
  secret?: string;
  events: WebhookEventType[];
  enabled: boolean;
  template?: WebhookTemplate;
  groupBy?: GroupLabel[];
  groupWaitSeconds?: number;
  repeatIntervalSeconds?: number;
}

export interface WebhookChecks extends AddressChecks, TemplateChecks {
  /** Why a text is no secret of a format, or null. */
  secretProblem(secret: string, format: WebhookFormat): string | null;
}

/** @throws RefusedInput with every problem */
export function parseWebhook(id: string, body: unknown, checks: WebhookChecks): ParsedWebhook {
  const problems = new Problems();
  const parsed = checked(webhookSchema, body, problems);
  if (parsed) {
    if (parsed.id !== undefined && parsed.id !== id)
      problems.add({ path: 'id', message: `must be ${shown(id)}, as in the path, or absent` });
    for (const problem of addressProblems(parsed, checks)) problems.add(problem);
    const wrongSecret = parsed.secret == null ? null : checks.secretProblem(parsed.secret, parsed.format);
    if (wrongSecret !== null) problems.add({ path: 'secret', message: wrongSecret });
    for (const [index, event] of parsed.events.entries()) {
      if (!carries(parsed.format, event))
        problems.add({
          path: `events.${index}`,
          message: `${event} is no alert: an Alertmanager cannot be told; there are alert rules for it`,
        });
    }
    const types = WEBHOOK_EVENTS.filter((type) => parsed.events.length === 0 || type === 'webhook.test' || parsed.events.includes(type));
    const met = { types, grouped: parsed.groupBy != null };
    for (const problem of templateProblems(parsed.format, parsed.template, met, checks)) problems.add(problem);
    // Whoever follows every step by its own id gets every step by itself.
    if (parsed.groupBy != null && parsed.format === 'standard')
      problems.add({ path: 'groupBy', message: 'is not for format standard, which has one message for one step' });
    if (parsed.format === 'alertmanager-v2') {
      for (const path of ['groupBy', 'repeatIntervalSeconds'] as const)
        if (parsed[path] != null)
          problems.add({ path, message: 'is not for format alertmanager-v2: an Alertmanager groups and repeats itself' });
    }
    if (parsed.groupWaitSeconds != null && parsed.groupBy == null) problems.add({ path: 'groupWaitSeconds', message: 'needs groupBy' });
  }
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  const { url = '', to, template, format, secret, events, enabled, groupBy, groupWaitSeconds, repeatIntervalSeconds } = parsed as Given;
  return {
    id,
    url: to == null ? url : mailtoUrl(to),
    format,
    events,
    enabled,
    ...(secret != null && { secret }),
    ...(template != null && { template }),
    ...(groupBy != null && { groupBy }),
    ...(groupWaitSeconds != null && { groupWaitSeconds }),
    ...(repeatIntervalSeconds != null && { repeatIntervalSeconds }),
  };
}

type Given = z.output<typeof webhookSchema>;

export const rotationSchema = z.strictObject({
  secret: z.string().max(MAX_SECRET).nullish(),
  /** So long the old secret signs too; 0: it ends at once. */
  validForSeconds: z
    .number()
    .gte(0)
    .lte(30 * DAY_SECONDS)
    .default(DAY_SECONDS),
});

/** `secret` absent: one is to be made. @throws RefusedInput with every problem */
export function parseRotation(
  body: unknown,
  format: WebhookFormat,
  secretProblem: WebhookChecks['secretProblem'],
): { secret?: string; validForMs: number } {
  const problems = new Problems();
  const parsed = checked(rotationSchema, body, problems);
  if (parsed) {
    const required = parsed.secret == null && format === 'pagerduty' ? 'is the routing key, and is required' : null;
    const none = FORMATS_WITHOUT_SECRET.includes(format) ? `is not for format ${format}, which checks none` : null;
    const problem = parsed.secret == null ? (required ?? none) : secretProblem(parsed.secret, format);
    if (problem !== null) problems.add({ path: 'secret', message: problem });
  }
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  const { secret, validForSeconds } = parsed as z.output<typeof rotationSchema>;
  return { validForMs: Math.round(validForSeconds * 1000), ...(secret != null && { secret }) };
}

export const retryFailedSchema = z.strictObject({
  /** Of when the messages were queued first; `to` is exclusive. */
  from: instant.optional(),
  to: instant.optional(),
});

/** @throws RefusedInput with every problem */
export function parseRetryFailed(body: unknown): { from?: Instant; to?: Instant } {
  const problems = new Problems();
  const parsed = checked(retryFailedSchema, body, problems);
  if (parsed?.from !== undefined && parsed.to !== undefined && parsed.from >= parsed.to)
    problems.add({ path: 'to', message: 'must be after from' });
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  const { from, to } = parsed as z.output<typeof retryFailedSchema>;
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

export const deliveryQuery = numberedPageQuery.extend({ status: z.enum(DELIVERY_STATUSES).optional() });

export const parseDeliveryQuery = (search: URLSearchParams): PageQuery & { status?: DeliveryStatus } => parseQuery(deliveryQuery, search);
