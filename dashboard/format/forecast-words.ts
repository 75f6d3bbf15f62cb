import type { ForecastRow } from '../../shared/forecast.ts';
import { parseInstant } from '../../shared/time.ts';
import { countOf, formatCount } from './number.ts';
import { minuteTime } from './time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** What is further away than this is no news on a tile. */
const SOON_MS = 2 * HOUR;

export interface ForecastWords {
  /** `Full in about 7 min`; null: nothing of that kind is in sight. */
  full: string | null;
  /** `New high-water mark likely about 09:20` */
  mark: string | null;
  /** `usually within 6 licences; rests on 4 weeks` */
  basis: string | null;
}

/** A forecast in words, each with how much it is worth. What is true already is no forecast. */
export function forecastWords(row: ForecastRow | undefined, now: number, timeZone: string): ForecastWords {
  if (!row) return { full: null, mark: null, basis: null };
  const { newHighWaterMark: mark } = row;
  const at = mark?.at == null ? null : parseInstant(mark.at);
  const likely = mark?.likely === true && row.inUse <= mark.mark && at !== null && at > now;
  return {
    full: fullWords(row, now),
    mark: likely ? `New high-water mark likely about ${minuteTime(at, timeZone)}` : null,
    basis: basisWords(row),
  };
}

/** Only what is to come within the next two hours, or changes the bill today. */
export function soonWords(row: ForecastRow | undefined, now: number, timeZone: string): Pick<ForecastWords, 'full' | 'mark'> {
  const { full, mark } = forecastWords(row, now, timeZone);
  const at = row?.fullAt == null ? null : parseInstant(row.fullAt);
  return { full: at !== null && at - now <= SOON_MS ? full : null, mark };
}

function fullWords({ fullInSeconds, fullAt, fullPool }: ForecastRow, now: number): string | null {
  const at = fullAt === null ? null : parseInstant(fullAt);
  if (fullInSeconds === null || fullInSeconds === 0 || at === null) return null;
  const pool = fullPool === 'contingency' ? 'Contingency (overflow) full' : 'Full';
  return `${pool} in ${about(at - now)}`;
}

function about(milliseconds: number): string {
  if (milliseconds < MINUTE) return 'less than a minute';
  if (milliseconds < HOUR) return `about ${Math.round(milliseconds / MINUTE)} min`;
  return `about ${Math.round(milliseconds / HOUR)} h`;
}

/** `Today comes to about 212 at 11:10 (180 to 230)`; null: not enough is known of such days. */
export function todayWords({ expectedPeakToday: peak }: ForecastRow, timeZone: string): string | null {
  if (peak === null) return null;
  const at = parseInstant(peak.at);
  const when = at === null ? '' : ` at ${minuteTime(at, timeZone)}`;
  return `Today comes to about ${formatCount(Math.round(peak.value))}${when} (${formatCount(Math.round(peak.low))} to ${formatCount(Math.round(peak.high))})`;
}

function basisWords({ expectedPeakToday, basedOnWeeks, backtest }: ForecastRow): string | null {
  if (expectedPeakToday === null) return null;
  const off =
    backtest === null
      ? 'not tried on the past yet'
      : `usually within ${countOf(Math.max(1, Math.ceil(backtest.meanAbsoluteError)), 'licence')}`;
  return `${off}; rests on the same weekday of ${countOf(basedOnWeeks, 'week')}`;
}
