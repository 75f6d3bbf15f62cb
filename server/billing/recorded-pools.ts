import type { Instant } from '../../shared/time.ts';
import type { PoolFigures } from '../../shared/what-if.ts';
import { type EntryKind, type EntryRecord, levelChange } from '../books/entry.ts';
import { type Levels, METRICS } from '../usage/levels.ts';

/** The pools as the records have them. */
export class RecordedPools {
  readonly #level: Levels;
  #since: Instant;
  #inContingencyMs = 0;
  #overLimitMs = 0;
  readonly #counts = { loginsInContingency: 0, loginsOverLimit: 0, contingencyMaxUsed: 0 };

  constructor(start: Instant, enter: Levels) {
    this.#since = start;
    this.#level = [...enter];
  }

  reach(at: Instant): void {
    if (at <= this.#since) return;
    const [, , contingency, overLimit] = this.#level;
    if (contingency > 0) this.#inContingencyMs += at - this.#since;
    if (overLimit > 0) this.#overLimitMs += at - this.#since;
    this.#counts.contingencyMaxUsed = Math.max(this.#counts.contingencyMaxUsed, contingency);
    this.#since = at;
  }

  change(kind: EntryKind, record: Pick<EntryRecord, 'acquired' | 'pool' | 'turned'>): void {
    const by = levelChange(kind, record);
    if (by) for (let m = 0; m < METRICS; m++) this.#level[m] = (this.#level[m] as number) + (by[m] as number);
    if (kind === 'refresh' || !record.acquired || !record.turned) return;
    if (record.pool === 1) this.#counts.loginsInContingency++;
    if (record.pool === 2) this.#counts.loginsOverLimit++;
  }

  /** What stands at the end counts, also if it has no length yet. */
  finish(end: Instant): void {
    this.reach(end);
    this.#counts.contingencyMaxUsed = Math.max(this.#counts.contingencyMaxUsed, this.#level[2]);
  }

  copy(): RecordedPools {
    const pools = new RecordedPools(this.#since, this.#level);
    pools.#inContingencyMs = this.#inContingencyMs;
    pools.#overLimitMs = this.#overLimitMs;
    Object.assign(pools.#counts, this.#counts);
    return pools;
  }

  figures(): PoolFigures {
    return { secondsInContingency: this.#inContingencyMs / 1000, secondsOverLimit: this.#overLimitMs / 1000, ...this.#counts };
  }
}
