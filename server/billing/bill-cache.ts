/** How far bills have been read already. What is written behind that is forgotten, so that a bill is only read on, never over again. */
import type { Instant } from '../../shared/time.ts';
import { compareKeys } from '../store/keys.ts';
import type { Key, Write } from '../store/store.ts';
import type { MomentHolders } from './holders.ts';
import type { LevelLine } from './level-line.ts';

/** Periods of which something is kept, of all organisations. */
const PERIODS = 8;
/** Places in a period from which reading may go on; beyond, every other one is given up. */
const CHECKPOINTS = 24;

/** Numbers in the lines that are kept, of all organisations: some hundred megabytes. */
const MOST_NUMBERS = 2_000_000;

/** The lines of all types with everything before `next`. Not to be changed. */
export interface Checkpoint {
  next: Key;
  /** Entries of the period before it. */
  entries: number;
  lines: ReadonlyMap<string, LevelLine>;
}

export interface KnownPeriod {
  readonly organisation: string;
  readonly checkpoints: Checkpoint[];
  /** Who was there at instants that were asked for, by `momentKey`. */
  moments: Map<string, { at: Instant; found: MomentHolders }>;
}

export class BillCache {
  readonly #known = new Map<string, KnownPeriod>();

  /** @param name says which period it is, and by which clock */
  period(organisation: string, name: string): KnownPeriod {
    const key = `${organisation}\u0000${name}`;
    const known = this.#known.get(key) ?? { organisation, checkpoints: [], moments: new Map() };
    this.#known.delete(key);
    this.#known.set(key, known);
    let numbers = [...this.#known.values()].reduce((sum, each) => sum + sizeOf(each), 0);
    for (const [oldest, each] of this.#known) {
      if (each === known || (this.#known.size <= PERIODS && numbers <= MOST_NUMBERS)) break;
      this.#known.delete(oldest);
      numbers -= sizeOf(each);
    }
    return known;
  }

  /** Takes what a commit wrote. */
  note(writes: readonly Write[]): void {
    if (this.#known.size === 0) return;
    for (const { table, key } of writes) {
      if (table !== 'entries') continue;
      for (const known of this.#known.values()) if (known.organisation === key[0]) forget(known, key);
    }
  }
}

function forget({ checkpoints, moments }: KnownPeriod, key: Key): void {
  while (checkpoints.length > 0 && compareKeys(key, (checkpoints.at(-1) as Checkpoint).next) < 0) checkpoints.pop();
  const at = key[1] as Instant;
  for (const [name, moment] of moments) if (at <= moment.at) moments.delete(name);
}

/** Numbers of its lines, and of who was there. */
function sizeOf({ checkpoints, moments }: KnownPeriod): number {
  let numbers = 0;
  for (const { lines } of checkpoints) for (const line of lines.values()) numbers += line.size;
  for (const { found } of moments.values()) numbers += found.holders.length * 4;
  return numbers;
}

/** @param most numbers that all of the period may hold */
export function keepCheckpoint(known: KnownPeriod, checkpoint: Checkpoint, most = MOST_NUMBERS / 2): void {
  const { checkpoints } = known;
  if (checkpoints.length >= CHECKPOINTS) giveUpHalf(known);
  checkpoints.push(checkpoint);
  while (checkpoints.length > 1 && sizeOf(known) > most) giveUpHalf(known);
}

/** Every other one; the last stays. */
function giveUpHalf({ checkpoints }: KnownPeriod): void {
  const kept = checkpoints.filter((_, index) => (checkpoints.length - 1 - index) % 2 === 0);
  checkpoints.splice(0, checkpoints.length, ...kept);
}
