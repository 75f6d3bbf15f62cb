import { z } from 'zod';
import { fieldProblems } from './issues.ts';
import type { Problems } from './refusal.ts';

/** A body under a schema; what is wrong with it is added to the problems. */
export function checked<S extends z.ZodType>(schema: S, body: unknown, problems: Problems): z.output<S> | undefined {
  const parsed = schema.safeParse(body, { reportInput: true });
  for (const issue of parsed.error?.issues ?? []) for (const problem of fieldProblems(issue)) problems.add(problem);
  return parsed.data;
}

/** Free text that people write. */
export const bounded = (max: number) => z.string().max(max);
