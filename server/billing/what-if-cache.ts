/** Stretches that were read for what-if questions. What is written behind where one was read to has it forgotten. */
import { compareKeys } from '../store/keys.ts';
import type { Write } from '../store/store.ts';
import type { WhatIfReading } from './what-if-reading.ts';

/** Comings and goings that are kept, of all stretches: some 16 bytes each. */
const MOST_STEPS = 4_000_000;
const MOST_READINGS = 16;

export class WhatIfCache {
  readonly #known = new Map<string, { organisation: string; reading: WhatIfReading }>();

  /** Takes it out: whoever reads it on gives it back. */
  take(key: string): WhatIfReading | undefined {
    const known = this.#known.get(key);
    this.#known.delete(key);
    return known?.reading;
  }

  /** As long as nothing was written behind it since it was begun or taken. */
  keep(key: string, organisation: string, reading: WhatIfReading): void {
    this.#known.delete(key);
    this.#known.set(key, { organisation, reading });
    let steps = 0;
    for (const each of this.#known.values()) steps += stepsOf(each.reading);
    for (const [oldest, each] of this.#known) {
      if (steps <= MOST_STEPS && this.#known.size <= MOST_READINGS) return;
      this.#known.delete(oldest);
      steps -= stepsOf(each.reading);
    }
  }

  /** Takes what a commit wrote. */
  note(writes: readonly Write[]): void {
    if (this.#known.size === 0) return;
    for (const { table, key } of writes) {
      if (table !== 'entries') continue;
      for (const [name, { organisation, reading }] of this.#known) {
        if (organisation === key[0] && compareKeys(key, reading.next) < 0) this.#known.delete(name);
      }
    }
  }
}

const stepsOf = ({ types }: WhatIfReading): number => [...types.values()].reduce((sum, { tape }) => sum + tape.length, 0);
