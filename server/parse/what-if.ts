import { z } from 'zod';
import { licenceTypeName } from '../../shared/catalogue.ts';
import { nameProblem } from '../../shared/names.ts';
import type { PoolSizes, UnitPrices, WhatIfQuery } from '../../shared/what-if.ts';
import { billingQuery } from './billing-query.ts';
import { checked } from './checked.ts';
import { byNames, count, instant, name, price, seconds } from './fields.ts';
import { LONGEST_MS } from './history-query.ts';
import { licenceType } from './query.ts';
import { Problems } from './refusal.ts';

const TYPES = 1_000;
const sizesSchema = z.strictObject({ concurrent: count, contingency: count.default(0) });
const pricesSchema = z.strictObject({ unitPrice: price.optional(), contingencyPrice: price.optional() });
const sizesByType = byNames(sizesSchema);
const pricesByType = byNames(pricesSchema);

export const whatIfSchema = z.strictObject({
  period: billingQuery.shape.period,
  from: instant.optional(),
  to: instant.optional(),
  licenceTypes: z.array(licenceType).max(TYPES).optional(),
  sizes: sizesByType.optional(),
  prices: pricesByType.optional(),
  without: z
    .strictObject({
      staleSessions: z.union([z.literal(true), seconds], { error: 'must be true or a number of seconds' }).optional(),
      secondDevices: z.boolean().optional(),
      logonSources: z.array(name).max(TYPES).optional(),
    })
    .optional(),
});

const typesSchema = z.object({ sizes: sizesByType.optional().catch(undefined), prices: pricesByType.optional().catch(undefined) });

/** @throws RefusedInput, code `invalid_body`, with every problem and its path */
export function parseWhatIf(body: unknown): WhatIfQuery {
  const problems = new Problems();
  const parsed = checked(whatIfSchema, body, problems);
  const { from, to, period, licenceTypes, without = {} } = parsed ?? {};
  if (from !== undefined && to !== undefined && from >= to) problems.add({ path: 'to', message: 'must be after from' });
  if (from !== undefined && to !== undefined && to - from > LONGEST_MS)
    problems.add({ path: 'from', message: 'lies more than a hundred years before the end' });
  if ((from === undefined) !== (to === undefined))
    problems.add({ path: from === undefined ? 'from' : 'to', message: 'is required beside the other end' });
  if (period !== undefined && from !== undefined) problems.add({ path: 'period', message: 'is not for a range of its own' });
  // Told also where something else is wrong.
  const types = parsed ?? typesSchema.safeParse(body).data;
  const sizes = mapOf<PoolSizes>(types?.sizes, 'sizes', sizesSchema, problems);
  const prices = mapOf<UnitPrices>(types?.prices, 'prices', pricesSchema, problems);
  problems.throwIfAny('invalid_body', 'Nothing was worked out');
  return {
    sizes,
    prices,
    ...(period !== undefined && { period }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(licenceTypes && { licenceTypes }),
    without: Object.fromEntries(Object.entries(without).filter(([, value]) => value !== undefined)),
  };
}

function mapOf<T>(value: object | undefined, path: string, schema: z.ZodType, problems: Problems): Map<string, T> {
  const entries = Object.entries(value ?? {});
  if (entries.length > TYPES) problems.add({ path, message: `must have at most ${TYPES} licence types` });
  const found = new Map<string, T>();
  for (const [key, raw] of entries.slice(0, TYPES)) {
    const at = `${path}.${key.slice(0, 128)}`;
    const wrong = nameProblem(key);
    if (wrong !== null) problems.add({ path: at, message: `a licence type ${wrong}` });
    const own = new Problems();
    const item = checked(schema, raw, own);
    for (const problem of own.listed) problems.add({ ...problem, path: problem.path === '' ? at : `${at}.${problem.path}` });
    if (own.count === 0) found.set(licenceTypeName(key), item as T);
  }
  return found;
}
