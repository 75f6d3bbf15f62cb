/** A day as it is compared with others: the highest in use of each five minutes of the local clock. */

export const SLOT_MS = 300_000;
const DAY_MS = 86_400_000;
export const SLOTS = DAY_MS / SLOT_MS;

/** By slot; NaN where the clock showed no such time, or nobody knows yet. Of a time that occurred twice the higher. */
export type DayCurve = Float32Array;

export const unknownDay = (): DayCurve => new Float32Array(SLOTS).fill(Number.NaN);

/** @param local milliseconds of the local clock */
export const slotAt = (local: number): number => Math.floor((((local % DAY_MS) + DAY_MS) % DAY_MS) / SLOT_MS);

export const clockOfSlot = (slot: number): string => {
  const minutes = slot * (SLOT_MS / 60_000);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
};

export function noteHigh(curve: DayCurve, slot: number, high: number): void {
  const known = curve[slot];
  curve[slot] = known === undefined || Number.isNaN(known) ? high : Math.max(known, high);
}

/** The highest of the slots from one up to another, and where it was first reached; slot -1 where nothing is known. */
export function highestOf(curve: DayCurve, from: number, to: number): { value: number; slot: number } {
  let value = 0;
  let at = -1;
  for (let slot = from; slot < to; slot++) {
    const high = curve[slot] as number;
    if (high > value || (at === -1 && high === value)) [value, at] = [high, slot];
  }
  return { value, slot: at };
}
