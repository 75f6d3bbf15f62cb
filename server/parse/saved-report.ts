/** Reports that are kept under a name. */
import { z } from 'zod';
import { WEEKDAYS } from '../../shared/alerts.ts';
import type { DataSource } from '../../shared/reports.ts';
import { NAMED_RANGES, REPORT_FILE_FORMATS, type SavedReport, SCHEDULE_UNITS } from '../../shared/saved-reports.ts';
import { formatInstant } from '../../shared/time.ts';
import { checked } from './checked.ts';
import { clockTime, instant, name } from './fields.ts';
import { shown } from './issues.ts';
import { flag, parseQuery, reportFileQuery } from './query.ts';
import { Problems, RefusedInput } from './refusal.ts';
import { parseReport, reportSchema } from './report-body.ts';

const MOST_KEPT = 1_000;

export const savedReportSchema = z.strictObject({
  id: z.string().optional(),
  name: name.optional(),
  report: reportSchema.omit({ from: true, to: true }),
  range: z.union([z.enum(NAMED_RANGES), z.strictObject({ from: instant, to: instant })], {
    error: `must be one of ${NAMED_RANGES.join(', ')}, or {from, to}`,
  }),
  schedule: z
    .strictObject({ every: z.enum(SCHEDULE_UNITS), at: clockTime, on: z.enum(WEEKDAYS).optional() })
    .nullish()
    .transform((schedule) => schedule ?? null),
  format: z.enum(REPORT_FILE_FORMATS).default('csv'),
  keep: z.int().gte(1).lte(MOST_KEPT).default(30),
  webhookId: name.nullish().transform((id) => id ?? null),
  // What GET gives may be sent back.
  nextRunAt: z.string().nullish(),
});

/** @throws RefusedInput with every problem */
export function parseSavedReport(
  id: string,
  body: unknown,
  sources: readonly DataSource[],
  hasWebhook: (webhook: string) => boolean,
): SavedReport {
  const problems = new Problems();
  const parsed = checked(savedReportSchema, body, problems);
  if (parsed?.id !== undefined && parsed.id !== id)
    problems.add({ path: 'id', message: `must be ${shown(id)}, as in the path, or absent` });
  if (parsed) addReportProblems(parsed.report, sources, problems);
  if (parsed?.schedule?.on !== undefined && parsed.schedule.every !== 'week')
    problems.add({ path: 'schedule.on', message: 'is for weeks only' });
  if (parsed && typeof parsed.range !== 'string' && parsed.range.to < parsed.range.from)
    problems.add({ path: 'range.to', message: 'must not be before from' });
  if (parsed && parsed.webhookId !== null && !hasWebhook(parsed.webhookId))
    problems.add({ path: 'webhookId', message: 'names no webhook of this organisation' });
  problems.throwIfAny('invalid_body', 'Nothing was changed');
  const { name: title, report, range, schedule, format, keep, webhookId } = parsed as z.output<typeof savedReportSchema>;
  const { dataSource, metrics, dimensions, filters } = parseReport(report, sources);
  return {
    name: title ?? id,
    report: { dataSource, metrics, dimensions, filters },
    range: typeof range === 'string' ? range : { from: formatInstant(range.from), to: formatInstant(range.to) },
    schedule: schedule && { every: schedule.every, at: schedule.at, ...(schedule.on && { on: schedule.on }) },
    format,
    keep,
    webhookId,
  };
}

function addReportProblems(report: unknown, sources: readonly DataSource[], problems: Problems): void {
  try {
    parseReport(report, sources);
  } catch (error) {
    if (!(error instanceof RefusedInput)) throw error;
    for (const problem of error.errors) problems.add({ ...problem, path: `report.${problem.path}` });
  }
}

export const runQuery = reportFileQuery.extend({ deliver: flag.optional() });
export const parseRunQuery = (search: URLSearchParams) => parseQuery(runQuery, search);
