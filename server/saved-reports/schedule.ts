/** When a report is due, and over what it goes: the organisation's clock and calendar decide. Pure. */
import { WEEKDAYS } from '../../shared/alerts.ts';
import type { ReportRange, ReportSchedule } from '../../shared/saved-reports.ts';
import { type Instant, parseInstant } from '../../shared/time.ts';
import type { Calendar, Span } from '../licensing/calendar.ts';

/** Longer than the distance of two due instants: of what was missed before only the last is made up for. */
const LOOK_BACK_MS = 70 * 86_400_000;

/** The first due instant after another one. A time that a change of clocks skips is the end of the gap, of one that occurs twice the first counts. */
export function nextDue(calendar: Calendar, { every, at: time, on = 'mon' }: ReportSchedule, after: Instant): Instant {
  if (every === 'day') return calendar.nextLocalTime(after, time);
  if (every === 'billing-period') {
    const period = calendar.billingPeriod(after);
    const due = calendar.localTime(period.start, 0, time).at;
    return due > after ? due : calendar.localTime(period.end, 0, time).at;
  }
  for (let days = 0; ; days++) {
    const { at, weekday } = calendar.localTime(after, days, time);
    if (at > after && WEEKDAYS[weekday] === on) return at;
  }
}

/** The newest due instant after one and up to another, or null: however many were missed, one report is made. */
export function lastDue(calendar: Calendar, schedule: ReportSchedule, after: Instant, upTo: Instant): Instant | null {
  let last: Instant | null = null;
  let due = nextDue(calendar, schedule, Math.max(after, upTo - LOOK_BACK_MS));
  for (; due <= upTo; due = nextDue(calendar, schedule, due)) last = due;
  return last;
}

/** What a range means at an instant. */
export function spanOf(calendar: Calendar, range: ReportRange, at: Instant): Span {
  if (typeof range !== 'string') return { start: parseInstant(range.from) ?? 0, end: parseInstant(range.to) ?? 0 };
  const today = calendar.day(at);
  switch (range) {
    case 'today':
      return today;
    case 'yesterday':
      return calendar.day(today.start - 1);
    case 'last-7-days':
      return { start: daysBefore(calendar, today.start, 7), end: today.start };
    case 'last-30-days':
      return { start: daysBefore(calendar, today.start, 30), end: today.start };
    case 'this-month':
      return { start: monthStart(calendar, at), end: today.end };
    case 'last-month': {
      const end = monthStart(calendar, at);
      return { start: monthStart(calendar, end - 1), end };
    }
    case 'this-billing-period':
      return { start: calendar.billingPeriod(at).start, end: today.end };
    case 'last-billing-period': {
      const { start, end } = calendar.billingPeriod(calendar.billingPeriod(at).start - 1);
      return { start, end };
    }
  }
}

function daysBefore(calendar: Calendar, start: Instant, days: number): Instant {
  let at = start;
  for (let i = 0; i < days; i++) at = calendar.day(at - 1).start;
  return at;
}

function monthStart(calendar: Calendar, at: Instant): Instant {
  const date = Number(calendar.localDateTime(at).slice(8, 10));
  return daysBefore(calendar, calendar.day(at).start, date - 1);
}
