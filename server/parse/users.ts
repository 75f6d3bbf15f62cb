import { z } from 'zod';
import type { Assignment, UserAssignment } from '../../shared/organisation.ts';
import { formatInstant } from '../../shared/time.ts';
import { parseTable } from './csv.ts';
import { instant, name } from './fields.ts';
import { fieldProblems, shown } from './issues.ts';
import { Problems } from './refusal.ts';

const FEATURES_PER_USER = 1_000;

const fields = {
  name: name.optional(),
  group: name.optional(),
  userType: name.optional(),
  serviceFeatures: z
    .array(name)
    .max(FEATURES_PER_USER)
    .transform((features) => [...new Set(features)])
    .default([]),
  effectiveFrom: instant.optional(),
};
export const assignmentSchema = z.strictObject({ user: z.string().optional(), ...fields });
export const userSchema = z.strictObject({ user: name, ...fields });

/** What one user is assigned. @throws RefusedInput with every problem */
export function parseAssignment(user: string, body: unknown): UserAssignment {
  const problems = new Problems();
  const parsed = assignmentSchema.safeParse(body, { reportInput: true });
  for (const issue of parsed.error?.issues ?? []) for (const problem of fieldProblems(issue)) problems.add(problem);
  if (parsed.success && parsed.data.user !== undefined && parsed.data.user !== user) {
    problems.add({ path: 'user', message: `must be ${shown(user)}, as in the path, or absent` });
  }
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  return userAssignment(user, parsed.data as z.output<typeof assignmentSchema>);
}

/** Many users at once, each with its name in `user`. @throws RefusedInput with every problem, `index` telling the item */
export function parseUsers(body: unknown): UserAssignment[] {
  const problems = new Problems();
  if (!Array.isArray(body)) problems.add({ path: '', message: 'must be an array of users' });
  const users = new Map<string, UserAssignment>();
  for (const [index, item] of Array.isArray(body) ? body.entries() : []) {
    const parsed = userSchema.safeParse(item, { reportInput: true });
    for (const issue of parsed.error?.issues ?? []) for (const problem of fieldProblems(issue)) problems.add({ index, ...problem });
    if (!parsed.success) continue;
    const { user } = parsed.data;
    if (users.has(user)) problems.add({ index, path: 'user', message: `${shown(user)} stands in the list twice` });
    users.set(user, userAssignment(user, parsed.data));
  }
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  return [...users.values()];
}

const USER_COLUMNS = ['user', 'name', 'group', 'userType', 'serviceFeatures', 'effectiveFrom'];

/** The same as a table; service features of a user are separated by `;`. @throws RefusedInput */
export function parseUsersCsv(body: Buffer): UserAssignment[] {
  return parseUsers(
    parseTable(body, USER_COLUMNS, ['user']).map(({ cells }) => {
      const features = cells.get('serviceFeatures')?.split(';') ?? [];
      return {
        ...Object.fromEntries(cells),
        serviceFeatures: features.map((feature) => feature.trim()).filter((feature) => feature !== ''),
      };
    }),
  );
}

type Given = Omit<z.output<typeof userSchema>, 'user'>;

function userAssignment(user: string, { name: title, group, userType, serviceFeatures, effectiveFrom }: Given): UserAssignment {
  const assignment: Assignment = {
    ...(title === undefined ? {} : { name: title }),
    ...(group === undefined ? {} : { group }),
    ...(userType === undefined ? {} : { userType }),
    serviceFeatures,
  };
  return { user, assignment, ...(effectiveFrom === undefined ? {} : { effectiveFrom: formatInstant(effectiveFrom) }) };
}
