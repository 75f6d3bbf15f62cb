import type { Instant } from '../../shared/time.ts';

/** One version of something dated: settings of an organisation, the assignment of a user. */
export interface Version<T> {
  /** In force from here on; the first version reaches back to the beginning, `-Infinity`. */
  from: Instant;
  /** Order of receipt; of versions with one instant the last received is in force. */
  receipt: number;
  value: T;
}

/** Adds a version in the order in which versions come into force. */
export function addVersion<T>(versions: readonly Version<T>[], added: Version<T>): Version<T>[] {
  const first = versions.length === 0 ? { ...added, from: Number.NEGATIVE_INFINITY } : added;
  return [...versions, first].sort((a, b) => a.from - b.from || a.receipt - b.receipt);
}

/** What an event at `at` finds: at one instant settings come before events. */
export function inForce<T>(versions: readonly Version<T>[], at: Instant): T | undefined {
  return versions.findLast((version) => version.from <= at)?.value;
}

/** What a timer at `at` finds: at one instant timers come before settings. */
export function inForceBefore<T>(versions: readonly Version<T>[], at: Instant): T | undefined {
  return versions.findLast((version) => version.from < at)?.value;
}

/** The newest by receipt: what was said last, whenever it counts from. */
export function lastReceived<T>(versions: readonly Version<T>[]): T | undefined {
  return versions.reduce<Version<T> | undefined>((last, version) => (last && last.receipt > version.receipt ? last : version), undefined)
    ?.value;
}
