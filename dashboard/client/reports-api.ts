import { AnswerCutError, type Heard, readReport, readWhatIf } from '../../shared/answer-lines.ts';
import type { PeakView } from '../../shared/bill.ts';
import type { ForecastView } from '../../shared/forecast.ts';
import type { Resolution } from '../../shared/history.ts';
import type { DataSource, ReportQuery, ReportView } from '../../shared/reports.ts';
import type { ReportRunView, SavedReport, SavedReportView } from '../../shared/saved-reports.ts';
import type { BillingPeriodRow, BillNow, StatementRow, StatementSummary } from '../../shared/statements.ts';
import { formatInstant } from '../../shared/time.ts';
import type { Comparison, FiguresReport } from '../../shared/vendor-figures.ts';
import type { HistoryRow } from '../../shared/views.ts';
import type { WhatIf } from '../../shared/what-if.ts';
import { type Http, ProblemError, pathOf, type Query } from './http.ts';

/** A report as it is asked: instants in RFC 3339. */
export type ReportBody = Omit<ReportQuery, 'from' | 'to'> & { from: string; to: string };

/** What is read of the past: history, bills, peaks and reports. */
export interface ReportsApi {
  history(organisation: string, query: Stretch & { resolution: Resolution }, signal?: AbortSignal): Promise<HistoryRow[]>;
  /** Newest first. */
  billingPeriods(organisation: string, signal?: AbortSignal): Promise<BillingPeriodRow[]>;
  bill(organisation: string, period: string, signal?: AbortSignal): Promise<BillNow>;
  /** Of all closed periods. */
  statements(organisation: string, signal?: AbortSignal): Promise<StatementRow[]>;
  /** Where a statement is had as a file. */
  statementPath(organisation: string, period: string, number: number): string;
  /** `written`: a statement or a revision was made; else nothing had changed. */
  closePeriod(organisation: string, period: string): Promise<StatementSummary & { written: boolean }>;
  comparison(organisation: string, query: { period: string; source?: string | undefined }, signal?: AbortSignal): Promise<Comparison>;
  giveFigures(organisation: string, query: FiguresOrder, file: Blob): Promise<FiguresReport>;
  removeFigures(organisation: string, source: string): Promise<void>;
  peak(organisation: string, query: Stretch, signal?: AbortSignal): Promise<PeakView>;
  forecast(organisation: string, signal?: AbortSignal): Promise<ForecastView>;
  /** 404 where the daemon does not know how. */
  whatIf(organisation: string, body: WhatIfBody, signal: AbortSignal, heard: Heard): Promise<WhatIf>;
  dataSources(signal?: AbortSignal): Promise<DataSource[]>;
  /** @param heard is told how far it has come */
  report(organisation: string, body: ReportBody, signal: AbortSignal, heard?: Heard): Promise<ReportView>;
  savedReports(organisation: string, signal?: AbortSignal): Promise<SavedReportView[]>;
  saveReport(organisation: string, id: string, order: ReportOrder): Promise<void>;
  deleteReport(organisation: string, id: string): Promise<void>;
  /** Begins a run as the schedule would. */
  runReport(organisation: string, id: string): Promise<void>;
  /** Newest first. */
  reportRuns(organisation: string, id: string, signal?: AbortSignal): Promise<ReportRunView[]>;
  /** A file of the daemon, by its address. */
  file(path: string): Promise<Blob>;
  /** The same as a file of a media type. */
  reportFile(organisation: string, body: ReportBody, mediaType: string): Promise<Blob>;
}

/** What went wrong on the way is a refusal as any other. */
const whole = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((error: unknown) => {
    throw error instanceof AnswerCutError && error.problem ? new ProblemError(error.problem.status, error.problem) : error;
  });

export interface WhatIfBody {
  period: string;
  /** Absent: all that were used. */
  licenceTypes?: string[];
  without?: { staleSessions?: true; secondDevices?: true };
  sizes?: Record<string, { concurrent: number; contingency: number }>;
  prices?: Record<string, { unitPrice: number; contingencyPrice: number }>;
}

/** What is not said is the daemon's to choose. */
export type ReportOrder = Pick<SavedReport, 'name' | 'report' | 'range'> & Record<string, unknown>;

export interface FiguresOrder {
  source: string;
  /** Empty: as the file can only be meant. */
  dateOrder: string;
  /** Nothing is kept. */
  dryRun: boolean;
}

/** Of one licence type, milliseconds since 1970. */
export interface Stretch {
  licenceType: string;
  from: number;
  to: number;
}

export function createReportsApi({ get, post, put, send, remove, lines }: Http): ReportsApi {
  const stretch = ({ from, to, ...rest }: Stretch & Query): Query => ({ ...rest, from: formatInstant(from), to: formatInstant(to) });
  const items = async <T>(path: string, signal?: AbortSignal) => (await get<{ items: T[] }>(path, signal)).items;
  return {
    history: (organisation, query, signal) => items(pathOf(organisation, '/history', stretch({ ...query })), signal),
    billingPeriods: (organisation, signal) => items(pathOf(organisation, '/billing/periods'), signal),
    bill: (organisation, period, signal) => get(pathOf(organisation, '/billing', { period }), signal),
    statements: (organisation, signal) => items(pathOf(organisation, '/billing/statements'), signal),
    statementPath: (organisation, period, number) => pathOf(organisation, `/billing/statements/${period}`, { revision: number }),
    closePeriod: (organisation, period) => post(pathOf(organisation, `/billing/${period}/close`), {}),
    comparison: (organisation, query, signal) => get(pathOf(organisation, '/billing/comparison', query), signal),
    giveFigures: async (organisation, { dryRun, ...query }, file) => {
      const path = pathOf(organisation, '/vendor-figures', { ...query, dryRun: dryRun || undefined });
      return (await send(path, { method: 'POST', headers: { 'content-type': 'text/csv' }, body: file })).json() as Promise<FiguresReport>;
    },
    removeFigures: (organisation, source) => remove(pathOf(organisation, '/vendor-figures', { source })),
    peak: (organisation, query, signal) => get(pathOf(organisation, '/peak', stretch({ ...query })), signal),
    whatIf: (organisation, body, signal, heard) => whole(readWhatIf(lines(pathOf(organisation, '/what-if'), body, signal), heard)),
    forecast: (organisation, signal) => get(pathOf(organisation, '/forecast'), signal),
    dataSources: async (signal) => (await get<{ dataSources: DataSource[] }>('/api/v1/data-sources', signal)).dataSources,
    report: (organisation, body, signal, heard = () => {}) =>
      whole(readReport(lines(pathOf(organisation, '/reports'), body, signal), heard)),
    savedReports: (organisation, signal) => items(pathOf(organisation, '/saved-reports'), signal),
    saveReport: (organisation, id, order) => put(pathOf(organisation, `/saved-reports/${encodeURIComponent(id)}`), order),
    deleteReport: (organisation, id) => remove(pathOf(organisation, `/saved-reports/${encodeURIComponent(id)}`)),
    runReport: async (organisation, id) =>
      void (await send(pathOf(organisation, `/saved-reports/${encodeURIComponent(id)}/run`, { deliver: true }), { method: 'POST' })),
    reportRuns: (organisation, id, signal) => items(pathOf(organisation, `/saved-reports/${encodeURIComponent(id)}/runs`), signal),
    file: async (path) => (await send(path)).blob(),
    reportFile: async (organisation, body, mediaType) => {
      const headers = { accept: mediaType, 'content-type': 'application/json' };
      return (await send(pathOf(organisation, '/reports'), { method: 'POST', headers, body: JSON.stringify(body) })).blob();
    },
  };
}
