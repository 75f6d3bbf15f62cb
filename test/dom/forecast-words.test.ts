import { describe, expect, it } from 'vitest';
import { forecastWords, soonWords, todayWords } from '../../dashboard/format/forecast-words.ts';
import type { ForecastRow } from '../../shared/forecast.ts';

const NOW = Date.UTC(2026, 10, 24, 8, 0);
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const row = (more: Partial<ForecastRow>): ForecastRow => ({
  licenceType: 'Inbound Agent',
  inUse: 193,
  ratePerMinute: 1,
  fullInSeconds: 420,
  fullAt: at(7),
  fullPool: 'concurrent',
  expectedPeakToday: { value: 212, at: at(80), low: 190, high: 230 },
  newHighWaterMark: { likely: true, at: at(80), mark: 205 },
  basedOnWeeks: 6,
  backtest: { days: 4, meanAbsoluteError: 5.2, meanAbsoluteErrorMinutes: 9 },
  ...more,
});

describe('a forecast in words', () => {
  it('UI-78: when a pool is full, when a new mark is likely, and what both are worth', () => {
    expect(forecastWords(row({}), NOW, 'Europe/London')).toEqual({
      full: 'Full in about 7 min',
      mark: 'New high-water mark likely about 09:20',
      basis: 'usually within 6 licences; rests on the same weekday of 6 weeks',
    });
    expect(todayWords(row({}), 'Europe/London')).toBe('Today comes to about 212 at 09:20 (190 to 230)');
  });

  it('UI-78: it counts down between two answers of the daemon', () => {
    expect(forecastWords(row({}), NOW + 300_000, 'UTC').full).toBe('Full in about 2 min');
    expect(forecastWords(row({}), NOW + 400_000, 'UTC').full).toBe('Full in less than a minute');
  });

  it('UI-78: without enough history nothing is said of the day, and an untried forecast says so', () => {
    const little = row({ expectedPeakToday: null, newHighWaterMark: null, backtest: null, basedOnWeeks: 1 });
    expect(forecastWords(little, NOW, 'UTC')).toEqual({ full: 'Full in about 7 min', mark: null, basis: null });
    expect(todayWords(little, 'UTC')).toBeNull();
    expect(forecastWords(row({ backtest: null }), NOW, 'UTC').basis).toMatch(/^not tried on the past yet; /);
  });

  it('UI-78: what is there already, or far away, is no news on a tile', () => {
    expect(forecastWords(row({ fullInSeconds: 0, fullAt: at(0) }), NOW, 'UTC').full).toBeNull();
    expect(forecastWords(row({ inUse: 206 }), NOW, 'UTC').mark).toBeNull();
    const far = row({ fullInSeconds: 18_000, fullAt: at(300), fullPool: 'contingency' });
    expect(forecastWords(far, NOW, 'UTC').full).toBe('Contingency (overflow) full in about 5 h');
    expect(soonWords(far, NOW, 'UTC').full).toBeNull();
    expect(forecastWords(undefined, NOW, 'UTC')).toEqual({ full: null, mark: null, basis: null });
  });
});
