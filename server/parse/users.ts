import { z } from 'zod';
import type { Assignment } from '../../shared/organisation.ts';
import { parseTable } from './csv.ts';
import { name } from './fields.ts';
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
};
export const assignmentSchema = z.strictObject({ user: z.string().optional(), ...fields });
export const userSchema = z.strictObject({ user: name, ...fields });

/** What one user is assigned. @throws RefusedInput with every problem */
export function parseAssignment(user: string, body: unknown): Assignment {
  const problems = new Problems();
  const parsed = assignmentSchema.safeParse(body, { reportInput: true });
  for (const issue of parsed.error?.issues ?? []) for (const problem of fieldProblems(issue)) problems.add(problem);
  if (parsed.success && parsed.data.user !== undefined && parsed.data.user !== user) {
    problems.add({ path: 'user', message: `must be ${shown(user)}, as in the path, or absent` });
  }
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  return assignment(parsed.data as z.output<typeof assignmentSchema>);
}

/** Many users at once, each with its name in `user`. @throws RefusedInput with every problem, `index` telling the item */
export function parseUsers(body: unknown): { user: string; assignment: Assignment }[] {
  const problems = new Problems();
  if (!Array.isArray(body)) problems.add({ path: '', message: 'must be an array of users' });
  const users = new Map<string, Assignment>();
  for (const [index, item] of Array.isArray(body) ? body.entries() : []) {
    const parsed = userSchema.safeParse(item, { reportInput: true });
    for (const issue of parsed.error?.issues ?? []) for (const problem of fieldProblems(issue)) problems.add({ index, ...problem });
    if (!parsed.success) continue;
    const { user } = parsed.data;
    if (users.has(user)) problems.add({ index, path: 'user', message: `${shown(user)} stands in the list twice` });
    users.set(user, assignment(parsed.data));
  }
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  return [...users].map(([user, given]) => ({ user, assignment: given }));
}

const USER_COLUMNS = ['user', 'name', 'group', 'userType', 'serviceFeatures'];

/** The same as a table; service features of a user are separated by `;`. @throws RefusedInput */
export function parseUsersCsv(body: Buffer): { user: string; assignment: Assignment }[] {
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

function assignment({ name: title, group, userType, serviceFeatures }: Omit<z.output<typeof userSchema>, 'user'>): Assignment {
  return {
    ...(title === undefined ? {} : { name: title }),
    ...(group === undefined ? {} : { group }),
    ...(userType === undefined ? {} : { userType }),
    serviceFeatures,
  };
}
