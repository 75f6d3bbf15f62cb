/** What waits to be decided, in the order in which it came: what arrives while one batch is being written forms the next. */
import type { Batch } from './books/batch.ts';

/** Events in one transaction, at most about so many. */
const BATCH_EVENTS = 10_000;

/** Something to decide in a batch, and whoever waits for it. */
export interface Job {
  weight: number;
  decide: (batch: Batch) => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

export interface Jobs {
  readonly any: boolean;
  /** Resolves with what was decided, once somebody has answered it. */
  add<T>(weight: number, decide: (batch: Batch) => T): Promise<T>;
  /** Those of the next batch. */
  take(): Job[];
  takeAll(): Job[];
  /** They come before all that wait. */
  putBack(jobs: Job[]): void;
}

export function createJobs(): Jobs {
  const waiting: Job[] = [];
  return {
    get any() {
      return waiting.length > 0;
    },
    add: <T>(weight: number, decide: (batch: Batch) => T) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({ weight, decide, resolve: resolve as (value: unknown) => void, reject });
      }),
    take() {
      let weight = 0;
      let count = 0;
      while (count < waiting.length && (count === 0 || weight + (waiting[count] as Job).weight <= BATCH_EVENTS)) {
        weight += (waiting[count] as Job).weight;
        count++;
      }
      return waiting.splice(0, count);
    },
    takeAll: () => waiting.splice(0),
    putBack: (jobs) => void waiting.unshift(...jobs),
  };
}
