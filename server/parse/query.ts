/** Query strings: every parameter known, given once, of the right type. An empty value is the same as none. */
import { z } from 'zod';
import { licenceTypeName } from '../../shared/catalogue.ts';
import { ANOMALY_KINDS, POOLS, USAGE_TYPES } from '../../shared/events.ts';
import { DATE_ORDERS, type DateOrder } from '../../shared/import.ts';
import type { AnomalyQuery, ChangeQuery, PageQuery, RecordQuery, SessionQuery } from '../pipeline-types.ts';
import { instant, name } from './fields.ts';
import { fieldProblems } from './issues.ts';
import { Problems } from './refusal.ts';
import { isTimeZone } from './time-zone.ts';

const DEFAULT_PAGE = 1_000;
const MAX_PAGE = 10_000;
const MAX_POINTS = 5_000;

/** As in `Accept`, for a link that a browser follows. */
const RECORD_FORMATS = ['json', 'csv', 'ndjson', 'xlsx'] as const;
export type RecordFormat = (typeof RECORD_FORMATS)[number];

const inDigits = (maximum: number) => z.string().meta({ type: 'integer', minimum: 1, maximum });
export const wholeNumber = (max: number) =>
  inDigits(max).transform((text, context) => {
    const value = Number(text);
    if (/^\d{1,16}$/.test(text) && value >= 1 && value <= max) return value;
    context.addIssue({ code: 'custom', message: `must be a whole number from 1 to ${max}` });
    return z.NEVER;
  });
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
export const licenceType = name.transform(licenceTypeName);
const page = { limit: wholeNumber(MAX_PAGE).default(DEFAULT_PAGE), cursor: z.string().max(2_048).optional() };
const range = { from: instant.optional(), to: instant.optional() };

/** As which file, for whatever can be had as one. */
export const fileQuery = { format: z.enum(RECORD_FORMATS).optional(), escapeFormulas: flag.optional() };
export interface FileQuery {
  format?: RecordFormat;
  escapeFormulas?: boolean;
}

const REPORT_FORMATS = ['json', 'csv', 'ndjson', 'xlsx'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];
export const reportFileQuery = z.strictObject({ ...fileQuery, format: z.enum(REPORT_FORMATS).optional() });

export const pageQuery = z.strictObject(page);
/** Of lists whose items are numbered: a page ends with one of them. */
export const numberedPageQuery = pageQuery.extend({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, { message: 'is not one that was handed out here' })
    .optional(),
});
export const sessionQuery = z.strictObject({
  ...page,
  user: name.optional(),
  licenceType: licenceType.optional(),
  logonSource: name.optional(),
  device: name.optional(),
  stale: flag.optional(),
});
export const recordQuery = z.strictObject({
  ...page,
  ...range,
  user: name.optional(),
  licenceType: licenceType.optional(),
  usageType: z.enum(USAGE_TYPES).optional(),
  logonSource: name.optional(),
  device: name.optional(),
  session: name.optional(),
  eventId: name.optional(),
  pool: z.enum(POOLS).optional(),
  order: z.enum(['asc', 'desc']).default('asc'),
  superseded: flag.optional(),
  ...fileQuery,
});
export const anomalyQuery = z.strictObject({ ...page, ...range, kind: z.enum(ANOMALY_KINDS).optional() });
export const changeQuery = z.strictObject({ ...page, ...range, user: name.optional() });
export const chainQuery = z.strictObject({ seq: wholeNumber(Number.MAX_SAFE_INTEGER).optional() });
export const levelsQuery = z.strictObject({ from: instant, to: instant, points: wholeNumber(MAX_POINTS).default(1_000) });

export const forecastQuery = z.strictObject({ licenceType: licenceType.optional() });

export const importQuery = z.strictObject({
  dryRun: flag.default(false),
  timeZone: z.string().refine(isTimeZone, { message: 'must be an IANA time zone such as Europe/London' }).optional(),
  dateOrder: z.enum(DATE_ORDERS).optional(),
});

export type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** @throws RefusedInput, code `invalid_query`, with every problem */
export function parseQuery<S extends z.ZodType>(schema: S, search: URLSearchParams): Defined<z.output<S>> {
  const problems = new Problems();
  const given = new Map<string, string>();
  for (const [key, value] of search) {
    if (value === '') continue;
    if (given.has(key)) problems.add({ path: key.slice(0, 128), message: 'is given more than once' });
    given.set(key, value);
  }
  const parsed = schema.safeParse(Object.fromEntries(given), { reportInput: true });
  for (const issue of parsed.error?.issues ?? []) {
    for (const problem of fieldProblems(issue, () => 'is not a known parameter')) problems.add(problem);
  }
  const { from, to } = (parsed.data ?? {}) as { from?: number; to?: number };
  if (from !== undefined && to !== undefined && from > to) problems.add({ path: 'to', message: 'must not be before from' });
  problems.throwIfAny('invalid_query', 'The query was refused');
  return Object.fromEntries(Object.entries(parsed.data as object).filter(([, value]) => value !== undefined)) as Defined<z.output<S>>;
}

export const parseNoQuery = (search: URLSearchParams): object => parseQuery(z.strictObject({}), search);
export const parsePageQuery = (search: URLSearchParams): PageQuery => parseQuery(pageQuery, search);
export const parseSessionQuery = (search: URLSearchParams): SessionQuery => parseQuery(sessionQuery, search);
export const parseReportFileQuery = (search: URLSearchParams): { format?: ReportFormat; escapeFormulas?: boolean } =>
  parseQuery(reportFileQuery, search);
export const parseRecordQuery = (search: URLSearchParams): RecordQuery & FileQuery => parseQuery(recordQuery, search);
export const parseAnomalyQuery = (search: URLSearchParams): AnomalyQuery => parseQuery(anomalyQuery, search);
export const parseChangeQuery = (search: URLSearchParams): ChangeQuery => parseQuery(changeQuery, search);
export const parseChainQuery = (search: URLSearchParams): { seq?: number } => parseQuery(chainQuery, search);
export const parseLevelsQuery = (search: URLSearchParams): { from: number; to: number; points: number } => parseQuery(levelsQuery, search);
export const parseForecastQuery = (search: URLSearchParams): { licenceType?: string } => parseQuery(forecastQuery, search);
export const parseImportQuery = (search: URLSearchParams): { dryRun: boolean; timeZone?: string; dateOrder?: DateOrder } =>
  parseQuery(importQuery, search);
