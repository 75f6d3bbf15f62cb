import { html, type TemplateResult } from 'lit';
import { parseInstant } from '../../shared/time.ts';
import type { HistoryRow } from '../../shared/views.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { bucketState } from '../format/history-words.ts';
import { formatAverage, formatCount } from '../format/number.ts';
import { dateOf, exactMoment } from '../format/time.ts';
import { downloadCsv } from './download.ts';
import { virtualTable } from './virtual-table.ts';

export interface HistoryTable {
  rows: readonly HistoryRow[];
  dashboard: Dashboard;
  /** Whole days are named by their date. */
  days: boolean;
  /** Where a bucket leads: to what is in it. */
  href(row: HistoryRow): string;
}

/** The chart's buckets as rows. */
export function historyTable({ rows, dashboard, days, href }: HistoryTable): TemplateResult {
  const now = dashboard.live.serverNow();
  const zone = dashboard.timeZone();
  const at = (text: string) => parseInstant(text) ?? now;
  const start = (row: HistoryRow) => (days ? dateOf(at(row.start), zone) : exactMoment(at(row.start), now, zone));
  return virtualTable({
    label: 'Levels',
    columns: [
      { name: days ? 'Day' : 'From', width: '1.6fr', cell: (row) => html`<a href=${href(row)}>${start(row)}</a>` },
      { name: 'Highest', width: '0.8fr', number: true, cell: (row) => formatCount(row.inUse.highest) },
      { name: 'Reached', width: '1.3fr', cell: ({ inUse }) => (inUse.highestAt ? exactMoment(at(inUse.highestAt), now, zone) : '–') },
      { name: 'Average', width: '0.8fr', number: true, cell: (row) => formatAverage(row.inUse.average) },
      { name: 'Lowest', width: '0.8fr', number: true, cell: (row) => formatCount(row.inUse.lowest) },
      { name: 'Contingency, highest', width: '0.9fr', number: true, cell: (row) => formatCount(row.contingency.highest) },
      { name: 'Over limit, highest', width: '0.9fr', number: true, cell: (row) => formatCount(row.overLimit.highest) },
      { name: 'Remarks', width: '1.3fr', cell: bucketState },
    ],
    rows,
    key: (row) => row.start,
  });
}

export function downloadHistory(name: string, rows: readonly HistoryRow[]): void {
  const head = ['Licence Type', 'Start (UTC)', 'End (UTC)', 'Lowest', 'Average', 'Highest', 'Highest At (UTC)'];
  downloadCsv(name, [
    [...head, 'Contingency Highest', 'Over Limit Highest', 'Provisional', 'Complete'],
    ...rows.map(({ licenceType, start, end, inUse, contingency, overLimit, provisional, complete }) => [
      licenceType,
      start,
      end,
      inUse.lowest,
      inUse.average,
      inUse.highest,
      inUse.highestAt,
      contingency.highest,
      overLimit.highest,
      provisional,
      complete,
    ]),
  ]);
}
