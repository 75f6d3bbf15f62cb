import { z } from 'zod';
import { fieldProblems } from './issues.ts';
import type { Problems } from './refusal.ts';

/** A body under a schema; what is wrong with it is added to the problems. */
export function checked<S extends z.ZodType>(schema: S, body: unknown, problems: Problems): z.output<S> | undefined {
  const parsed = schema.safeParse(body, { reportInput: true });
  for (const issue of parsed.error?.issues ?? []) for (const problem of fieldProblems(issue)) problems.add(problem);
  return parsed.data;
}

/** Free text that people write. Lone surrogates collapse into one another on disk. */
export const bounded = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !/\p{Cs}/u.test(text), { message: 'must not contain a lone surrogate' })
    .refine((text) => !/[^\P{Cc}\t\r\n]/u.test(text), { message: 'must not contain control characters but tabs and line ends' });
