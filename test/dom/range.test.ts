import { describe, expect, it } from 'vitest';
import { dayRange, periodStart, rangeInWords, rangePresets, readRange } from '../../dashboard/format/range.ts';

const LONDON = 'Europe/London';
const NOW = Date.UTC(2026, 9, 26, 0, 30);

describe('ranges', () => {
  it('UI-60: a page opens on the whole of yesterday, in the organisation’s zone, also when that day has 25 hours', () => {
    const range = readRange(null, null, NOW, LONDON);
    expect(range).toEqual({ from: Date.UTC(2026, 9, 24, 23), to: Date.UTC(2026, 9, 26) });
    expect(rangeInWords(range, LONDON)).toBe('Sunday 25 October 2026, 00:00:00 to 23:59:59');
    expect(readRange(null, null, NOW, 'America/New_York').from).toBe(Date.UTC(2026, 9, 24, 4));
  });

  it('UI-60: what the address says is taken; what cannot be read, or ends before it begins, leads to a range that can', () => {
    expect(readRange('2026-10-01T00:00', '2026-10-02T12:30', NOW, 'UTC')).toEqual({
      from: Date.UTC(2026, 9, 1),
      to: Date.UTC(2026, 9, 2, 12, 30),
    });
    expect(readRange('nonsense', 'nonsense', NOW, 'UTC')).toEqual({ from: Date.UTC(2026, 9, 25), to: Date.UTC(2026, 9, 26) });
    const backwards = readRange('2026-10-05T00:00', '2026-10-01T00:00', NOW, 'UTC');
    expect(backwards).toEqual({ from: Date.UTC(2026, 9, 5), to: Date.UTC(2026, 9, 6) });
  });

  it('UI-60: presets are local days, and periods begin on their start day', () => {
    const local = (words: string, startDay = 1) => rangePresets(NOW, LONDON, startDay).find((preset) => preset.words === words);
    expect(local('Today')).toMatchObject({ from: '2026-10-26T00:00', to: '2026-10-27T00:00' });
    expect(local('Last 7 days')).toMatchObject({ from: '2026-10-20T00:00' });
    expect(local('Billing period', 28)).toMatchObject({ from: '2026-09-28T00:00', to: '2026-10-27T00:00' });
    expect(local('Last billing period', 28)).toMatchObject({ from: '2026-08-28T00:00', to: '2026-09-28T00:00' });
    expect(periodStart('2027-01-05', 15)).toBe('2026-12-15');
    expect(dayRange('2026-03-29', LONDON)).toEqual({ from: Date.UTC(2026, 2, 29), to: Date.UTC(2026, 2, 29, 23) });
  });
});
