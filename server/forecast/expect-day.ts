/**
 * What a day comes to, told by the same weekday of the weeks before: each of them, scaled by how today compares with it so far, says how
 * high the rest of today goes and when; the middle of what they say is expected, the lowest and highest are how far it may be off.
 */
import { type DayCurve, highestOf, SLOTS, unknownDay } from './day-curve.ts';
import { middle } from './middle.ts';

/** With fewer days there is nothing to compare with. */
const FEWEST_DAYS = 2;
/** Days that are heeded, the newest. */
export const MOST_DAYS = 8;
/** Slots before now by which today is compared with another day: three hours. */
const COMPARED = 36;
/** The other day counts as if so much of it had been seen today already: a few early logins double nothing. */
const PRIOR = 0.05;
const [LEAST_RATIO, MOST_RATIO] = [0.5, 2];

export interface ExpectedDay {
  /** Highest in use of the whole day. */
  value: number;
  slot: number;
  low: number;
  high: number;
  /** Days that it rests on. */
  days: number;
  /** When a mark is passed, where most of the days say that it is. */
  passes: { slot: number; days: number } | null;
}

/**
 * @param today what is known of it
 * @param now the running slot
 * @param past same weekdays, newest first
 * @param mark null: nothing to pass
 */
export function expectDay(today: DayCurve, now: number, past: readonly DayCurve[], mark: number | null): ExpectedDay | null {
  if (past.length < FEWEST_DAYS) return null;
  const soFar = highestOf(today, 0, SLOTS);
  const told = past.slice(0, MOST_DAYS).map((day) => tellDay(today, now, day, soFar, mark));
  const values = told.map(({ value }) => value);
  const crossings = told.flatMap(({ crossing }) => (crossing === null ? [] : [crossing]));
  const likely = crossings.length * 2 > told.length;
  return {
    value: Math.round(middle(values) as number),
    slot: Math.floor(middle(told.map(({ slot }) => slot)) as number),
    low: Math.round(Math.min(...values)),
    high: Math.round(Math.max(...values)),
    days: told.length,
    passes: likely ? { slot: Math.floor(middle(crossings) as number), days: crossings.length } : null,
  };
}

function tellDay(today: DayCurve, now: number, day: DayCurve, soFar: { value: number; slot: number }, mark: number | null) {
  const ratio = ratioOf(today, day, now);
  const rest = highestOf(day, now, SLOTS);
  const higher = rest.value * ratio > soFar.value;
  let crossing: number | null = null;
  for (let slot = now; mark !== null && crossing === null && slot < SLOTS; slot++) {
    if (Math.round((day[slot] as number) * ratio) > mark) crossing = slot;
  }
  return { value: higher ? rest.value * ratio : soFar.value, slot: Math.max(0, higher ? rest.slot : soFar.slot), crossing };
}

/** How today compares with a day, over the hours before now that both had. */
function ratioOf(today: DayCurve, day: DayCurve, now: number): number {
  let [ours, theirs, whole] = [0, 0, 0];
  for (let slot = 0; slot < SLOTS; slot++) {
    const [a, b] = [today[slot] as number, day[slot] as number];
    if (!Number.isNaN(b)) whole += b;
    if (slot < now - COMPARED || slot >= now || Number.isNaN(a) || Number.isNaN(b)) continue;
    ours += a;
    theirs += b;
  }
  if (whole === 0) return 1;
  return Math.min(MOST_RATIO, Math.max(LEAST_RATIO, (ours + PRIOR * whole) / (theirs + PRIOR * whole)));
}

/** What is known of a day when its slot `now` begins. */
export function upTo(day: DayCurve, now: number): DayCurve {
  const known = unknownDay();
  known.set(day.subarray(0, now));
  return known;
}
