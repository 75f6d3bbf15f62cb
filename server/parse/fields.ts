import { z } from 'zod';
import { NAME_MAX, nameProblem } from '../../shared/names.ts';
import { parseInstant } from '../../shared/time.ts';

const SECONDS_PER_YEAR = 31_536_000;

/** An id or a name, exact code points. What `meta` says is for the API's description. */
export const name = z
  .string()
  .refine((value) => nameProblem(value) === null, {
    error: ({ input }) => nameProblem(input as string) ?? undefined,
  })
  .meta({ minLength: 1, maxLength: NAME_MAX });

/** RFC 3339 with an offset, to milliseconds since 1970. */
const dateTime = z.string().meta({ format: 'date-time' });
export const instant = dateTime.transform((text, context) => {
  const at = parseInstant(text);
  if (at !== null) return at;
  context.addIssue({ code: 'custom', message: 'must be an RFC 3339 date-time with an offset that exists, like 2026-11-24T05:00:43.120Z' });
  return z.NEVER;
});

/** A length of time in seconds, at most a year. */
export const seconds = z.number().gt(0).lte(SECONDS_PER_YEAR);

/** Minus zero is a zero to everybody but JSON. */
const plus = (value: number): number => value + 0;

export const count = z.int().gte(0).lte(1_000_000_000).transform(plus);

export const price = z.number().gte(0).lte(1e12).transform(plus);

export const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { message: 'must be a time of day, HH:MM' });

/** A schema as callers write it, before defaults and conversions. */
export function inputSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}

/**
 * An object by names from outside. `__proto__` may be among them, which a record schema skips: the values are taken apart by hand.
 * @param values for the API's description
 */
export const byNames = (values: z.ZodType) =>
  z
    .custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), { message: 'must be an object' })
    .meta({ type: 'object', additionalProperties: inputSchema(values) });
