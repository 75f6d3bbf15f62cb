/** Saved reports and their runs in the line: what is due becomes a run in the same transaction that says so, and is therefore made once. */
import { carries } from '../../shared/alerts.ts';
import type { ReportReady, ReportRunView, SavedReport } from '../../shared/saved-reports.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import { queueFor } from '../alerting/messages.ts';
import type { Alerting } from '../alerting/watched.ts';
import type { Batch } from '../books/batch.ts';
import type { Calendar } from '../licensing/calendar.ts';
import type { Reader } from '../store/store.ts';
import { lastDue, nextDue } from './schedule.ts';

/** A saved report, as the store holds it. */
export interface KeptReport extends SavedReport {
  /** Due instants up to here are done with. */
  doneTo: Instant;
}

/** A run, as the store holds it. */
export interface Run {
  organisation: string;
  report: string;
  n: number;
  trigger: ReportRunView['trigger'];
  dueAt: Instant;
  status: ReportRunView['status'];
  finishedAt: Instant | null;
  seconds: number | null;
  from: string | null;
  to: string | null;
  rows: number | null;
  error: string | null;
  /** Below the directory of reports. */
  file: string | null;
}

export type RunOutcome = Pick<Run, 'seconds' | 'from' | 'to' | 'rows' | 'error' | 'file'> & { head: Omit<ReportReady, 'file'> | null };

interface OnDesk {
  kept: KeptReport;
  /** When it is due next, by which calendar. */
  next: { at: Instant; calendar: Calendar } | null;
}

export interface Desk {
  /** Organisation, then id. */
  reports: Map<string, Map<string, OnDesk>>;
  /** Runs to be made, since the last commit or a start. */
  queued: Run[];
  /** When something is due, or a calendar may be another. */
  lookAt: Instant;
}

export function loadDesk(disk: Reader): Desk {
  const desk: Desk = { reports: new Map(), queued: [], lookAt: Number.NEGATIVE_INFINITY };
  for (const { key, value } of disk.range<KeptReport>('savedReports', {})) put(desk, key[0] as string, key[1] as string, value);
  for (const { key } of disk.range('pendingRuns', {})) {
    const run = disk.get<Run>('reportRuns', key);
    if (run) desk.queued.push(run);
  }
  return desk;
}

function put(desk: Desk, organisation: string, id: string, kept: KeptReport): void {
  const known = desk.reports.get(organisation) ?? new Map<string, OnDesk>();
  known.set(id, { kept, next: null });
  desk.reports.set(organisation, known);
  lookAgain(desk);
}

/** Settings may have changed the time zone: due times are found anew. */
export const lookAgain = (desk: Desk): void => {
  desk.lookAt = Number.NEGATIVE_INFINITY;
};

export const reportsDue = (desk: Desk, now: Instant): boolean => desk.lookAt <= now && desk.reports.size > 0;

export function putReport(batch: Batch, desk: Desk, organisation: string, id: string, given: SavedReport): void {
  const known = desk.reports.get(organisation)?.get(id)?.kept;
  const sameTimes = JSON.stringify(known?.schedule) === JSON.stringify(given.schedule);
  keep(batch, desk, organisation, id, { ...given, doneTo: known && sameTimes ? known.doneTo : batch.now });
}

function keep(batch: Batch, desk: Desk, organisation: string, id: string, kept: KeptReport): void {
  batch.draft.put('savedReports', [organisation, id], kept);
  put(desk, organisation, id, kept);
}

/** @returns the files of its runs, or null where there was no such report */
export function deleteReport(batch: Batch, desk: Desk, organisation: string, id: string): string[] | null {
  if (!desk.reports.get(organisation)?.delete(id)) return null;
  batch.draft.remove('savedReports', [organisation, id]);
  return forgetRuns(batch, organisation, id, 0);
}

/** A run that somebody asks for. */
export function requestRun(batch: Batch, desk: Desk, organisation: string, id: string): Run | null {
  const kept = desk.reports.get(organisation)?.get(id)?.kept;
  return kept ? addRun(batch, desk, organisation, id, kept, 'request', batch.now) : null;
}

/** Runs of everything that is due. */
export function scheduleRuns(batch: Batch, desk: Desk): void {
  const { now } = batch;
  if (!reportsDue(desk, now)) return;
  let lookAt = Number.POSITIVE_INFINITY;
  for (const [id, reports] of desk.reports) {
    const calendar = batch.books.organisations.get(id)?.calendar;
    if (!calendar) continue;
    for (const [name, report] of reports) {
      const { schedule } = report.kept;
      if (!schedule) continue;
      if (report.next?.calendar !== calendar) report.next = { at: nextDue(calendar, schedule, report.kept.doneTo), calendar };
      const due = report.next.at <= now ? lastDue(calendar, schedule, report.kept.doneTo, now) : null;
      if (due !== null) addRun(batch, desk, id, name, report.kept, 'schedule', due);
      // Of what is done with just now the next time is found at the next look.
      lookAt = Math.min(lookAt, due === null ? report.next.at : now);
    }
  }
  desk.lookAt = lookAt;
}

function addRun(
  batch: Batch,
  desk: Desk,
  organisation: string,
  id: string,
  kept: KeptReport,
  trigger: Run['trigger'],
  dueAt: Instant,
): Run {
  const n = (batch.draft.get<number>('meta', ['reportRuns']) ?? 0) + 1;
  batch.draft.put('meta', ['reportRuns'], n);
  const empty = { finishedAt: null, seconds: null, from: null, to: null, rows: null, error: null, file: null };
  const run: Run = { organisation, report: id, n, trigger, dueAt, status: 'pending', ...empty };
  batch.draft.put('reportRuns', [organisation, id, n], run);
  batch.draft.put('pendingRuns', [organisation, id, n], 0);
  if (trigger === 'schedule') keep(batch, desk, organisation, id, { ...kept, doneTo: dueAt });
  desk.queued.push(run);
  return run;
}

/**
 * What came of a run, and a message about it in the same transaction.
 * @returns files that nobody needs any more: of old runs, or its own where the report is gone
 */
export function finishRun(batch: Batch, desk: Desk, alerting: Alerting, run: Run, { head, ...outcome }: RunOutcome): string[] {
  const { organisation, report: id, n } = run;
  const key = [organisation, id, n];
  const known = batch.draft.get<Run>('reportRuns', key);
  const kept = desk.reports.get(organisation)?.get(id)?.kept;
  if (!known || !kept || known.status !== 'pending') return known || outcome.file === null ? [] : [outcome.file];
  const status = outcome.error === null ? 'done' : 'failed';
  batch.draft.put('reportRuns', key, { ...known, ...outcome, status, finishedAt: batch.now } satisfies Run);
  batch.draft.remove('pendingRuns', key);
  const watched = alerting.watched.get(organisation);
  const webhook = kept.webhookId === null ? undefined : watched?.webhooks.get(kept.webhookId);
  if (head && watched && webhook?.enabled && carries(webhook.format, 'report.ready')) {
    const data = { ...head, file: runFile(run) };
    queueFor(batch, alerting, watched, { type: 'report.ready', about: `report ${id}`, data }, webhook);
  }
  return forgetRuns(batch, organisation, id, kept.keep);
}

/** @returns the files of all runs but the newest so many, which are listed no more */
function forgetRuns(batch: Batch, organisation: string, id: string, keepNewest: number): string[] {
  const files: string[] = [];
  const runs = [...batch.draft.range<Run>('reportRuns', { start: [organisation, id], end: [organisation, id, Number.POSITIVE_INFINITY] })];
  for (const { key, value } of runs.slice(0, Math.max(0, runs.length - keepNewest))) {
    if (keepNewest > 0 && value.status === 'pending') continue;
    batch.draft.remove('reportRuns', key);
    batch.draft.remove('pendingRuns', key);
    if (value.file !== null) files.push(value.file);
  }
  return files;
}

const runFile = ({ organisation, report, n }: Pick<Run, 'organisation' | 'report' | 'n'>): string =>
  `/api/v1/organisations/${encodeURIComponent(organisation)}/saved-reports/${encodeURIComponent(report)}/runs/${n}/file`;

export const runView = (run: Run): ReportRunView => ({
  run: run.n,
  trigger: run.trigger,
  dueAt: formatInstant(run.dueAt),
  status: run.status,
  finishedAt: run.finishedAt === null ? null : formatInstant(run.finishedAt),
  durationSeconds: run.seconds,
  from: run.from,
  to: run.to,
  rows: run.rows,
  error: run.error,
  file: run.file === null ? null : runFile(run),
});
