/**
 * Long reads in small pieces: between two of them the daemon takes events and answers others, and no reader of the store stays open.
 * A piece of work is a generator that stops now and then; rows are read in pages, so that no cursor is held across a stop.
 */
import type { Key, Reader, Row, TableName } from '../store/store.ts';
import type { Turns } from './turns.ts';

/** Rows read in one go, some two milliseconds of work. */
const PAGE = 512;
/** Rows after which a reader rests. */
const ROWS_BETWEEN_RESTS = 1_024;

/** Rows of a range in order, a page at a time. `onPage`: hears the last key of each. */
export function* pagedRows<V>(disk: Reader, table: TableName, start: Key, end: Key, onPage?: (last: Key) => void): Generator<Row<V>, void> {
  let from = start;
  for (;;) {
    const page = [...disk.range<V>(table, { start: from, end, limit: PAGE })];
    const last = page.at(-1);
    if (last) onPage?.(last.key);
    yield* page;
    if (!last || page.length < PAGE) return;
    // The next key there can be: keys that go on where this one ends are not passed over.
    from = [...last.key, Number.NEGATIVE_INFINITY];
  }
}

/** The same from the end back. */
export function* pagedRowsBack<V>(disk: Reader, table: TableName, start: Key, end: Key): Generator<Row<V>, void> {
  for (let to = end; ; ) {
    const page = [...disk.range<V>(table, { start, end: to, reverse: true, limit: PAGE })];
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    to = last.key;
  }
}

/** Counts rows, and says when it is time to rest. */
export interface Effort {
  spend(rows: number): void;
  /** Whether enough was done since the last time that this was true. */
  tired(): boolean;
}

export function createEffort(): Effort {
  let spent = 0;
  return {
    spend(rows) {
      spent += rows;
    },
    tired() {
      if (spent < ROWS_BETWEEN_RESTS) return false;
      spent = 0;
      return true;
    },
  };
}

/** Work that stops where others may be let in, and ends in a result. */
export type Work<T> = Generator<void, T, void>;

/** @param signal ends it between two pieces: @throws its reason */
export async function runInPieces<T>(work: Work<T>, turns: Turns, signal?: AbortSignal): Promise<T> {
  for (;;) {
    signal?.throwIfAborted();
    const step = work.next();
    if (step.done) return step.value;
    await turns.next();
  }
}

/** How far a long read has come, from 0 to 1, at each rest; in the end its answer. */
export type Piece<T> = { share: number } | { answer: T };
export type InProgress<T> = AsyncGenerator<Piece<T>, void, void>;

/** The answer, when it is there. @param signal ends it between two pieces: @throws its reason */
export async function answerOf<T>(pieces: InProgress<T>, signal?: AbortSignal): Promise<T> {
  for await (const piece of pieces) {
    if ('answer' in piece) return piece.answer;
    signal?.throwIfAborted();
  }
  throw new Error('A read ended without an answer');
}

/** The same for work that gives its results bit by bit. Empty lists are rests: whoever hears of them may ask for no more. */
export async function* inPieces<T, R>(work: Generator<T[], R, void>, turns: Turns): AsyncGenerator<T[], R, void> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    yield step.value;
    await turns.next();
  }
}
