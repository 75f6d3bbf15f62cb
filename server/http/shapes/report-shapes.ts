import { WEEKDAYS } from '../../../shared/alerts.ts';
import { DATA_SOURCE_IDS, type DataSource, type Field, type Metric, type ReportColumn, type ReportView } from '../../../shared/reports.ts';
import {
  NAMED_RANGES,
  REPORT_FILE_FORMATS,
  type ReportRunView,
  type ReportSchedule,
  RUN_STATUSES,
  type SavedReport,
  type SavedReportView,
  SCHEDULE_UNITS,
} from '../../../shared/saved-reports.ts';
import type { HistoryRow, LevelView, OrganisationUsageRow } from '../../../shared/views.ts';
import type { PoolFigures, PoolSizes, SizedPools, WhatIf, WhatIfType } from '../../../shared/what-if.ts';
import { byName, count, either, flag, instant, items, list, number, object, oneOf, orNull, page, text } from './schema.ts';

const level = object<LevelView>({ lowest: count, average: number, highest: count, highestAt: orNull(instant), atEnd: count });
const bucket = object<HistoryRow>({
  start: instant,
  end: instant,
  licenceType: text,
  inUse: level,
  concurrent: level,
  contingency: level,
  overLimit: level,
  provisional: flag,
  complete: flag,
});
const organisationUsage = object<OrganisationUsageRow>({
  organisationId: text,
  licenceType: text,
  startDateTime: instant,
  endDateTime: instant,
  totalConcurrentCount: count,
  totalContingencyCount: count,
  totalOverLimitCount: count,
  provisional: flag,
  complete: flag,
});
const source = object<DataSource>({
  id: oneOf(DATA_SOURCE_IDS),
  name: text,
  fields: list(
    object<Field>(
      { id: text, name: text, meaning: text, type: oneOf(['text', 'number', 'instant', 'seconds', 'list']), filter: flag, dimension: flag },
      { values: list(text) },
    ),
  ),
  metrics: list(object<Metric>({ id: text, name: text, meaning: text })),
  dimensions: list(object<DataSource['dimensions'][number]>({ id: text, name: text })),
});
const cell = { type: ['string', 'number', 'null'] };
const savedReport = object<SavedReportView>({
  id: text,
  name: text,
  report: object<SavedReport['report']>({
    dataSource: oneOf(DATA_SOURCE_IDS),
    metrics: list(text),
    dimensions: list(text),
    filters: list(object<SavedReport['report']['filters'][number]>({ field: text, in: list(cell) })),
  }),
  range: either(oneOf(NAMED_RANGES), object<{ from: string; to: string }>({ from: instant, to: instant })),
  schedule: orNull(object<ReportSchedule>({ every: oneOf(SCHEDULE_UNITS), at: text }, { on: oneOf(WEEKDAYS) })),
  format: oneOf(REPORT_FILE_FORMATS),
  keep: count,
  webhookId: orNull(text),
  nextRunAt: orNull(instant),
});
const run = object<ReportRunView>({
  run: count,
  trigger: oneOf(['schedule', 'request']),
  dueAt: instant,
  status: oneOf(RUN_STATUSES),
  finishedAt: orNull(instant),
  durationSeconds: orNull(number),
  from: orNull(instant),
  to: orNull(instant),
  rows: orNull(count),
  error: orNull(text),
  file: orNull(text),
});

const figures = {
  secondsInContingency: number,
  secondsOverLimit: number,
  loginsInContingency: count,
  loginsOverLimit: count,
  contingencyMaxUsed: count,
};
const sizes = { concurrent: count, contingency: count };
const sized = { ...sizes, price: orNull(number) };
const saving = object<WhatIfType['peakWithout']['staleSessions']>({ value: count, at: orNull(instant), saves: count });
const whatIf = object<WhatIfType>({
  ...figures,
  licenceType: text,
  asIs: object<PoolFigures & { concurrent: number | null; contingency: number | null }>({
    ...figures,
    concurrent: orNull(count),
    contingency: orNull(count),
  }),
  sizes: orNull(object<PoolSizes>(sizes)),
  price: orNull(number),
  cheapest: orNull(object<SizedPools & { proven: boolean }>({ ...sized, proven: flag })),
  curve: list(object<WhatIfType['curve'][number]>({ ...sized, secondsInContingency: number, secondsOverLimit: number })),
  peak: object<WhatIfType['peak']>({ value: count, at: orNull(instant), holdings: count }),
  peakWithout: object<WhatIfType['peakWithout']>({ staleSessions: saving, secondDevices: saving }),
  suggestion: text,
});

export const REPORT_SHAPES = {
  history: items(bucket),
  organisationUsage: page(organisationUsage),
  dataSources: object<{ dataSources: DataSource[] }>({ dataSources: list(source) }),
  report: object<ReportView>({
    dataSource: oneOf(DATA_SOURCE_IDS),
    from: instant,
    to: instant,
    timeZone: text,
    provisional: flag,
    complete: flag,
    columns: list(object<ReportColumn>({ id: text, name: text, kind: oneOf(['dimension', 'metric']) })),
    rows: list(list(cell)),
    totals: byName(cell),
  }),
  savedReport,
  savedReports: items(savedReport),
  reportRun: run,
  reportRuns: items(run),
  whatIf: object<WhatIf>({
    from: instant,
    to: instant,
    billingPeriods: count,
    provisional: flag,
    complete: flag,
    staleAfterSeconds: number,
    licences: list(whatIf),
  }),
};
