/** When people are at work. Hours are local and fractional: 13.5 is half past one. */
export type Shift = 'early' | 'day' | 'late' | 'night' | 'always';

export const SHIFTS: readonly Shift[] = ['early', 'day', 'late', 'night', 'always'];

/** Between `inFrom` and `inTo` a shift arrives, between `outFrom` and `outTo` it goes home. The late one arrives before the early one has gone. */
const ROTA: Record<Exclude<Shift, 'always'>, { inFrom: number; inTo: number; outFrom: number; outTo: number }> = {
  early: { inFrom: 5.5, inTo: 6.5, outFrom: 13.5, outTo: 14.75 },
  day: { inFrom: 8, inTo: 9, outFrom: 16.5, outTo: 18 },
  late: { inFrom: 13.25, inTo: 14.5, outFrom: 21.5, outTo: 22.5 },
  night: { inFrom: 21, inTo: 22, outFrom: 29.75, outTo: 30.75 },
};

/** The centre opens its doors to the spectator in the middle of the morning. */
const FIRST_HOUR = 9.5;
/** Breaks swing about their mean with this period, so that a wall moves within a minute. */
const BREAK_WAVE_MS = 100_000;

/** The part of a shift that is in the building at that hour, 0 to 1. */
export function coverage(shift: Shift, hour: number): number {
  if (shift === 'always') return 1;
  const { inFrom, inTo, outFrom, outTo } = ROTA[shift];
  const within = (at: number) => Math.max(0, Math.min(1, (at - inFrom) / (inTo - inFrom), (outTo - at) / (outTo - outFrom)));
  return Math.max(within(hour), within(hour + 24));
}

/** Hour of the simulated day after `elapsed` milliseconds, where a whole day takes `dayMs`. */
export const hourAt = (elapsed: number, dayMs: number): number => (FIRST_HOUR + (elapsed / dayMs) * 24) % 24;

/** The part of those at work that is on a break. */
export function onBreak(elapsed: number, hour: number): number {
  const lunch = hour > 12 && hour < 14 ? 0.02 : 0;
  return 0.09 + lunch + 0.05 * Math.sin((2 * Math.PI * elapsed) / BREAK_WAVE_MS);
}

/**
 * How long a simulated day takes: 24 minutes where the rate allows it, so that a demo sees a handover; slower where
 * the events of a day (some eight for each user) would not fit into a good part of the rate.
 */
export function dayLength(users: number, rate: number): number {
  const fits = ((users * 8) / (rate * 0.4)) * 1000;
  return Math.min(24 * 3_600_000, Math.max(24 * 60_000, fits));
}
