import { z } from 'zod';
import { licenceTypeName } from '../../shared/catalogue.ts';
import { nameProblem } from '../../shared/names.ts';
import type { Entitlement, OrganisationSettings } from '../../shared/organisation.ts';
import { formatInstant } from '../../shared/time.ts';
import { checked } from './checked.ts';
import { parseTable } from './csv.ts';
import { byNames, count, instant, name, price, seconds } from './fields.ts';
import { fieldProblems, shown } from './issues.ts';
import { Problems, RefusedInput } from './refusal.ts';
import { isTimeZone } from './time-zone.ts';

const MAX_ENTITLEMENTS = 10_000;

const timeZone = z.string().refine(isTimeZone, { message: 'must be an IANA time zone such as Europe/London' });
const localTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { message: 'must be a local time HH:MM, 00:00 to 23:59' });

const entitlementSchema = z.strictObject({
  concurrent: count,
  contingency: count.default(0),
  unitPrice: price.optional(),
  contingencyPrice: price.optional(),
});

export const entitlementsSchema = byNames(entitlementSchema);

export const settingsSchema = z.strictObject({
  organisation: z.string().optional(),
  name: name.optional(),
  timeZone: timeZone.default('UTC'),
  billingPeriodStartDay: z.int().gte(1).lte(28).default(1),
  entitlements: entitlementsSchema.optional(),
  effectiveFrom: instant.optional(),
  scheduledLogOff: localTime.optional(),
  staleAfterSeconds: seconds.optional(),
  defaultLeaseSeconds: seconds.optional(),
  feedSilentAfterSeconds: seconds.optional(),
});

const ENTITLEMENT_COLUMNS = ['licenceType', 'concurrent', 'contingency', 'unitPrice', 'contingencyPrice'];

/** Entitlements as a table, one licence type a row, in the form that settings have them. @throws RefusedInput */
export function parseEntitlementsCsv(body: Buffer): Record<string, unknown> {
  const problems = new Problems();
  const entries = new Map<string, Record<string, number>>();
  for (const { line, cells } of parseTable(body, ENTITLEMENT_COLUMNS, ['licenceType', 'concurrent'])) {
    const { licenceType = '', ...numbers } = Object.fromEntries(cells);
    if (entries.has(licenceType)) problems.add({ path: 'licenceType', message: `${shown(licenceType)} stands in line ${line} again` });
    entries.set(licenceType, Object.fromEntries(Object.entries(numbers).map(([column, cell]) => [column, Number(cell)])));
  }
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  return Object.fromEntries(entries);
}

/**
 * The whole settings of an organisation; what is absent becomes its default.
 * @throws RefusedInput with every problem
 */
export function parseOrganisation(organisation: string, body: unknown): OrganisationSettings {
  const problems = new Problems();
  const parsed = settingsSchema.safeParse(body, { reportInput: true });
  for (const issue of parsed.error?.issues ?? []) for (const problem of fieldProblems(issue)) problems.add(problem);
  const given = typeof body === 'object' && body !== null ? (body as { organisation?: unknown; entitlements?: unknown }) : {};
  if (typeof given.organisation === 'string' && given.organisation !== organisation) {
    problems.add({ path: 'organisation', message: `must be ${shown(organisation)}, as in the path, or absent` });
  }
  const entitlements = collectEntitlements(given.entitlements, 'entitlements', problems);
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  if (!parsed.success) throw new RefusedInput('invalid_body', 'Nothing was changed.');
  const { organisation: _same, entitlements: _raw, effectiveFrom, name: title, ...rest } = parsed.data;
  return {
    ...withoutUndefined(rest),
    name: title ?? organisation,
    entitlements,
    ...(effectiveFrom === undefined ? {} : { effectiveFrom: formatInstant(effectiveFrom) }),
  };
}

/** Entitlements by themselves. @throws RefusedInput with every problem */
export function parseEntitlements(body: unknown): Record<string, Entitlement> {
  const problems = new Problems();
  checked(entitlementsSchema, body, problems);
  const entitlements = collectEntitlements(body, '', problems);
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  return entitlements;
}

/** @param at where they stand in the body, empty where they are the body */
function collectEntitlements(value: unknown, at: string, problems: Problems): Record<string, Entitlement> {
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (entries.length > MAX_ENTITLEMENTS) {
    problems.add({ path: at, message: `must have at most ${MAX_ENTITLEMENTS} licence types` });
    return {};
  }
  const found = new Map<string, Entitlement>();
  for (const [key, raw] of entries) {
    const path = [...(at === '' ? [] : [at]), key.slice(0, 128)].join('.');
    const wrong = nameProblem(key);
    if (wrong !== null) problems.add({ path, message: `a licence type ${wrong}` });
    const licenceType = licenceTypeName(key);
    if (found.has(licenceType)) problems.add({ path, message: `is the licence type ${shown(licenceType)} a second time` });
    const parsed = entitlementSchema.safeParse(raw, { reportInput: true });
    for (const issue of parsed.error?.issues ?? []) {
      for (const problem of fieldProblems(issue))
        problems.add({ ...problem, path: problem.path === '' ? path : `${path}.${problem.path}` });
    }
    if (parsed.success) found.set(licenceType, withoutUndefined(parsed.data));
  }
  // fromEntries defines properties, so that `__proto__` stays a key like any other.
  return Object.fromEntries(found);
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
}
