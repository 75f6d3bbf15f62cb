import { z } from 'zod';
import { nameProblem } from '../../shared/names.ts';
import { parseInstant } from '../../shared/time.ts';

const SECONDS_PER_YEAR = 31_536_000;

/** An id or a name, exact code points. */
export const name = z.string().refine((value) => nameProblem(value) === null, {
  error: ({ input }) => nameProblem(input as string) ?? undefined,
});

/** RFC 3339 with an offset, to milliseconds since 1970. */
export const instant = z.string().transform((text, context) => {
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
