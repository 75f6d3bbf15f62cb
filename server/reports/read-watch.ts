/** Long reads let others in between. What is then written behind where a read has come to would leave its figures half old, half new. */
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import type { Write } from '../store/store.ts';

export interface ReadWatch {
  /** How far the read has come in the entries. */
  readTo: Instant;
  /** Something was written behind it: it has to be read again. */
  disturbed: boolean;
}

export class ReadWatches {
  readonly #watches = new Map<string, Set<ReadWatch>>();

  begin(organisation: string): ReadWatch {
    const watch: ReadWatch = { readTo: Number.NEGATIVE_INFINITY, disturbed: false };
    getOrMake(this.#watches, organisation, () => new Set<ReadWatch>()).add(watch);
    return watch;
  }

  end(organisation: string, watch: ReadWatch): void {
    const watches = this.#watches.get(organisation);
    watches?.delete(watch);
    if (watches?.size === 0) this.#watches.delete(organisation);
  }

  /** Takes what a commit wrote. Costs nothing while nobody reads. */
  note(writes: readonly Write[]): void {
    if (this.#watches.size === 0) return;
    for (const { table, key } of writes) {
      if (table !== 'entries') continue;
      const [organisation, at] = key as [string, Instant];
      for (const watch of this.#watches.get(organisation) ?? []) if (at <= watch.readTo) watch.disturbed = true;
    }
  }
}
