/** Times of the week at which messages about some alerts are not wanted. */
import { type MuteTime, type MuteTimeSpan, WEEKDAYS } from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';

/** What is needed of an organisation's clock. */
export interface LocalClock {
  /** When it shows `HH:MM` on the day that many days after that of an instant; that day's weekday, 0 for Monday. */
  localTime(at: Instant, days: number, time: string): { at: Instant; weekday: number };
}

/** When a mute time that is active at an instant ends; null where it is not. */
export function mutedUntil({ times }: Pick<MuteTime, 'times'>, clock: LocalClock, now: Instant): Instant | null {
  let until: Instant | null = null;
  // One that began yesterday may last until today, and where clocks are set back even a day's length reaches no further.
  for (const span of times) {
    for (const day of [-1, 0]) {
      const end = endIfActive(span, clock, now, day);
      if (end !== null && (until === null || end > until)) until = end;
    }
  }
  return until;
}

function endIfActive({ days, from, to }: MuteTimeSpan, clock: LocalClock, now: Instant, day: number): Instant | null {
  const start = clock.localTime(now, day, from);
  const weekday = WEEKDAYS[start.weekday];
  if (now < start.at || (days.length > 0 && weekday !== undefined && !days.includes(weekday))) return null;
  // `HH:MM` sorts as text. On a day that skips or repeats an hour both ends follow the clock.
  const end = clock.localTime(now, to <= from ? day + 1 : day, to).at;
  return now < end ? end : null;
}
