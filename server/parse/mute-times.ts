/** Times of the week at which messages about alerts are not wanted. */
import { z } from 'zod';
import { type MuteTime, WEEKDAYS } from '../../shared/alerts.ts';
import { alertMatchers, givenMatchers } from './alerts.ts';
import { checked } from './checked.ts';
import { clockTime, name } from './fields.ts';
import { shown } from './issues.ts';
import { Problems } from './refusal.ts';

const MOST_SPANS = 50;

export const muteTimeSchema = z.strictObject({
  id: z.string().optional(),
  name: name.optional(),
  matchers: alertMatchers.default({}),
  times: z
    .array(
      z.strictObject({
        days: z
          .array(z.enum(WEEKDAYS))
          .transform((days) => WEEKDAYS.filter((day) => days.includes(day)))
          .default([]),
        from: clockTime,
        to: clockTime,
      }),
    )
    .min(1)
    .max(MOST_SPANS),
  // What GET gives may be sent back.
  activeUntil: z.string().nullish(),
});

/** @param id null: Highwater is to give one. @throws RefusedInput with every problem */
export function parseMuteTime(id: string | null, body: unknown): MuteTime {
  const problems = new Problems();
  const parsed = checked(muteTimeSchema, body, problems);
  if (parsed?.id !== undefined && parsed.id !== id)
    problems.add({ path: 'id', message: id === null ? 'must be absent' : `must be ${shown(id)}, as in the path, or absent` });
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  const { name: title, matchers, times } = parsed as z.output<typeof muteTimeSchema>;
  return { name: title ?? id ?? 'Mute time', matchers: givenMatchers(matchers), times };
}
