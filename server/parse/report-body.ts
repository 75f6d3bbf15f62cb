import { z } from 'zod';
import { licenceTypeName } from '../../shared/catalogue.ts';
import { type Cell, DATA_SOURCE_IDS, type DataSource, type ReportFilter, type ReportQuery } from '../../shared/reports.ts';
import { instant } from './fields.ts';
import { fieldProblems, shown } from './issues.ts';
import { Problems, RefusedInput } from './refusal.ts';

const MOST_VALUES = 10_000;
const ids = z.array(z.string()).max(100).default([]);
const value = z.union([z.string(), z.number(), z.null()], { error: 'must be a string, a number or null' });

export const reportSchema = z.strictObject({
  dataSource: z.enum(DATA_SOURCE_IDS),
  metrics: ids,
  dimensions: ids,
  filters: z
    .array(z.strictObject({ field: z.string(), in: z.array(value).min(1).max(MOST_VALUES) }))
    .max(100)
    .default([]),
  from: instant.optional(),
  to: instant.optional(),
});

/** What can be told of a body in which something else is wrong. */
const looseSchema = z.object({
  dataSource: reportSchema.shape.dataSource,
  metrics: ids.catch([]),
  dimensions: ids.catch([]),
  filters: z
    .array(z.object({ field: z.string().nullable().catch(null) }).catch({ field: null }))
    .max(100)
    .catch([]),
});

/**
 * A question, every name of which the data source knows.
 * @throws RefusedInput, code `invalid_body`, with every problem and its path
 */
export function parseReport(body: unknown, sources: readonly DataSource[]): ReportQuery {
  const problems = new Problems();
  const parsed = reportSchema.safeParse(body, { reportInput: true });
  for (const issue of parsed.error?.issues ?? []) for (const problem of fieldProblems(issue)) problems.add(problem);
  checkNames(problems, body, sources);
  if (!parsed.success) {
    problems.throwIfAny('invalid_body', 'The report was refused');
    throw new RefusedInput('invalid_body', 'The report was refused.');
  }
  const { dataSource, metrics, dimensions, filters, from, to } = parsed.data;
  if (metrics.length + dimensions.length === 0) problems.add({ path: 'metrics', message: 'must name a metric, or dimensions a dimension' });
  if (from !== undefined && to !== undefined && from > to) problems.add({ path: 'to', message: 'must not be before from' });
  problems.throwIfAny('invalid_body', 'The report was refused');
  return {
    dataSource,
    metrics,
    dimensions,
    filters: filters.map(normalised),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

/** Names that the data source does not know, whatever else is wrong. */
function checkNames(problems: Problems, body: unknown, sources: readonly DataSource[]): void {
  const given = looseSchema.safeParse(body).data;
  const source = sources.find(({ id }) => id === given?.dataSource);
  if (!given || !source) return;
  checkIds(problems, 'metrics', given.metrics, source.metrics, `a metric of ${source.id}`);
  checkIds(problems, 'dimensions', given.dimensions, source.dimensions, `a dimension of ${source.id}`);
  const filterable = source.fields.filter((field) => field.filter);
  for (const [i, { field }] of given.filters.entries())
    if (field !== null) checkId(problems, `filters.${i}.field`, field, filterable, `a field of ${source.id} to filter by`);
}

function checkIds(problems: Problems, path: string, given: readonly string[], known: readonly { id: string }[], what: string): void {
  for (const [i, id] of given.entries()) {
    checkId(problems, `${path}.${i}`, id, known, what);
    if (given.indexOf(id) < i) problems.add({ path: `${path}.${i}`, message: `${shown(id)} is named a second time` });
  }
}

function checkId(problems: Problems, path: string, id: string, known: readonly { id: string }[], what: string): void {
  if (known.some((each) => each.id === id)) return;
  problems.add({ path, message: `${shown(id)} is not ${what}; there are ${known.map((each) => each.id).join(', ')}` });
}

/** Licence types are called here as they are everywhere. */
function normalised({ field, in: values }: ReportFilter): ReportFilter {
  const name = (cell: Cell): Cell => (field === 'licenceType' && typeof cell === 'string' ? licenceTypeName(cell) : cell);
  return { field, in: values.map(name) };
}
