import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../server/licensing/calendar.ts';
import { formatInstant } from '../../shared/time.ts';

const at = (text: string): number => Date.parse(text);
const london = createCalendar('Europe/London', 1);

describe('calendar', () => {
  it('CAL-1 a day runs from local midnight to local midnight, 23 or 25 hours where clocks change', () => {
    const hours = (text: string) => {
      const { start, end } = london.day(at(text));
      return [formatInstant(start), (end - start) / 3_600_000];
    };
    expect(hours('2026-11-24T05:00:00Z')).toEqual(['2026-11-24T00:00:00.000Z', 24]);
    expect(hours('2026-03-29T12:00:00Z')).toEqual(['2026-03-29T00:00:00.000Z', 23]);
    expect(hours('2026-10-25T12:00:00Z')).toEqual(['2026-10-24T23:00:00.000Z', 25]);
  });

  it('CAL-2 a billing period starts on its day in the local zone and is named by that month', () => {
    const fifteenth = createCalendar('America/New_York', 15);
    const { start, end, name } = fifteenth.billingPeriod(at('2026-11-14T23:59:59Z'));
    expect([formatInstant(start), formatInstant(end), name]).toEqual(['2026-10-15T04:00:00.000Z', '2026-11-15T05:00:00.000Z', '2026-10']);
    expect(fifteenth.billingPeriod(at('2026-11-15T04:59:59.999Z')).name).toBe('2026-10');
    expect(fifteenth.billingPeriod(at('2026-11-15T05:00:00Z')).name).toBe('2026-11');
    expect(createCalendar('UTC', 28).billingPeriod(at('2026-01-27T00:00:00Z')).name).toBe('2025-12');
  });

  it('CAL-3 a local time that does not exist is the first instant after the gap, one that occurs twice the first', () => {
    const next = (from: string, time: string) => formatInstant(london.nextLocalTime(at(from), time));
    expect(next('2026-03-28T12:00:00Z', '01:30')).toBe('2026-03-29T01:00:00.000Z');
    expect(next('2026-10-24T12:00:00Z', '01:30')).toBe('2026-10-25T00:30:00.000Z');
    expect(next('2026-10-25T00:30:00Z', '01:30')).toBe('2026-10-26T01:30:00.000Z');
    expect(next('2026-11-24T05:00:00Z', '05:00')).toBe('2026-11-25T05:00:00.000Z');
    expect(next('2026-11-24T04:59:59.999Z', '05:00')).toBe('2026-11-24T05:00:00.000Z');
  });

  it('CAL-4 prints local date and time as storm does', () => {
    expect(london.localDateTime(at('2026-07-01T12:00:05.999Z'))).toBe('2026-07-01 13:00:05');
    expect(london.localDateTime(at('1969-12-31T23:59:59Z'))).toBe('1970-01-01 00:59:59');
  });
});
