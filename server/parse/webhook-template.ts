/** A template as an administrator writes it, and what a preview is asked for. */
import { z } from 'zod';
import { WEBHOOK_EVENTS, WEBHOOK_FORMATS, type WebhookEventType, type WebhookFormat, type WebhookTemplate } from '../../shared/alerts.ts';
import type { FieldProblem } from '../../shared/problems.ts';
import { bounded, checked } from './checked.ts';
import { Problems } from './refusal.ts';

const MAX_TEMPLATE = 16_384;
const CONTENT_TYPE = /^[a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,60}(?:; ?charset=utf-8)?$/i;

export const templateSchema = z.strictObject({
  contentType: z
    .string()
    .regex(CONTENT_TYPE, { message: 'must be a media type such as application/json or text/plain; charset=utf-8' })
    .default('application/json'),
  body: bounded(MAX_TEMPLATE).min(1),
});

export const previewSchema = z.strictObject({
  format: z.enum(WEBHOOK_FORMATS),
  template: templateSchema.nullish(),
  /** Of which message. */
  type: z.enum(WEBHOOK_EVENTS).default('alert.firing'),
});

export interface TemplateChecks {
  /** Why a template cannot be used for messages of a type, in whatever shape they come, with its line; null: it can. */
  templateProblem(template: WebhookTemplate, type: WebhookEventType, grouped: boolean): string | null;
}

/**
 * Tried on every message that it can be for: what is wrong is better found now than when something is on fire.
 * @param grouped several alerts may come in one message
 */
export function templateProblems(
  format: WebhookFormat,
  template: WebhookTemplate | null | undefined,
  { types, grouped }: { types: readonly WebhookEventType[]; grouped: boolean },
  checks: TemplateChecks,
): FieldProblem[] {
  if (format !== 'template')
    return template == null ? [] : [{ path: 'template', message: `is for format template; ${format} has its own` }];
  if (template == null) return [{ path: 'template', message: 'is required' }];
  for (const type of types) {
    const message = checks.templateProblem(template, type, grouped);
    if (message !== null) return [{ path: 'template.body', message }];
  }
  return [];
}

/** @throws RefusedInput with every problem */
export function parsePreview(
  body: unknown,
  checks: TemplateChecks,
): { format: WebhookFormat; type: WebhookEventType; template?: WebhookTemplate } {
  const problems = new Problems();
  const parsed = checked(previewSchema, body, problems);
  if (parsed) {
    const shown = { types: [parsed.type], grouped: false };
    for (const problem of templateProblems(parsed.format, parsed.template, shown, checks)) problems.add(problem);
  }
  problems.throwIfAny('invalid_body', 'Nothing was rendered');
  const { format, type, template } = parsed as z.output<typeof previewSchema>;
  return { format, type, ...(template != null && { template }) };
}
