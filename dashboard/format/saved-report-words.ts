import type { NamedRange, ReportRange, ReportSchedule } from '../../shared/saved-reports.ts';
import { WEEKDAY_WORDS } from './weekday-words.ts';

export const RANGE_WORDS: Record<NamedRange, string> = {
  today: 'today so far',
  yesterday: 'yesterday',
  'last-7-days': 'last 7 days',
  'last-30-days': 'last 30 days',
  'this-month': 'this month so far',
  'last-month': 'last month',
  'this-billing-period': 'this billing period so far',
  'last-billing-period': 'last billing period',
};

export const savedRangeWords = (range: ReportRange): string =>
  typeof range === 'string' ? RANGE_WORDS[range] : `${range.from} to ${range.to}`;

/** When a report is made by itself, on the organisation's clock. */
export function scheduleWords(schedule: ReportSchedule | null): string {
  if (schedule === null) return 'only on request';
  const { every, at, on = 'mon' } = schedule;
  if (every === 'day') return `every day at ${at}`;
  return every === 'week' ? `every ${WEEKDAY_WORDS[on]} at ${at}` : `on the first day of a billing period at ${at}`;
}
