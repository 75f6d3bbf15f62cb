/** Reports that are kept under a name, with a range that moves along, and made by themselves at set times. */
import type { Weekday } from './alerts.ts';
import type { Cell, ReportColumn, ReportQuery } from './reports.ts';

export const NAMED_RANGES = [
  'today',
  'yesterday',
  'last-7-days',
  'last-30-days',
  'this-month',
  'last-month',
  'this-billing-period',
  'last-billing-period',
] as const;
export type NamedRange = (typeof NAMED_RANGES)[number];
/** Named ones are whole days of the local clock, reckoned from the instant at which the report is made or was due. */
export type ReportRange = NamedRange | { from: string; to: string };

export const SCHEDULE_UNITS = ['day', 'week', 'billing-period'] as const;
export interface ReportSchedule {
  every: (typeof SCHEDULE_UNITS)[number];
  /** Time of day on the local clock, HH:MM; of a billing period, on its first day. */
  at: string;
  /** Of a week. */
  on?: Weekday;
}

export const REPORT_FILE_FORMATS = ['csv', 'xlsx', 'json'] as const;
export type ReportFileFormat = (typeof REPORT_FILE_FORMATS)[number];

export interface SavedReport {
  name: string;
  report: Omit<ReportQuery, 'from' | 'to'>;
  range: ReportRange;
  schedule: ReportSchedule | null;
  /** Of the files that its schedule writes. */
  format: ReportFileFormat;
  /** Files and runs that are kept, the newest. */
  keep: number;
  /** A receiver that is told when a file is there. */
  webhookId: string | null;
}

export interface SavedReportView extends SavedReport {
  id: string;
  nextRunAt: string | null;
}

export const RUN_STATUSES = ['pending', 'done', 'failed'] as const;

export interface ReportRunView {
  run: number;
  trigger: 'schedule' | 'request';
  /** When it was to be made; its range is reckoned from here. */
  dueAt: string;
  status: (typeof RUN_STATUSES)[number];
  finishedAt: string | null;
  durationSeconds: number | null;
  from: string | null;
  to: string | null;
  rows: number | null;
  error: string | null;
  /** Where the file is had. */
  file: string | null;
}

/** `data` of a `report.ready`. */
export interface ReportReady {
  organisation: string;
  report: string;
  name: string;
  run: number;
  dueAt: string;
  from: string;
  to: string;
  file: string;
  columns: ReportColumn[];
  totals: Record<string, Cell>;
  /** The first of them. */
  rows: Cell[][];
  rowCount: number;
}
