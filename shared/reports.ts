/** Reports: what can be asked (`GET /api/v1/data-sources`), how (`POST O/reports`), and what comes back. */
import type { Instant } from './time.ts';

export const DATA_SOURCE_IDS = ['licence-usage', 'organisation-licence-usage'] as const;
export type DataSourceId = (typeof DATA_SOURCE_IDS)[number];

export type FieldType = 'text' | 'number' | 'instant' | 'seconds' | 'list';

export interface Field {
  id: string;
  name: string;
  meaning: string;
  type: FieldType;
  /** Known values; of licence types and logon sources there may be others. */
  values?: string[];
  filter: boolean;
  dimension: boolean;
}

export interface Metric {
  id: string;
  name: string;
  meaning: string;
}

export interface DataSource {
  id: DataSourceId;
  name: string;
  fields: Field[];
  metrics: Metric[];
  dimensions: { id: string; name: string }[];
}

/** A value of a row; null where there is none: a user without a group, an average of nothing. */
export type Cell = string | number | null;

export interface ReportFilter {
  field: string;
  /** Any of these. */
  in: Cell[];
}

export interface ReportQuery {
  dataSource: DataSourceId;
  metrics: string[];
  dimensions: string[];
  /** All of these. */
  filters: ReportFilter[];
  /** Default: the local day before `to`, or yesterday. */
  from?: Instant;
  /** Exclusive. */
  to?: Instant;
}

export interface ReportColumn {
  id: string;
  name: string;
  kind: 'dimension' | 'metric';
}

export interface ReportView {
  dataSource: DataSourceId;
  from: string;
  to: string;
  timeZone: string;
  /** The range is not over yet. */
  provisional: boolean;
  /** Highwater recorded all the time, and what the question needs is still kept. */
  complete: boolean;
  columns: ReportColumn[];
  /** In the order of the columns. */
  rows: Cell[][];
  /** By metric, worked out over everything and never from the rows. */
  totals: Record<string, Cell>;
}
